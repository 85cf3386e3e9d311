//! From what the user has to a client that is ready.

mod kubeconfig;
mod options;
mod proxy;

use std::sync::Arc;

use kube::client::ClientBuilder;
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use tower::filter::FilterLayer;
use tower::util::{MapRequestLayer, option_layer};

use self::kubeconfig::{Found, Surroundings};
pub use self::options::{ConnectOptions, Timeouts};
use super::errors::{Credential, explain_auth};
use super::layers::{self, Counts, ObserveLayer, Warnings};
use super::wire::Wire;
use crate::error::ClusterError;

/// Finds the cluster and prepares the way to it; the text names the cluster for people.
pub(super) async fn connect(options: ConnectOptions) -> Result<(Wire, String), ClusterError> {
    let surroundings = Surroundings::real();
    let found = kubeconfig::find(&options, &surroundings)?;
    let (mut config, place) = match found {
        Some(found) => load(found).await?,
        None => (in_cluster()?, "in the cluster".to_owned()),
    };
    check_server(&config)?;
    if config.proxy_url.is_none() {
        config.proxy_url = proxy::from_environment(&config.cluster_url, &*surroundings.variable)?;
    }
    set_limits(&mut config, &options.timeouts);
    impersonate(&mut config, &options);
    let server: Arc<str> = address_of(&config.cluster_url).into();
    let description = format!("{server} ({place})");
    let credential = Arc::new(Credential::of(&config.auth_info));
    let counts = Arc::new(Counts::default());
    let warnings = Arc::new(Warnings::default());
    let client = build(config, options.read_only, &credential, &counts, &warnings).await?;
    let Timeouts { request: deadline, silence, .. } = options.timeouts;
    Ok((Wire { client, server, credential, deadline, silence, counts, warnings }, description))
}

/// Turns the chosen context into a configuration.
async fn load(found: Found) -> Result<(Config, String), ClusterError> {
    let place = format!("context {}", found.context);
    let has_own_proxy = found.has_own_proxy();
    let choice = KubeConfigOptions { context: Some(found.context), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(found.kubeconfig, &choice)
        .await
        .map_err(|error| ClusterError::NoCluster(format!("{place}: {error}")))?;
    // kube holds NO_PROXY against the proxy and not against the server, so what it took from the environment is dropped.
    if !has_own_proxy {
        config.proxy_url = None;
    }
    Ok((config, place))
}

fn in_cluster() -> Result<Config, ClusterError> {
    Config::incluster().map_err(|error| {
        let reason = "there is no kubeconfig with a cluster, and this is no pod of one";
        ClusterError::NoCluster(format!("{reason} ({error})"))
    })
}

fn check_server(config: &Config) -> Result<(), ClusterError> {
    match config.cluster_url.scheme_str() {
        Some("http" | "https") => Ok(()),
        _ => Err(ClusterError::NoCluster(format!("server {} begins with neither https nor http", config.cluster_url))),
    }
}

/// kube leaves reads without a deadline and retries for minutes; both are set right here.
fn set_limits(config: &mut Config, timeouts: &Timeouts) {
    config.default_retry = false;
    config.connect_timeout = Some(timeouts.connect);
    // Of a request as of a watch this is the longest pause between two bytes; `wire` and `watch` see to the whole.
    config.read_timeout = Some(timeouts.request.max(timeouts.silence));
    config.write_timeout = Some(timeouts.request);
    config.reset_reader_on_write = true;
}

fn impersonate(config: &mut Config, options: &ConnectOptions) {
    if let Some(user) = &options.impersonate {
        config.auth_info.impersonate = Some(user.clone());
        config.auth_info.impersonate_groups = Some(options.impersonate_groups.clone()).filter(|it| !it.is_empty());
    }
}

/// The address without what must not be printed.
fn address_of(server: &http::Uri) -> String {
    let host = server.authority().map_or("", |it| it.as_str().rsplit('@').next().unwrap_or_default());
    let path = server.path().trim_end_matches('/');
    format!("{}://{host}{path}", server.scheme_str().unwrap_or_default())
}

/// Builds the client on a thread where blocking is allowed, because a credential plugin may ask its user to log in.
async fn build(
    config: Config,
    read_only: bool,
    credential: &Credential,
    counts: &Arc<Counts>,
    warnings: &Arc<Warnings>,
) -> Result<Client, ClusterError> {
    let builder = tokio::task::spawn_blocking(move || ClientBuilder::try_from(config))
        .await
        .map_err(|_| ClusterError::NoCluster("the credentials cannot be sent in a header".into()))?
        .map_err(|error| ClusterError::NoCluster(reason_of(&error, credential)))?;
    let counts = Arc::clone(counts);
    let count = MapRequestLayer::new(move |request| {
        counts.note(&request);
        request
    });
    let guard = option_layer(read_only.then(|| FilterLayer::new(layers::guard)));
    Ok(builder.with_layer(&ObserveLayer(Arc::clone(warnings))).with_layer(&count).with_layer(&guard).build())
}

/// What a proxy address or the output of a plugin hold besides must not be told.
fn reason_of(error: &kube::Error, credential: &Credential) -> String {
    match error {
        kube::Error::Auth(error) => explain_auth(error, credential),
        kube::Error::ProxyProtocolUnsupported { proxy_url } | kube::Error::ProxyProtocolDisabled { proxy_url, .. } => {
            format!("proxy {}: only http, https and socks5 proxies are supported", address_of(proxy_url))
        }
        other => other.to_string(),
    }
}
