//! What is counted: OpenTelemetry's names for generative AI in Prometheus's form, and what the
//! gateway knows of itself.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry as Names;
use provider_interface::{Metadata, StreamEvent};

use super::Shared;
use crate::Provider;
use crate::swap::Plugins;

type Labels = Vec<(&'static str, String)>;
type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

/// The most models that are told apart: their names are the clients' to choose.
const MAX_MODELS: usize = 200;

/// Names of OpenTelemetry's for providers of ours.
const PROVIDERS: [(&str, &str); 1] = [("amazon-bedrock", "aws.bedrock")];

/// The buckets that OpenTelemetry gives for durations.
const SECONDS: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
/// The gateway's own time is far shorter.
const SHORT: [f64; 10] = [
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1,
];

/// Everything that is counted.
pub(super) struct Metrics {
    names: Names,
    duration: Histograms,
    first_token: Histograms,
    overhead: Histogram,
    tokens: Family<Labels, Counter>,
    cost: Family<Labels, Counter<f64, AtomicU64>>,
    generation: Family<Labels, Gauge>,
    open: Gauge,
    generation_open: Family<Labels, Gauge>,
    swaps: Family<Labels, Counter>,
    models: Mutex<BTreeSet<String>>,
    /// Held while values are taken over from elsewhere: two who ask at once must not count twice.
    rendering: Mutex<()>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let metrics = Self {
            names: Names::default(),
            duration: Family::new_with_constructor(seconds),
            first_token: Family::new_with_constructor(seconds),
            overhead: Histogram::new(SHORT),
            tokens: Family::default(),
            cost: Family::default(),
            generation: Family::default(),
            open: Gauge::default(),
            generation_open: Family::default(),
            swaps: Family::default(),
            models: Mutex::default(),
            rendering: Mutex::default(),
        };
        metrics.named()
    }

    fn named(mut self) -> Self {
        let names = &mut self.names;
        names.register(
            "gen_ai_server_request_duration_seconds",
            "Time of a whole answer",
            self.duration.clone(),
        );
        names.register(
            "gen_ai_server_time_to_first_token_seconds",
            "Time until the answer began",
            self.first_token.clone(),
        );
        names.register(
            "gen_ai_client_token_usage",
            "Tokens, by type",
            self.tokens.clone(),
        );
        names.register(
            "bedrock_gateway_overhead_seconds",
            "The gateway's own time until the provider is asked",
            self.overhead.clone(),
        );
        names.register(
            "bedrock_gateway_cost_dollars",
            "What answers cost, as far as prices are known",
            self.cost.clone(),
        );
        names.register(
            "bedrock_gateway_plugin_generation",
            "The generation of each plugin that serves",
            self.generation.clone(),
        );
        names.register(
            "bedrock_gateway_open_streams",
            "Answers that are open",
            self.open.clone(),
        );
        names.register(
            "bedrock_gateway_plugin_open_streams",
            "Answers that are open, by generation",
            self.generation_open.clone(),
        );
        names.register(
            "bedrock_gateway_plugin_swaps",
            "Swaps of plugins, by result",
            self.swaps.clone(),
        );
        self
    }

    /// A model's name as a label.
    fn known_model(&self, name: &str) -> String {
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if !models.contains(name) && models.len() < MAX_MODELS {
            models.insert(name.to_owned());
        }
        models
            .get(name)
            .cloned()
            .unwrap_or_else(|| "other".to_owned())
    }

    /// What the plugins are doing.
    fn swapped(&self, plugins: &Plugins) {
        let swaps = plugins.swaps();
        for (result, times) in [
            ("activated", swaps.activated),
            ("rejected", swaps.rejected),
            ("rolled_back", swaps.rolled_back),
            ("reconfigured", swaps.reconfigured),
        ] {
            let counter = self
                .swaps
                .get_or_create(&vec![("result", result.to_owned())])
                .clone();
            counter.inc_by(times.saturating_sub(counter.get()));
        }
        self.generation_open.clear();
        for (listed, open) in plugins.open_streams() {
            let labels = vec![
                ("plugin", listed.id),
                ("version", listed.version.unwrap_or_default()),
                (
                    "generation",
                    listed.generation.unwrap_or_default().to_string(),
                ),
                ("state", listed.state.to_string()),
            ];
            self.generation_open.get_or_create(&labels).set(count(open));
        }
    }

    /// All of it as text.
    pub(super) fn render(&self, shared: &Shared) -> String {
        let _rendering = self
            .rendering
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.open.set(count(shared.life.open()));
        if let Some(plugins) = &shared.plugins {
            self.swapped(plugins);
        }
        self.generation.clear();
        for (_, provider) in shared.registry.providers() {
            let info = provider.info();
            let labels = vec![
                ("plugin", info.id.clone()),
                ("version", info.version.clone()),
            ];
            let number = i64::try_from(provider.generation()).unwrap_or(i64::MAX);
            self.generation.get_or_create(&labels).set(number);
        }
        let mut text = String::new();
        match encode(&mut text, &self.names) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn provider_name(id: &str) -> String {
    let known = PROVIDERS.iter().find(|(ours, _)| *ours == id);
    known.map_or(id, |(_, theirs)| theirs).to_owned()
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

/// The measures of one answer, told when it ends, however it does.
pub(super) struct Measured(Option<Measuring>);

struct Measuring {
    shared: Arc<Shared>,
    started: Instant,
    model: String,
    provider: String,
    first: Option<Duration>,
    own: Duration,
    metadata: Option<Box<Metadata>>,
}

impl Measured {
    pub(super) fn new(shared: &Arc<Shared>, started: Instant) -> Self {
        Self(Some(Measuring {
            shared: Arc::clone(shared),
            started,
            model: String::new(),
            provider: String::new(),
            first: None,
            own: Duration::ZERO,
            metadata: None,
        }))
    }

    /// What is left where the measures moved on.
    pub(super) fn taken() -> Self {
        Self(None)
    }

    /// The request has gone to the provider.
    pub(super) fn asked(&mut self, model: &str, provider: &Provider) {
        if let Some(measuring) = &mut self.0 {
            model.clone_into(&mut measuring.model);
            measuring.provider = provider_name(&provider.info().id);
            measuring.own = measuring.started.elapsed();
        }
    }

    pub(super) fn event(&mut self, event: &StreamEvent) {
        if let Some(measuring) = &mut self.0 {
            measuring
                .first
                .get_or_insert_with(|| measuring.started.elapsed());
            if let StreamEvent::Metadata(metadata) = event {
                measuring.metadata = Some(metadata.clone());
            }
        }
    }

    /// The answer is complete.
    pub(super) fn done(&mut self) {
        self.tell(None);
    }

    /// It isn't.
    pub(super) fn failed(&mut self, kind: &str) {
        self.tell(Some(kind));
    }

    fn tell(&mut self, failure: Option<&str>) {
        if let Some(measuring) = self.0.take() {
            measuring.tell(failure);
        }
    }
}

impl Drop for Measured {
    /// The client went away.
    fn drop(&mut self) {
        self.tell(Some("cancelled"));
    }
}

impl Measuring {
    fn tell(self, failure: Option<&str>) {
        #[cfg(feature = "otlp")]
        super::traces::Answer {
            model: &self.model,
            provider: &self.provider,
            took: self.started.elapsed(),
            metadata: self.metadata.as_deref(),
            failure,
        }
        .tell();
        let metrics = &self.shared.metrics;
        let mut labels = self.labels();
        if let Some(first) = self.first {
            metrics
                .first_token
                .get_or_create(&labels)
                .observe(first.as_secs_f64());
            metrics.overhead.observe(self.own.as_secs_f64());
        }
        if let Some(metadata) = &self.metadata {
            self.spent(metadata, &labels);
        }
        labels.extend(failure.map(|kind| ("error_type", kind.to_owned())));
        let elapsed = self.started.elapsed();
        metrics
            .duration
            .get_or_create(&labels)
            .observe(elapsed.as_secs_f64());
    }

    fn spent(&self, metadata: &Metadata, labels: &Labels) {
        let metrics = &self.shared.metrics;
        let usage = &metadata.usage;
        let tokens = [
            ("input", usage.input_tokens),
            ("output", usage.output_tokens),
            ("cache_read", usage.cache_read_input_tokens.unwrap_or(0)),
            ("cache_write", usage.cache_write_input_tokens.unwrap_or(0)),
        ];
        for (kind, count) in tokens {
            let mut labels = labels.clone();
            labels.push(("gen_ai_token_type", kind.to_owned()));
            metrics.tokens.get_or_create(&labels).inc_by(count);
        }
        if let Some(cost) = &metadata.cost {
            metrics.cost.get_or_create(labels).inc_by(cost.total);
        }
    }

    /// A name that no model answered to isn't told: it is anybody's text.
    fn labels(&self) -> Labels {
        let model = match self.first {
            Some(_) => self.shared.metrics.known_model(&self.model),
            None => "unanswered".to_owned(),
        };
        vec![
            ("gen_ai_operation_name", "chat".to_owned()),
            ("gen_ai_provider_name", self.provider.clone()),
            ("gen_ai_request_model", model),
        ]
    }
}
