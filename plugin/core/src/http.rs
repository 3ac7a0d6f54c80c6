//! The HTTP client below the SDK's clients: rustls, the CA bundle, the proxy. The SDK itself ignores
//! `AWS_CA_BUNDLE` and proxies.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use provider_interface::{ErrorKind, ProviderError};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::config::Config;

/// The PEM file to trust besides the system's authorities.
fn ca_bundle(config: &Config) -> Option<PathBuf> {
    let of_environment = || env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    config
        .ca_bundle
        .clone()
        .or_else(|| of_environment().map(PathBuf::from))
}

/// How requests travel; a handle.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: SharedHttpClient,
    way: Way,
}

/// What connections are made with.
#[derive(Debug, Clone)]
struct Way {
    proxy: ProxyConfig,
    trust: TlsContext,
    connect: Duration,
}

impl Http {
    /// As the config and the environment say.
    pub(crate) fn new(config: &Config) -> Result<Self, ProviderError> {
        let way = Way::new(config)?;
        let of_client = way.clone();
        let client = Builder::new().build_with_connector_fn(move |settings, components| {
            let mut builder = Connector::builder();
            builder.set_connector_settings(settings.cloned());
            if let Some(components) = components {
                builder.set_sleep_impl(components.sleep_impl());
            }
            of_client.finish(builder)
        });
        Ok(Self { client, way })
    }

    /// For the SDK's clients.
    pub(crate) fn client(&self) -> SharedHttpClient {
        self.client.clone()
    }

    /// For a request without the SDK, over a connection of its own.
    pub(crate) fn connector(&self) -> Connector {
        let settings = HttpConnectorSettings::builder().connect_timeout(self.way.connect);
        let mut builder = Connector::builder().sleep_impl(TokioSleep::new());
        builder.set_connector_settings(Some(settings.build()));
        self.way.finish(builder)
    }
}

impl Way {
    fn new(config: &Config) -> Result<Self, ProviderError> {
        // A connection that the gateway made up is on this machine.
        let proxy = match config.connection {
            Some(_) => ProxyConfig::disabled(),
            None => proxy_of_environment()?,
        };
        let mut trust = TrustStore::default();
        if let Some(path) = ca_bundle(config) {
            trust.add_pem_certificate(read_ca_bundle(&path)?);
        }
        let trust = TlsContext::builder().with_trust_store(trust).build();
        let trust = trust.map_err(|error| {
            ProviderError::new(ErrorKind::Internal, format!("TLS can't be set up: {error}"))
        })?;
        let connect = config.timeouts.connect;
        Ok(Self {
            proxy,
            trust,
            connect,
        })
    }

    fn finish(&self, builder: ConnectorBuilder) -> Connector {
        builder
            .enable_tcp_nodelay(true)
            .proxy_config(self.proxy.clone())
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::AwsLc,
            ))
            .tls_context(self.trust.clone())
            .build()
    }
}

/// Reads a PEM file, and makes sure that every certificate in it can be used: the SDK panics on one
/// that can't.
fn read_ca_bundle(path: &Path) -> Result<Vec<u8>, ProviderError> {
    let refuse = |reason: String| {
        ProviderError::new(
            ErrorKind::InvalidRequest,
            format!("the CA bundle {} can't be used: {reason}", path.display()),
        )
    };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        store
            .add(certificate)
            .map_err(|error| refuse(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(refuse("it holds no PEM certificate".to_owned()));
    }
    Ok(pem)
}

/// The proxy of `HTTPS_PROXY` (else `ALL_PROXY`), except for what `NO_PROXY` lists.
///
/// For https alone: what goes over plain http is the machine's own (instance metadata, a local
/// endpoint), which no proxy can reach.
fn proxy_of_environment() -> Result<ProxyConfig, ProviderError> {
    let first = |names: &[&str]| {
        let mut values = names.iter().filter_map(|name| env::var(name).ok());
        values.find(|value| !value.trim().is_empty())
    };
    let Some(address) = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]) else {
        return Ok(ProxyConfig::disabled());
    };
    let address = match address.contains("://") {
        true => address,
        false => format!("http://{address}"),
    };
    let proxy = ProxyConfig::https(address).map_err(|_| {
        // Without the value, which may hold a password.
        ProviderError::new(
            ErrorKind::InvalidRequest,
            "HTTPS_PROXY can't be used; write it as http://HOST:PORT",
        )
    })?;
    Ok(match first(&["NO_PROXY", "no_proxy"]) {
        Some(exceptions) => proxy.no_proxy(exceptions),
        None => proxy,
    })
}
