//! A foundation model, as ListFoundationModels shows it (`FoundationModelSummary`).

use serde_json::{Value, json};

/// A foundation model. Starts as an active text model that streams, on demand, everywhere.
#[derive(Clone, Debug)]
pub struct FoundationModel {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) input: Vec<String>,
    pub(crate) output: Vec<String>,
    pub(crate) streaming: bool,
    pub(crate) inference_types: Vec<String>,
    pub(crate) lifecycle: String,
    /// Where it is offered; empty means everywhere.
    pub(crate) regions: Vec<String>,
    /// Where it can be called by its own id, if that isn't the same everywhere.
    on_demand_regions: Option<Vec<String>>,
}

impl FoundationModel {
    /// A model with that id; its provider is the id's first segment until told otherwise.
    pub fn new(id: impl Into<String>) -> Self {
        let id = id.into();
        let provider = id.split('.').next().unwrap_or_default().to_owned();
        Self {
            name: id.clone(),
            provider,
            input: strings(["TEXT"]),
            output: strings(["TEXT"]),
            streaming: true,
            inference_types: strings(["ON_DEMAND"]),
            lifecycle: "ACTIVE".to_owned(),
            regions: Vec::new(),
            on_demand_regions: None,
            id,
        }
    }

    /// The name and the provider's name, for people.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>, provider: impl Into<String>) -> Self {
        self.name = name.into();
        self.provider = provider.into();
        self
    }

    /// It reads these: `TEXT`, `IMAGE`, `VIDEO`, `SPEECH` and whatever else AWS adds.
    #[must_use]
    pub fn reads<const N: usize>(mut self, modalities: [&str; N]) -> Self {
        self.input = strings(modalities);
        self
    }

    /// It makes these: `TEXT`, `IMAGE`, `EMBEDDING`.
    #[must_use]
    pub fn makes<const N: usize>(mut self, modalities: [&str; N]) -> Self {
        self.output = strings(modalities);
        self
    }

    /// It cannot stream.
    #[must_use]
    pub fn without_streaming(mut self) -> Self {
        self.streaming = false;
        self
    }

    /// It is callable through an inference profile only.
    #[must_use]
    pub fn profile_only(mut self) -> Self {
        self.inference_types = strings(["INFERENCE_PROFILE"]);
        self
    }

    /// Its `inferenceTypesSupported`.
    #[must_use]
    pub fn inference_types<const N: usize>(mut self, types: [&str; N]) -> Self {
        self.inference_types = strings(types);
        self
    }

    /// It is on its way out: lifecycle `LEGACY`.
    #[must_use]
    pub fn legacy(mut self) -> Self {
        self.lifecycle = "LEGACY".to_owned();
        self
    }

    /// It is offered in these regions only.
    #[must_use]
    pub fn only_in<const N: usize>(mut self, regions: [&str; N]) -> Self {
        self.regions = strings(regions);
        self
    }

    /// It is callable by its own id in these regions, and through an inference profile in those that its
    /// profiles are called from; it is offered in both.
    #[must_use]
    pub(crate) fn offered(mut self, on_demand: &[&str], through_profiles: &[&str]) -> Self {
        self.regions = on_demand
            .iter()
            .chain(through_profiles)
            .map(|region| (*region).to_owned())
            .collect();
        self.on_demand_regions = Some(self.regions[..on_demand.len()].to_vec());
        self
    }

    pub(crate) fn is_in(&self, region: &str) -> bool {
        self.regions.is_empty() || self.regions.iter().any(|known| known == region)
    }

    pub(crate) fn makes_text(&self) -> bool {
        self.output.iter().any(|modality| modality == "TEXT")
    }

    /// The `inferenceTypesSupported` of a region.
    pub(crate) fn types_in(&self, region: &str) -> Vec<&str> {
        match &self.on_demand_regions {
            None => self.inference_types.iter().map(String::as_str).collect(),
            Some(here) if here.iter().any(|known| known == region) => vec!["ON_DEMAND"],
            Some(_) => vec!["INFERENCE_PROFILE"],
        }
    }

    /// The summary, as a region shows it.
    pub(crate) fn summary(&self, region: &str) -> Value {
        json!({
            "modelArn": arn(region, &self.id),
            "modelId": self.id,
            "modelName": self.name,
            "providerName": self.provider,
            "inputModalities": self.input,
            "outputModalities": self.output,
            "responseStreamingSupported": self.streaming,
            "customizationsSupported": [],
            "inferenceTypesSupported": self.types_in(region),
            "modelLifecycle": {"status": self.lifecycle},
        })
    }
}

/// A foundation model's ARN names no account.
pub(crate) fn arn(region: &str, id: &str) -> String {
    format!(
        "arn:{}:bedrock:{region}::foundation-model/{id}",
        partition(region)
    )
}

/// `aws`, `aws-cn`, `aws-us-gov`, by the region.
pub(crate) fn partition(region: &str) -> &'static str {
    if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else if region.starts_with("cn-") {
        "aws-cn"
    } else {
        "aws"
    }
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
