//! AWS Signature Version 4, recomputed from what came over the wire.
//! Follows "Create a signed AWS API request" of the IAM user guide, step by step.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::{Accepted, Credentials, Signed, clock};
use crate::error::Refusal;
use crate::limits::CLOCK_SKEW;
use crate::record::AuthKind;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// `signingName` of both service models.
const SERVICE: &str = "bedrock";

/// The parts of an `Authorization` header.
struct Claim<'a> {
    access_key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

/// Verifies a signed request.
pub(super) fn verify(
    request: &Signed<'_>,
    header: &str,
    accepted: &Accepted,
    now: SystemTime,
) -> Result<AuthKind, Refusal> {
    let claim = claim(header)?;
    let credentials = credentials(&claim, accepted)?;
    check_token(request, credentials)?;
    check_scope(&claim)?;
    let stamp = header_text(request, "x-amz-date").ok_or_else(|| {
        incomplete("it requires existence of either a 'X-Amz-Date' or a 'Date' header")
    })?;
    check_time(&stamp, &claim, now)?;
    check_signed_headers(request, &claim)?;
    let canonical = canonical_request(request, &claim);
    let scope = format!(
        "{}/{}/{}/{}",
        claim.date, claim.region, claim.service, claim.terminator
    );
    let to_sign = format!(
        "{ALGORITHM}\n{stamp}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    if hex(&signature(&credentials.secret_access_key, &claim, &to_sign)) != claim.signature {
        return Err(mismatch(&canonical, &to_sign));
    }
    Ok(AuthKind::SigV4 {
        access_key_id: claim.access_key_id.to_owned(),
        region: claim.region.to_owned(),
    })
}

fn claim(header: &str) -> Result<Claim<'_>, Refusal> {
    let Some(rest) = header.strip_prefix(ALGORITHM) else {
        return Err(incomplete("Unsupported AWS 'algorithm'"));
    };
    let mut parts = BTreeMap::new();
    for part in rest.split(',') {
        if let Some((name, value)) = part.trim().split_once('=') {
            parts.insert(name, value);
        }
    }
    let part = |name: &str| {
        let found = parts.get(name).copied();
        found.ok_or_else(|| {
            incomplete(&format!(
                "Authorization header requires '{name}' parameter."
            ))
        })
    };
    let credential: Vec<&str> = part("Credential")?.split('/').collect();
    let &[access_key_id, date, region, service, terminator] = credential.as_slice() else {
        return Err(incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term",
        ));
    };
    Ok(Claim {
        access_key_id,
        date,
        region,
        service,
        terminator,
        signed_headers: part("SignedHeaders")?.split(';').collect(),
        signature: part("Signature")?,
    })
}

fn credentials<'a>(claim: &Claim<'_>, accepted: &'a Accepted) -> Result<&'a Credentials, Refusal> {
    let known = accepted
        .credentials
        .iter()
        .find(|known| known.access_key_id == claim.access_key_id);
    known.ok_or_else(invalid_token)
}

/// A temporary key needs its own token, a lasting one must have none.
fn check_token(request: &Signed<'_>, credentials: &Credentials) -> Result<(), Refusal> {
    if header_text(request, "x-amz-security-token") != credentials.session_token {
        return Err(invalid_token());
    }
    if credentials.expired {
        let message = "The security token included in the request is expired";
        return Err(Refusal::new(403, "ExpiredTokenException", message));
    }
    Ok(())
}

fn check_scope(claim: &Claim<'_>) -> Result<(), Refusal> {
    if claim.service != SERVICE {
        return Err(invalid(format!(
            "Credential should be scoped to correct service: '{SERVICE}'. "
        )));
    }
    if claim.terminator != "aws4_request" {
        return Err(invalid(
            "Credential should be scoped with a valid terminator: 'aws4_request'.",
        ));
    }
    if claim.region.is_empty() {
        return Err(invalid("Credential should be scoped to a valid region. "));
    }
    Ok(())
}

fn check_time(stamp: &str, claim: &Claim<'_>, now: SystemTime) -> Result<(), Refusal> {
    let Some(time) = clock::parse(stamp) else {
        return Err(incomplete("Date must be in ISO-8601 'basic format'."));
    };
    if !stamp.starts_with(claim.date) {
        return Err(invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        ));
    }
    let (earliest, latest) = (now - CLOCK_SKEW, now + CLOCK_SKEW);
    let now = clock::stamp(now);
    if time < earliest {
        let earliest = clock::stamp(earliest);
        return Err(invalid(format!(
            "Signature expired: {stamp} is now earlier than {earliest} ({now} - 5 min.)"
        )));
    }
    if time > latest {
        let latest = clock::stamp(latest);
        return Err(invalid(format!(
            "Signature not yet current: {stamp} is still later than {latest} ({now} + 5 min.)"
        )));
    }
    Ok(())
}

/// "The host header … and any x-amz-* header in the request must be signed."
fn check_signed_headers(request: &Signed<'_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let signed = |name: &str| claim.signed_headers.contains(&name);
    if !signed("host") {
        return Err(invalid(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    let amazon = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-"));
    for name in amazon {
        if !signed(name) {
            return Err(invalid(format!(
                "There were headers present in the request which were not signed: {name}"
            )));
        }
    }
    Ok(())
}

/// The request in the one form that both sides hash.
fn canonical_request(request: &Signed<'_>, claim: &Claim<'_>) -> String {
    let mut headers = String::new();
    for name in &claim.signed_headers {
        let value = header_text(request, name).unwrap_or_default();
        let _ = writeln!(headers, "{name}:{value}");
    }
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{}",
        request.method,
        encoded(request.path, true),
        canonical_query(request.query),
        claim.signed_headers.join(";"),
        hex(&Sha256::digest(request.body)),
    )
}

/// A header's values, trimmed, inner white space collapsed, joined by commas.
fn header_text(request: &Signed<'_>, name: &str) -> Option<String> {
    let values: Vec<String> = request
        .headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split(' ')
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    match (values.is_empty(), name) {
        (true, "host") => request.authority.map(str::to_owned),
        (true, _) => None,
        (false, _) => Some(values.join(",")),
    }
}

/// Names and values encoded anew, sorted by name, then by value.
fn canonical_query(query: &str) -> String {
    let recoded = |text: &str| {
        let plain = crate::routes::percent_decoded(text).unwrap_or_else(|| text.to_owned());
        encoded(&plain, false)
    };
    let mut members: Vec<(String, String)> = query
        .split('&')
        .filter(|member| !member.is_empty())
        .map(|member| {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            (recoded(name), recoded(value))
        })
        .collect();
    members.sort();
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    members.join("&")
}

/// Everything but the unreserved characters becomes `%XX`. The path is encoded on the wire already and is
/// encoded again here: "URI-encode twice" holds for every service but S3.
fn encoded(text: &str, keep_slash: bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            b'/' if keep_slash => encoded.push('/'),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// The key is derived through date, region and service, then signs.
fn signature(secret: &str, claim: &Claim<'_>, to_sign: &str) -> Vec<u8> {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [
        claim.date,
        claim.region,
        claim.service,
        claim.terminator,
        to_sign,
    ] {
        key = hmac(&key, part.as_bytes());
    }
    key
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of every length; were that to fail, no signature would ever match.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn invalid_token() -> Refusal {
    Refusal::new(
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(403, "InvalidSignatureException", message)
}

fn incomplete(message: &str) -> Refusal {
    Refusal::new(403, "IncompleteSignatureException", message)
}

/// Like AWS it echoes the canonical request, tokens included: clients must not log it whole.
fn mismatch(canonical: &str, to_sign: &str) -> Refusal {
    invalid(format!(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this \
         request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
    ))
}
