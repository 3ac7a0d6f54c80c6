//! `additionalModelRequestFields`: what only Claude's own form can say.

use std::collections::BTreeMap;

use provider_interface::Json;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::super::object::{At, Ignored, Object};
use crate::server::dialect::Refused;

/// Members that go there as they stand. Clients send the second kind unasked, so another model than
/// Claude is spared them; the first kind is a wish, and the service's to refuse.
const MEMBERS: &[(&str, Sent)] = &[
    ("top_k", Sent::Always),
    ("context_management", Sent::ToClaude),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Always,
    ToClaude,
}

/// Betas that are about Anthropic's own service. Its clients send them to every address, and
/// Bedrock refuses a request that names one.
const NOT_BEDROCKS: &[&str] = &[
    "advanced-tool-use-",
    "advisor-tool-",
    "ccr-",
    "claude-code-",
    "code-execution-",
    "environments-",
    "extended-cache-ttl-",
    "fast-mode-",
    "files-api-",
    "managed-agents-",
    "max-tokens-3-5-sonnet-",
    "mcp-client-",
    "mcp-servers-",
    "message-batches-",
    "oauth-",
    "pdfs-",
    "prompt-caching-",
    "redact-thinking-",
    "skills-",
    "structured-outputs-",
    "token-counting-",
    "web-fetch-",
    "web-search-",
];

/// The fields of one request.
#[derive(Debug)]
pub(super) struct Fields {
    members: BTreeMap<&'static str, Box<RawValue>>,
    for_claude: bool,
}

impl Fields {
    pub(super) fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        Self {
            members: BTreeMap::new(),
            // An ARN may stand for any model; who speaks this dialect means Claude by it.
            for_claude: model.contains("claude") || model.contains("arn:"),
        }
    }

    /// Whether the model is Claude, as far as its name tells.
    pub(super) fn for_claude(&self) -> bool {
        self.for_claude
    }

    pub(super) fn set(&mut self, name: &'static str, value: &impl Serialize) {
        // Text, numbers and objects of them can always be written.
        if let Ok(value) = to_raw_value(value) {
            self.members.insert(name, value);
        }
    }

    /// Takes the members that go there as they stand.
    pub(super) fn members(
        &mut self,
        body: &Object<'_, '_>,
        ignored: &mut Ignored,
    ) -> Result<(), Refused> {
        for (name, sent) in MEMBERS {
            let Some(raw) = body.optional::<&RawValue>(name)? else {
                continue;
            };
            if *sent == Sent::Always || self.for_claude {
                self.members.insert(name, raw.to_owned());
            } else {
                ignored.note(&body.at().member(name));
            }
        }
        Ok(())
    }

    /// Takes the betas of the header, and those that the body names for itself.
    pub(super) fn betas(
        &mut self,
        body: &Object<'_, '_>,
        header: Option<&str>,
        ignored: &mut Ignored,
    ) -> Result<(), Refused> {
        let mut betas: Vec<String> = body.optional("anthropic_beta")?.unwrap_or_default();
        betas.extend(body.optional::<Vec<String>>("betas")?.unwrap_or_default());
        let named = header.unwrap_or_default().split(',').map(str::trim);
        for beta in named.filter(|beta| !beta.is_empty()) {
            let foreign = NOT_BEDROCKS.iter().any(|prefix| beta.starts_with(prefix));
            if foreign || !self.for_claude {
                ignored.note(&At::BODY.member("anthropic-beta").member(beta));
            } else if !betas.iter().any(|known| known == beta) {
                betas.push(beta.to_owned());
            }
        }
        if !betas.is_empty() {
            self.set("anthropic_beta", &betas);
        }
        Ok(())
    }

    pub(super) fn into_json(self) -> Result<Option<Json>, Refused> {
        if self.members.is_empty() {
            return Ok(None);
        }
        let json = Json::of(&self.members);
        json.map(Some)
            .map_err(|error| At::BODY.refuse(format_args!("can't be sent on: {error}")))
    }
}
