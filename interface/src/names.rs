//! Enums of names: what AWS's API reference lists, plus every name it may add later, verbatim.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Defines an enum whose values are names on the wire; an unknown name is kept in `Other`.
macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A name that this version doesn't know, verbatim.
            Other(String),
        }

        impl $name {
            /// The values that this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// The name as it stands on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(name) => name,
                }
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                match name {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(name: &str) -> Result<Self, Infallible> {
                Ok(Self::from(name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Ok(Self::from(name.as_ref()))
            }
        }
    };
}

names! {
    /// Who a message is from.
    Role { User = "user", Assistant = "assistant", System = "system" }
}
names! {
    /// Why the model stopped.
    StopReason {
        EndTurn = "end_turn",
        ToolUse = "tool_use",
        MaxTokens = "max_tokens",
        StopSequence = "stop_sequence",
        GuardrailIntervened = "guardrail_intervened",
        ContentFiltered = "content_filtered",
        MalformedModelOutput = "malformed_model_output",
        MalformedToolUse = "malformed_tool_use",
        ModelContextWindowExceeded = "model_context_window_exceeded",
    }
}
names! {
    /// The format of an image.
    ImageFormat { Png = "png", Jpeg = "jpeg", Gif = "gif", Webp = "webp" }
}
names! {
    /// The format of a document.
    DocumentFormat {
        Pdf = "pdf", Csv = "csv", Doc = "doc", Docx = "docx", Xls = "xls", Xlsx = "xlsx",
        Html = "html", Txt = "txt", Md = "md",
    }
}
names! {
    /// The format of a video.
    VideoFormat {
        Mkv = "mkv", Mov = "mov", Mp4 = "mp4", Webm = "webm", Flv = "flv", Mpeg = "mpeg",
        Mpg = "mpg", Wmv = "wmv", ThreeGp = "three_gp",
    }
}
names! {
    /// The format of a sound.
    AudioFormat {
        Mp3 = "mp3", Opus = "opus", Wav = "wav", Aac = "aac", Flac = "flac", Mp4 = "mp4",
        Ogg = "ogg", Mkv = "mkv", Mka = "mka", XAac = "x-aac", M4a = "m4a", Mpeg = "mpeg",
        Mpga = "mpga", Pcm = "pcm", Webm = "webm",
    }
}
names! {
    /// How a tool's run ended.
    ToolResultStatus { Success = "success", Error = "error" }
}
names! {
    /// The kind of a cache point.
    CachePointType { Default = "default" }
}
names! {
    /// How long a cached prefix lives.
    CacheTtl { FiveMinutes = "5m", OneHour = "1h" }
}
names! {
    /// What a piece of guarded text stands for.
    GuardContentQualifier {
        GroundingSource = "grounding_source", Query = "query", GuardContent = "guard_content",
    }
}
names! {
    /// How much of a guardrail's work is reported.
    GuardrailTrace { Enabled = "enabled", Disabled = "disabled", EnabledFull = "enabled_full" }
}
names! {
    /// Whether a guardrail holds the stream back (`sync`) or runs beside it (`async`).
    GuardrailStreamMode { Sync = "sync", Async = "async" }
}
names! {
    /// The latency class asked for.
    Latency { Standard = "standard", Optimized = "optimized" }
}
names! {
    /// The service tier asked for.
    ServiceTierType {
        Priority = "priority", Default = "default", Flex = "flex", Reserved = "reserved",
    }
}
names! {
    /// The kind of a structured output format.
    OutputFormatType { JsonSchema = "json_schema" }
}
names! {
    /// How hard a model thinks before it answers (not an AWS name: each model family takes it in
    /// its own way).
    Effort {
        Minimal = "minimal", Low = "low", Medium = "medium", High = "high", Xhigh = "xhigh",
        Max = "max",
    }
}
names! {
    /// Which cache points are put where the caller set none (not an AWS name): none, ones that live
    /// five minutes, or ones that live an hour where the model has that.
    PromptCaching { None = "none", Short = "short", Long = "long" }
}
names! {
    /// How important a log record is.
    LogLevel { Error = "error", Warn = "warn", Info = "info", Debug = "debug", Trace = "trace" }
}
names! {
    /// A kind of content that goes into or comes out of a model.
    Modality { Text = "text", Image = "image", Audio = "audio", Video = "video", Embedding = "embedding", Speech = "speech" }
}
names! {
    /// Which list a model was found in.
    ModelSource {
        Config = "config",
        FoundationModel = "foundation-model",
        SystemProfile = "system-profile",
        ApplicationProfile = "application-profile",
        ImportedModel = "imported-model",
        CustomDeployment = "custom-deployment",
        Provisioned = "provisioned",
        PromptRouter = "prompt-router",
    }
}
