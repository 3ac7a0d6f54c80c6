//! Tokens in, dollars out.

use provider_interface::CacheDetail;

use super::*;

fn facts(json: &str) -> Facts {
    serde_json::from_str(json).expect("facts")
}

fn priced() -> Facts {
    facts(
        r#"{"cost":{"input":3.0,"output":15.0,"cacheRead":0.3,"cacheWrite":3.75,"cacheWriteHour":6.0},
            "longContext":{"above":200000,"input":6.0,"output":22.5,"cacheRead":0.6},
            "tiers":{"flex":0.5},"regionalFactor":1.1}"#,
    )
}

fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input_tokens: input,
        output_tokens: output,
        ..Usage::default()
    }
}

fn total(usage: &Usage, model_id: &str, tier: Option<&str>, facts: &Facts) -> Option<f64> {
    let cost = cost(usage, Served { model_id, tier }, facts)?;
    assert_eq!(
        cost.total,
        cost.input + cost.output + cost.cache_read + cost.cache_write
    );
    Some((cost.total * 1e9).round() / 1e9)
}

#[test]
fn tokens_cost_their_price() {
    let usage = usage(1_000_000, 100_000);
    let facts = Facts {
        long_context: None,
        ..priced()
    };
    assert_eq!(total(&usage, "m", None, &facts), Some(4.5));
    assert_eq!(total(&usage, "m", Some("default"), &facts), Some(4.5));
    assert_eq!(total(&usage, "m", Some("flex"), &facts), Some(2.25));
    assert_eq!(total(&usage, "us.m", None, &facts), Some(4.95));
    assert_eq!(total(&usage, "global.m", None, &facts), Some(4.5));
}

#[test]
fn the_cache_has_prices_of_its_own_and_an_hour_another() {
    let usage = Usage {
        cache_read_input_tokens: Some(10_000),
        cache_write_input_tokens: Some(3000),
        cache_details: Some(vec![
            CacheDetail {
                ttl: CacheTtl::OneHour,
                input_tokens: 1000,
            },
            CacheDetail {
                ttl: CacheTtl::FiveMinutes,
                input_tokens: 2000,
            },
        ]),
        ..usage(0, 0)
    };
    // 10,000 x 0.3 + 2,000 x 3.75 + 1,000 x 6
    assert_eq!(total(&usage, "m", None, &priced()), Some(0.0165));
}

#[test]
fn a_long_conversation_is_dearer_the_cache_counted_in() {
    let usage = Usage {
        cache_read_input_tokens: Some(150_000),
        ..usage(100_000, 1000)
    };
    // 100,000 x 6 + 150,000 x 0.6 + 1,000 x 22.5
    assert_eq!(total(&usage, "m", None, &priced()), Some(0.7125));
}

#[test]
fn what_cannot_be_told_is_not_told() {
    assert_eq!(total(&usage(1, 1), "m", None, &Facts::default()), None);
    assert_eq!(total(&usage(1, 1), "m", Some("priority"), &priced()), None);
    let no_cache = facts(r#"{"cost":{"input":1.0,"output":1.0}}"#);
    let cached = Usage {
        cache_read_input_tokens: Some(1),
        ..usage(1, 1)
    };
    assert_eq!(total(&cached, "m", None, &no_cache), None);
    assert_eq!(total(&usage(1, 1), "m", None, &no_cache), Some(0.000_002));
}
