//! The catalogue as AWS documents it for January 2026 (user guide, "Supported foundation models" and "Supported
//! Regions and models for inference profiles"): where each model is called by its own id, and which geographies'
//! profiles lead to it.

use super::profile::regions_of;
use super::{FoundationModel, InferenceProfile};

/// A maker's name and its models.
struct Maker(&'static str, &'static [Row]);

/// Id, name, what goes in and comes out, the regions that it is called in by its own id, the geographies of its
/// profiles.
///
/// `TI>T`: text and images go in, text comes out; `S` speech, `V` video, `E` embeddings. With `-` at the end it
/// doesn't stream, with `!` it is about to be retired.
struct Row(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const WIDE: &str = "ap-northeast-1 ap-south-1 eu-south-1 eu-west-1 eu-west-2 sa-east-1 us-east-1 us-east-2 us-west-2";
const WITHOUT_EUROPE: &str = "ap-northeast-1 ap-south-1 sa-east-1 us-east-1 us-east-2 us-west-2";
const WIDEST: &str = "ap-northeast-1 ap-south-1 ap-southeast-3 eu-central-1 eu-north-1 eu-south-1 eu-west-1 eu-west-2 sa-east-1 us-east-1 us-east-2 us-west-2";
const MISTRAL: &str = "ap-south-1 ap-southeast-2 ca-central-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-west-2";
const LLAMA_3: &str = "ap-south-1 ca-central-1 eu-west-2 us-east-1 us-west-2 us-gov-west-1";
const EMBEDDINGS: &str = "ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-west-2";

/// The regions of the commercial partition that `global` profiles are called from, as far as tests need them.
const GLOBAL: &str = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 \
    ca-central-1 eu-central-1 eu-north-1 eu-south-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 \
    us-west-1 us-west-2";

#[rustfmt::skip]
static MAKERS: &[Maker] = &[
    Maker(
        "AI21 Labs",
        &[
            Row("ai21.jamba-1-5-large-v1:0", "Jamba 1.5 Large", "T>T", "us-east-1", ""),
            Row("ai21.jamba-1-5-mini-v1:0", "Jamba 1.5 Mini", "T>T", "us-east-1", ""),
        ],
    ),
    Maker(
        "Amazon",
        &[
            Row("amazon.nova-2-multimodal-embeddings-v1:0", "Nova Multimodal Embeddings", "TI>E-", "us-east-1", ""),
            Row("amazon.nova-2-lite-v1:0", "Nova 2 Lite", "TIV>T", "", "us eu jp global"),
            Row("amazon.nova-2-sonic-v1:0", "Nova 2 Sonic", "S>ST", "ap-northeast-1 eu-north-1 us-east-1 us-west-2", ""),
            Row("amazon.nova-canvas-v1:0", "Nova Canvas", "TI>I-", "ap-northeast-1 eu-west-1 us-east-1", ""),
            Row("amazon.nova-lite-v1:0", "Nova Lite", "TIV>T", "ap-northeast-1 ap-southeast-2 ap-southeast-3 eu-north-1 eu-west-2 me-central-1 us-east-1 us-gov-west-1", "us eu apac ca"),
            Row("amazon.nova-micro-v1:0", "Nova Micro", "T>T", "ap-southeast-2 eu-west-2 us-east-1 us-gov-west-1", "us eu apac"),
            Row("amazon.nova-premier-v1:0", "Nova Premier", "TIV>T", "", "us"),
            Row("amazon.nova-pro-v1:0", "Nova Pro", "TIV>T", "ap-southeast-2 ap-southeast-3 eu-west-2 me-central-1 us-east-1 us-gov-west-1", "us eu apac"),
            Row("amazon.nova-reel-v1:0", "Nova Reel", "TI>V-", "ap-northeast-1 eu-west-1 us-east-1", ""),
            Row("amazon.nova-sonic-v1:0", "Nova Sonic", "S>ST", "ap-northeast-1 eu-north-1 us-east-1", ""),
            Row("amazon.rerank-v1:0", "Rerank 1.0", "T>T-", "ap-northeast-1 ca-central-1 eu-central-1 us-west-2", ""),
            Row("amazon.titan-embed-image-v1", "Titan Multimodal Embeddings G1", "TI>E-", "ap-south-1 ap-southeast-2 ca-central-1 eu-central-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-west-2", ""),
            Row("amazon.titan-embed-text-v1", "Titan Embeddings G1 - Text", "T>E-", "ap-northeast-1 eu-central-1 us-east-1 us-west-2", ""),
            Row("amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "T>E-", "ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-west-2 us-gov-west-1 us-gov-east-1", ""),
            Row("amazon.titan-image-generator-v2:0", "Titan Image Generator G1 v2", "TI>I-", "us-east-1 us-west-2", ""),
            Row("amazon.titan-tg1-large", "Titan Text Large", "T>T", "us-east-1 us-west-2", ""),
        ],
    ),
    Maker(
        "Anthropic",
        &[
            Row("anthropic.claude-3-haiku-20240307-v1:0", "Claude 3 Haiku", "TI>T", "ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-central-2 eu-west-1 eu-west-2 eu-west-3 me-central-1 sa-east-1 us-east-1 us-west-2 us-gov-west-1", "us eu apac us-gov"),
            Row("anthropic.claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku", "T>T", "us-west-2", "us"),
            Row("anthropic.claude-3-5-sonnet-20240620-v1:0", "Claude 3.5 Sonnet", "TI>T!", "ap-northeast-1 us-east-1 us-gov-west-1", "us eu apac us-gov"),
            Row("anthropic.claude-3-7-sonnet-20250219-v1:0", "Claude 3.7 Sonnet", "TI>T!", "us-gov-west-1", "us eu apac us-gov"),
            Row("anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", "TI>T", "", "us eu jp au global"),
            Row("anthropic.claude-opus-4-1-20250805-v1:0", "Claude Opus 4.1", "TI>T", "", "us"),
            Row("anthropic.claude-opus-4-5-20251101-v1:0", "Claude Opus 4.5", "TI>T", "", "us eu global"),
            Row("anthropic.claude-sonnet-4-20250514-v1:0", "Claude Sonnet 4", "TI>T", "", "us eu apac global"),
            Row("anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5", "TI>T", "", "us eu jp au us-gov global"),
        ],
    ),
    Maker(
        "Cohere",
        &[
            Row("cohere.command-r-v1:0", "Command R", "T>T", "us-east-1 us-west-2", ""),
            Row("cohere.command-r-plus-v1:0", "Command R+", "T>T", "us-east-1 us-west-2", ""),
            Row("cohere.embed-english-v3", "Embed English", "T>E-", EMBEDDINGS, ""),
            Row("cohere.embed-multilingual-v3", "Embed Multilingual", "T>E-", EMBEDDINGS, ""),
            Row("cohere.embed-v4:0", "Embed v4", "TI>E-", "ap-northeast-1 eu-west-1 us-east-1", "us eu global"),
            Row("cohere.rerank-v3-5:0", "Rerank 3.5", "T>T-", "ap-northeast-1 ca-central-1 eu-central-1 us-east-1 us-west-2", ""),
        ],
    ),
    Maker(
        "DeepSeek",
        &[
            Row("deepseek.r1-v1:0", "DeepSeek-R1", "T>T", "", "us"),
            Row("deepseek.v3-v1:0", "DeepSeek-V3.1", "T>T", "ap-northeast-1 ap-south-1 ap-southeast-3 eu-north-1 eu-west-2 us-east-2 us-west-2", ""),
        ],
    ),
    Maker(
        "Google",
        &[
            Row("google.gemma-3-4b-it", "Gemma 3 4B IT", "TI>T", WIDE, ""),
            Row("google.gemma-3-12b-it", "Gemma 3 12B IT", "TI>T", WIDE, ""),
            Row("google.gemma-3-27b-it", "Gemma 3 27B PT", "TI>T", WIDE, ""),
        ],
    ),
    Maker(
        "Luma AI",
        &[
            Row("luma.ray-v2:0", "Ray v2", "T>V-", "us-west-2", ""),
        ],
    ),
    Maker(
        "Meta",
        &[
            Row("meta.llama3-8b-instruct-v1:0", "Llama 3 8B Instruct", "T>T", LLAMA_3, ""),
            Row("meta.llama3-70b-instruct-v1:0", "Llama 3 70B Instruct", "T>T", LLAMA_3, ""),
            Row("meta.llama3-1-8b-instruct-v1:0", "Llama 3.1 8B Instruct", "T>T", "us-west-2", "us"),
            Row("meta.llama3-1-70b-instruct-v1:0", "Llama 3.1 70B Instruct", "T>T", "us-west-2", "us"),
            Row("meta.llama3-2-1b-instruct-v1:0", "Llama 3.2 1B Instruct", "T>T", "", "us eu"),
            Row("meta.llama3-2-3b-instruct-v1:0", "Llama 3.2 3B Instruct", "T>T", "", "us eu"),
            Row("meta.llama3-2-11b-instruct-v1:0", "Llama 3.2 11B Instruct", "TI>T", "", "us"),
            Row("meta.llama3-2-90b-instruct-v1:0", "Llama 3.2 90B Instruct", "TI>T", "", "us"),
            Row("meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B Instruct", "T>T", "us-east-2", "us"),
            Row("meta.llama4-maverick-17b-instruct-v1:0", "Llama 4 Maverick 17B Instruct", "TI>T", "", "us"),
            Row("meta.llama4-scout-17b-instruct-v1:0", "Llama 4 Scout 17B Instruct", "TI>T", "", "us"),
        ],
    ),
    Maker(
        "MiniMax",
        &[
            Row("minimax.minimax-m2", "MiniMax M2", "T>T", WIDE, ""),
        ],
    ),
    Maker(
        "Mistral AI",
        &[
            Row("mistral.magistral-small-2509", "Magistral Small 2509", "TI>T", WITHOUT_EUROPE, ""),
            Row("mistral.ministral-3-8b-instruct", "Ministral 3 8B", "T>T", WIDE, ""),
            Row("mistral.mistral-7b-instruct-v0:2", "Mistral 7B Instruct", "T>T", MISTRAL, ""),
            Row("mistral.mistral-large-2402-v1:0", "Mistral Large (24.02)", "T>T", MISTRAL, ""),
            Row("mistral.mistral-large-2407-v1:0", "Mistral Large (24.07)", "T>T", "us-west-2", ""),
            Row("mistral.mistral-large-3-675b-instruct", "Mistral Large 3", "TI>T", WITHOUT_EUROPE, ""),
            Row("mistral.mistral-small-2402-v1:0", "Mistral Small (24.02)", "T>T", "us-east-1", ""),
            Row("mistral.mixtral-8x7b-instruct-v0:1", "Mixtral 8x7B Instruct", "T>T", MISTRAL, ""),
            Row("mistral.pixtral-large-2502-v1:0", "Pixtral Large (25.02)", "TI>T", "", "us eu"),
            Row("mistral.voxtral-small-24b-2507", "Voxtral Small 24B 2507", "ST>T", WIDE, ""),
        ],
    ),
    Maker(
        "Moonshot AI",
        &[
            Row("moonshot.kimi-k2-thinking", "Kimi K2 Thinking", "T>T", WITHOUT_EUROPE, ""),
        ],
    ),
    Maker(
        "NVIDIA",
        &[
            Row("nvidia.nemotron-nano-9b-v2", "NVIDIA Nemotron Nano 9B v2", "T>T", WIDE, ""),
            Row("nvidia.nemotron-nano-12b-v2", "NVIDIA Nemotron Nano 12B v2 VL BF16", "TI>T", WIDE, ""),
        ],
    ),
    Maker(
        "OpenAI",
        &[
            Row("openai.gpt-oss-20b-1:0", "gpt-oss-20b", "T>T", WIDEST, ""),
            Row("openai.gpt-oss-120b-1:0", "gpt-oss-120b", "T>T", WIDEST, ""),
            Row("openai.gpt-oss-safeguard-120b", "GPT OSS Safeguard 120B", "T>T", WIDE, ""),
        ],
    ),
    Maker(
        "Qwen",
        &[
            Row("qwen.qwen3-32b-v1:0", "Qwen3 32B (dense)", "T>T", WIDEST, ""),
            Row("qwen.qwen3-235b-a22b-2507-v1:0", "Qwen3 235B A22B 2507", "T>T", "ap-northeast-1 ap-south-1 ap-southeast-3 eu-central-1 eu-north-1 eu-south-1 eu-west-2 us-east-2 us-west-2", ""),
            Row("qwen.qwen3-coder-30b-a3b-v1:0", "Qwen3-Coder-30B-A3B-Instruct", "T>T", WIDEST, ""),
            Row("qwen.qwen3-coder-480b-a35b-v1:0", "Qwen3 Coder 480B A35B Instruct", "T>T", "ap-northeast-1 ap-south-1 ap-southeast-3 eu-north-1 eu-west-2 us-east-2 us-west-2", ""),
            Row("qwen.qwen3-next-80b-a3b", "Qwen3 Next 80B A3B", "T>T", WIDE, ""),
            Row("qwen.qwen3-vl-235b-a22b", "Qwen3 VL 235B A22B", "TI>T", WIDE, ""),
        ],
    ),
    Maker(
        "Stability AI",
        &[
            Row("stability.sd3-5-large-v1:0", "Stable Diffusion 3.5 Large", "TI>I-", "us-west-2", ""),
            Row("stability.stable-image-inpaint-v1:0", "Stable Image Inpaint", "TI>I-", "", "us"),
            Row("stability.stable-image-remove-background-v1:0", "Stable Image Remove Background", "TI>I-", "", "us"),
        ],
    ),
    Maker(
        "Writer",
        &[
            Row("writer.palmyra-x4-v1:0", "Palmyra X4", "T>T", "", "us"),
            Row("writer.palmyra-x5-v1:0", "Palmyra X5", "T>T", "", "us"),
        ],
    ),
];

pub(super) fn models() -> Vec<FoundationModel> {
    let of_maker = |Maker(maker, rows): &Maker| -> Vec<FoundationModel> {
        rows.iter().map(|row| row.model(maker)).collect()
    };
    MAKERS.iter().flat_map(of_maker).collect()
}

pub(super) fn profiles() -> Vec<InferenceProfile> {
    let of_row = |Row(id, name, .., geographies): &Row| -> Vec<InferenceProfile> {
        let profile = |geography: &str| {
            let label = match geography {
                "global" => "Global".to_owned(),
                short => short.to_uppercase(),
            };
            InferenceProfile::system(format!("{geography}.{id}")).named(format!("{label} {name}"))
        };
        geographies.split_whitespace().map(profile).collect()
    };
    let rows = MAKERS.iter().flat_map(|Maker(_, rows)| rows.iter());
    rows.flat_map(of_row).collect()
}

impl Row {
    fn model(&self, maker: &str) -> FoundationModel {
        let Row(id, name, kind, on_demand, geographies) = self;
        let on_demand: Vec<&str> = on_demand.split_whitespace().collect();
        let through = geographies.split_whitespace().flat_map(|geography| {
            let regions = regions_of(geography).iter().copied();
            regions.chain(
                GLOBAL
                    .split_whitespace()
                    .filter(move |_| geography == "global"),
            )
        });
        let through: Vec<&str> = through.collect();
        let (input, output) = kind.split_once('>').unwrap_or((kind, ""));
        let mut model = FoundationModel::new(*id)
            .named(*name, maker)
            .offered(&on_demand, &through);
        model.input = modalities(input);
        model.output = modalities(output);
        model.streaming = !kind.ends_with('-');
        if kind.ends_with('!') {
            return model.legacy();
        }
        model
    }
}

fn modalities(letters: &str) -> Vec<String> {
    let word = |letter| match letter {
        'T' => Some("TEXT"),
        'I' => Some("IMAGE"),
        'V' => Some("VIDEO"),
        'S' => Some("SPEECH"),
        'E' => Some("EMBEDDING"),
        _ => None,
    };
    letters
        .chars()
        .filter_map(word)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_as_a_real_account_sees() {
        assert!(models().len() >= 70, "{}", models().len());
        let profiles = profiles();
        assert!(profiles.len() >= 50, "{}", profiles.len());
        let here = |region: &str| profiles.iter().filter(|one| one.is_in(region)).count();
        assert!(here("us-east-1") >= 20, "{}", here("us-east-1"));
    }

    #[test]
    fn a_model_is_on_demand_in_some_regions_and_behind_profiles_in_others() {
        let models = models();
        let nova = models
            .iter()
            .find(|model| model.id == "amazon.nova-lite-v1:0")
            .expect("Nova Lite");
        assert_eq!(nova.types_in("us-east-1"), ["ON_DEMAND"]);
        assert_eq!(nova.types_in("eu-west-1"), ["INFERENCE_PROFILE"]);
        assert!(nova.is_in("us-gov-west-1") && !nova.is_in("sa-east-1"));
    }
}
