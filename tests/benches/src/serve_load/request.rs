//! One short request after another on one connection: what the gateway adds to what the simulator
//! takes by itself.

use std::time::Instant;

use benches::{Error, Gateway, Simulator, percentile};
use http_body_util::BodyExt as _;
use serde_json::json;

use crate::client::Connection;
use crate::dialect::Dialect;

/// What is asked of the simulator directly, unsigned.
const DIRECT: (&str, &str) = (
    "/model/amazon.nova-lite-v1%3A0/converse-stream",
    r#"{"messages":[{"role":"user","content":[{"text":"go"}]}]}"#,
);

/// What to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Requests {
    /// Requests to each, after a tenth of that to warm up
    #[arg(long, default_value_t = 5000)]
    requests: usize,
    /// The API to ask
    #[arg(long, value_enum, default_value = "openai")]
    dialect: Dialect,
}

impl Requests {
    pub(crate) async fn run(self) -> Result<(), Error> {
        let simulator = Simulator::start(&json!({"default": {"text": "Hello"}}))?;
        let gateway = Gateway::start(&simulator)?;
        let mut direct = Connection::open(simulator.address()?).await?;
        let mut through = Connection::open(gateway.address()?).await?;
        let warm_up = self.requests / 10;
        let (mut alone, mut behind) = (Vec::new(), Vec::new());
        let mut before = gateway.process().cpu()?;
        for number in 0..warm_up + self.requests {
            if number == warm_up {
                before = gateway.process().cpu()?;
            }
            let started = Instant::now();
            let answer = direct.post(DIRECT.0, DIRECT.1.to_owned()).await?;
            answer.collect().await?;
            let asked = Instant::now();
            through.stream(self.dialect, |_| Ok(())).await?;
            if number >= warm_up {
                alone.push((asked - started).as_secs_f64() * 1e6);
                behind.push(asked.elapsed().as_secs_f64() * 1e6);
            }
        }
        let cpu = gateway.process().cpu()? - before;
        println!("| whole short stream, µs | p50 | p99 |");
        println!("|---|---|---|");
        for (name, times) in [
            ("the simulator alone", &mut alone),
            ("through the gateway", &mut behind),
        ] {
            let [middle, most] = [50.0, 99.0].map(|percent| percentile(times, percent));
            println!("| {name} | {middle:.0} | {most:.0} |");
        }
        let each = cpu.as_secs_f64() * 1e6 / self.requests as f64;
        println!("\ngateway CPU per request: {each:.0} µs");
        Ok(())
    }
}
