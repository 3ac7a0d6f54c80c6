//! Who signs requests: the source of the credentials as the SDK's chain itself tells it, so that
//! what is shown is what is used.

pub(crate) mod chain;
pub(crate) mod files;

use std::env;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use provider_interface::{ErrorKind, ProviderError};
use tokio::time::timeout;

use crate::convert::error::from_credentials;

/// The environment's Bedrock API key.
const BEARER_TOKEN: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// How long the chain may take when a person asks for it; a role's endpoint that isn't there is
/// given up earlier.
const DEADLINE: Duration = Duration::from_secs(8);

/// The AWS profile that the user chose, if any.
pub(crate) fn chosen_profile() -> Option<String> {
    files::set("AWS_PROFILE")
}

/// The Bedrock API key of the environment. White space around it comes from a file.
pub(crate) fn bearer_token() -> Option<BearerToken> {
    let token = env::var(BEARER_TOKEN).ok()?;
    let token = token.trim();
    (!token.is_empty()).then(|| BearerToken(token.to_owned()))
}

/// A Bedrock API key; not to be printed.
#[derive(Clone)]
pub(crate) struct BearerToken(String);

impl BearerToken {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// Who signs.
#[derive(Debug, Clone)]
pub(crate) enum Signer {
    /// A key that the gateway made up (its simulator's).
    Given,
    /// The Bedrock API key of the environment; the chain isn't asked.
    Token(BearerToken),
    /// The SDK's chain.
    Chain(Recorder),
}

/// What is known of the credentials.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Standing {
    /// Where they come from, in the words that users know; none if there are none.
    pub(crate) source: Option<String>,
    /// Their end, if they have one.
    pub(crate) expiry: Option<SystemTime>,
    /// Why there are none.
    pub(crate) error: Option<ProviderError>,
}

impl Signer {
    pub(crate) fn new(
        token: Option<BearerToken>,
        chain: Option<SharedCredentialsProvider>,
    ) -> Self {
        match (token, chain) {
            (Some(token), _) => Self::Token(token),
            (None, Some(chain)) => Self::Chain(Recorder::new(chain)),
            (None, None) => Self::Given,
        }
    }

    /// What clients are to ask instead of the chain itself.
    pub(crate) fn credentials_provider(&self) -> Option<SharedCredentialsProvider> {
        match self {
            Self::Chain(recorder) => Some(SharedCredentialsProvider::new(recorder.clone())),
            Self::Given | Self::Token(_) => None,
        }
    }

    /// Whether the last request for credentials was in vain.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self, Self::Chain(recorder) if matches!(*recorder.last(), Last::Failed))
    }

    /// Where the credentials come from: those in use, else what the chain says now.
    pub(crate) async fn standing(&self) -> Standing {
        match self {
            Self::Given => Standing::default(),
            Self::Token(_) => Standing {
                source: Some(format!("env: {BEARER_TOKEN}")),
                ..Standing::default()
            },
            Self::Chain(recorder) => recorder.standing().await,
        }
    }
}

/// The SDK's chain, and what it said last.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    chain: SharedCredentialsProvider,
    last: Arc<Mutex<Last>>,
}

#[derive(Debug)]
enum Last {
    NotAsked,
    Given(Standing),
    Failed,
}

impl Recorder {
    fn new(chain: SharedCredentialsProvider) -> Self {
        Self {
            chain,
            last: Arc::new(Mutex::new(Last::NotAsked)),
        }
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self) -> Result<Credentials, CredentialsError> {
        let answer = self.chain.provide_credentials().await;
        *self.last() = match &answer {
            Ok(credentials) => Last::Given(standing_of(credentials)),
            Err(_) => Last::Failed,
        };
        answer
    }

    async fn standing(&self) -> Standing {
        if let Last::Given(standing) = &*self.last()
            && standing.expiry.is_none_or(|end| end > SystemTime::now())
        {
            return standing.clone();
        }
        let error = match timeout(DEADLINE, self.ask()).await {
            Ok(Ok(credentials)) => return standing_of(&credentials),
            Ok(Err(error)) => from_credentials(&error, chosen_profile().as_deref()),
            Err(_) => ProviderError::new(
                ErrorKind::Timeout,
                format!("AWS credentials were not delivered within {DEADLINE:?}"),
            ),
        };
        Standing {
            error: Some(error),
            ..Standing::default()
        }
    }
}

impl ProvideCredentials for Recorder {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.chain.fallback_on_interrupt()
    }
}

/// What providers of the chain leave on the credentials they give, and what they are called. The
/// first that is there counts: a profile that asks another provider leaves both marks.
const PROVIDERS: &[(AwsCredentialFeature, &str)] = &[
    (AwsCredentialFeature::CredentialsSso, "SSO"),
    (
        AwsCredentialFeature::CredentialsProcess,
        "CredentialProcess",
    ),
    (AwsCredentialFeature::CredentialsProfileLogin, "Login"),
    (
        AwsCredentialFeature::CredentialsProfileStsWebIdToken,
        "WebIdentityToken",
    ),
    (AwsCredentialFeature::CredentialsHttp, "EcsContainer"),
    (AwsCredentialFeature::CredentialsImds, "Ec2InstanceMetadata"),
];

/// Where credentials come from, by the marks on them.
fn standing_of(credentials: &Credentials) -> Standing {
    let marks = credentials.get_property::<Vec<AwsCredentialFeature>>();
    let has = |mark: &AwsCredentialFeature| marks.is_some_and(|marks| marks.contains(mark));
    let of_profile = has(&AwsCredentialFeature::CredentialsProfile);
    let source = if has(&AwsCredentialFeature::CredentialsEnvVars) {
        "env: AWS_ACCESS_KEY_ID + AWS_SECRET_ACCESS_KEY".to_owned()
    } else if of_profile && chosen_profile().is_some() {
        "env: AWS_PROFILE".to_owned()
    } else {
        let named = PROVIDERS.iter().find(|(mark, _)| has(mark));
        let name = match (named, credentials.expiry()) {
            (Some((_, name)), _) => name,
            // An assumed role leaves no mark; keys that stand in a file have no end.
            (None, Some(_)) => "AssumeRole",
            (None, None) => "Profile",
        };
        format!("aws-sdk default chain ({name})")
    };
    Standing {
        source: Some(source),
        expiry: credentials.expiry(),
        error: None,
    }
}
