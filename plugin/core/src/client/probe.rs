//! Whether the two services can be reached from here: the way there (proxy, TLS) is that of every
//! request, and any answer counts.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use provider_interface::EndpointProbe;
use tokio::time::timeout;

use super::Session;
use crate::convert::error::causes;

/// How long an endpoint may take: someone waits for it.
const DEADLINE: Duration = Duration::from_secs(8);

impl Session {
    /// Asks both services for anything at all.
    pub(crate) async fn probe(&self) -> Vec<EndpointProbe> {
        let clients = self.clients(self.region());
        let (runtime, control) = tokio::join!(
            self.ask("runtime", clients.endpoint),
            self.ask("control plane", clients.control_endpoint),
        );
        vec![runtime, control]
    }

    async fn ask(&self, name: &str, url: String) -> EndpointProbe {
        let began = Instant::now();
        let answer = match HttpRequest::get(&url) {
            Ok(request) => match timeout(DEADLINE, self.http.connector().call(request)).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(error)) => Err(causes(&error)),
                Err(_) => Err(format!("no answer within {DEADLINE:?}")),
            },
            Err(error) => Err(error.to_string()),
        };
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        EndpointProbe {
            name: name.to_owned(),
            url,
            millis: answer.is_ok().then_some(millis),
            clock_ahead_seconds: answer.as_ref().ok().and_then(clock_ahead),
            error: answer.err(),
        }
    }
}

/// How far the local clock is ahead of the service's, by the answer's date.
fn clock_ahead(answer: &HttpResponse) -> Option<i64> {
    let date = DateTime::from_str(answer.headers().get("date")?, Format::HttpDate).ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(i64::try_from(now.as_secs()).ok()? - date.secs())
}
