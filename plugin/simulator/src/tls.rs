//! TLS with an authority made on the fly: the client gets its certificate as PEM, nothing touches the disk.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::error::SimError;

/// Names that every certificate covers: where the simulator is, and whom the SDK calls by default.
const DEFAULT_NAMES: [&str; 5] = [
    "localhost",
    "127.0.0.1",
    "::1",
    "bedrock-runtime.us-east-1.amazonaws.com",
    "bedrock.us-east-1.amazonaws.com",
];

/// The server's side of TLS, and the certificate that clients must trust.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    pub(crate) ca_pem: String,
}

/// Makes an authority and a certificate for the default names and `more_names` (wildcards allowed).
pub(crate) fn make(more_names: &[String]) -> Result<Tls, SimError> {
    let certificates =
        certificates(more_names).map_err(|error| SimError::Certificate(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificates.key_der));
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificates.leaf], key)
        })
        .map_err(|error| SimError::Certificate(error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        ca_pem: certificates.ca_pem,
    })
}

struct Certificates {
    ca_pem: String,
    leaf: rustls::pki_types::CertificateDer<'static>,
    key_der: Vec<u8>,
}

fn certificates(more_names: &[String]) -> Result<Certificates, rcgen::Error> {
    let mut ca = CertificateParams::default();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca.distinguished_name
        .push(DnType::CommonName, "bedrock-simulator test authority");
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let names = DEFAULT_NAMES
        .iter()
        .map(|name| (*name).to_owned())
        .chain(more_names.iter().cloned());
    let mut leaf = CertificateParams::new(names.collect::<Vec<_>>())?;
    leaf.distinguished_name
        .push(DnType::CommonName, "bedrock-simulator");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&key, &issuer)?;
    Ok(Certificates {
        ca_pem,
        leaf: leaf.der().clone(),
        key_der: key.serialize_der(),
    })
}
