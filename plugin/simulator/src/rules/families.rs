//! What model families take and refuse: a small table of the simulator's own. `abilities` reads it.
//! From the user guide, "Supported models and model features" and the pages of each model.

/// What a family takes. Where several rows fit, the longest prefix wins.
pub(super) struct Family {
    pub(super) prefix: &'static str,
    pub(super) system: bool,
    pub(super) tools: bool,
    pub(super) streaming_tools: bool,
    pub(super) forced_tools: bool,
    pub(super) caching: Cache,
    pub(super) sampling: Sampling,
    pub(super) stop_sequences: bool,
    pub(super) prefill: bool,
    pub(super) reasoning_history: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Cache {
    None,
    /// Everywhere, with a time to live.
    Full,
    /// Not in tools, not beside tool results, without a time to live.
    Plain,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sampling {
    Free,
    /// Temperature or topP, not both.
    OneOf,
    Refused,
}

const ANY: Family = Family {
    prefix: "",
    system: true,
    tools: true,
    streaming_tools: true,
    forced_tools: true,
    caching: Cache::None,
    sampling: Sampling::Free,
    stop_sequences: true,
    prefill: true,
    reasoning_history: true,
};
const CLAUDE: Family = Family {
    prefix: "anthropic.claude",
    caching: Cache::Full,
    ..ANY
};

static FAMILIES: &[Family] = &[
    CLAUDE,
    Family {
        prefix: "anthropic.claude-v2",
        caching: Cache::None,
        tools: false,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-sonnet-4-5",
        sampling: Sampling::OneOf,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-haiku-4-5",
        sampling: Sampling::OneOf,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-opus-4-5",
        sampling: Sampling::OneOf,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-sonnet-4-6",
        sampling: Sampling::OneOf,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-opus-4-6",
        prefill: false,
        ..CLAUDE
    },
    Family {
        prefix: "anthropic.claude-opus-4-7",
        prefill: false,
        sampling: Sampling::Refused,
        ..CLAUDE
    },
    Family {
        prefix: "amazon.nova",
        caching: Cache::Plain,
        ..ANY
    },
    Family {
        prefix: "amazon.nova-lite-v1",
        caching: Cache::Plain,
        reasoning_history: false,
        ..ANY
    },
    Family {
        prefix: "amazon.nova-micro-v1",
        caching: Cache::Plain,
        reasoning_history: false,
        ..ANY
    },
    Family {
        prefix: "amazon.nova-pro-v1",
        caching: Cache::Plain,
        reasoning_history: false,
        ..ANY
    },
    Family {
        prefix: "amazon.nova-premier-v1",
        caching: Cache::Plain,
        reasoning_history: false,
        ..ANY
    },
    Family {
        prefix: "amazon.titan-text",
        system: false,
        tools: false,
        ..ANY
    },
    Family {
        prefix: "mistral.mistral-7b-instruct",
        system: false,
        tools: false,
        ..ANY
    },
    Family {
        prefix: "mistral.mixtral-8x7b-instruct",
        system: false,
        tools: false,
        ..ANY
    },
    Family {
        prefix: "deepseek.r1",
        tools: false,
        reasoning_history: false,
        ..ANY
    },
    Family {
        prefix: "meta.llama3-1",
        forced_tools: false,
        ..ANY
    },
    Family {
        prefix: "meta.llama3-3",
        forced_tools: false,
        streaming_tools: false,
        ..ANY
    },
    Family {
        prefix: "meta.llama4",
        forced_tools: false,
        ..ANY
    },
    Family {
        prefix: "ai21.jamba",
        streaming_tools: false,
        ..ANY
    },
    Family {
        prefix: "ai21.jamba-instruct",
        tools: false,
        ..ANY
    },
    Family {
        prefix: "openai.gpt-oss",
        stop_sequences: false,
        ..ANY
    },
];

/// The row of a model.
pub(super) fn family(base: &str) -> &'static Family {
    let fitting = FAMILIES
        .iter()
        .filter(|family| base.starts_with(family.prefix));
    fitting
        .max_by_key(|family| family.prefix.len())
        .unwrap_or(&ANY)
}
