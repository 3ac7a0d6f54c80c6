//! Why a command did not succeed, and the exit status that says so.

use std::io;
use std::process::ExitCode;

use host_shim::config::ConfigError;

use super::report;

/// What a command returns.
pub(super) type Outcome = Result<(), Failure>;

/// Everything but success.
#[derive(Debug)]
pub(super) enum Failure {
    /// The provider or the gateway failed: one sentence with what to do next. Status 1.
    Failed(String),
    /// The command line asks for something that makes no sense. Status 2.
    Usage(String),
    /// The config file does not hold. Status 2.
    Config(ConfigError),
    /// Ctrl-C. Status 130.
    Interrupted,
    /// The reader of our output went away: it has what it wanted. Status 0.
    ReaderGone,
    /// The output tells what failed. Status 1.
    Told,
    /// A panic; the hook has said its sentence. Status 1.
    Panicked,
}

impl Failure {
    /// Says the sentence on stderr.
    pub(super) fn exit_code_after_saying(self) -> ExitCode {
        match self {
            Self::Failed(sentence) => {
                report::error(&sentence);
                ExitCode::from(1)
            }
            Self::Usage(sentence) => {
                report::error(&sentence);
                ExitCode::from(2)
            }
            Self::Config(error) => {
                report::config_error(&error);
                ExitCode::from(2)
            }
            Self::Interrupted => ExitCode::from(130),
            Self::ReaderGone => ExitCode::SUCCESS,
            Self::Told | Self::Panicked => ExitCode::from(1),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// For writing to stdout, which is all the input and output that commands do by themselves.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Failed(format!("cannot write the output: {error}")),
        }
    }
}
