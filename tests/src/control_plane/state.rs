//! All that the cluster holds, kept and brought back: below the API server, in etcd.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use kube::{Client, Config};
use serde_json::{Value, json};

use super::{ControlPlane, Unavailable};

/// What the API server writes for itself, and what is of no consequence.
const OF_THE_SERVER: [&str; 4] = [
    "/registry/masterleases/",
    "/registry/leases/kube-system/",
    "/registry/events/",
    "/registry/apiregistration.k8s.io/",
];

/// Every object of a cluster as etcd holds it, by its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedState(BTreeMap<String, String>);

impl ControlPlane {
    /// Keeps all objects as they are now.
    ///
    /// # Errors
    /// When etcd does not answer.
    pub async fn save_state(&self) -> Result<SavedState, Unavailable> {
        Etcd::new(self)?.read().await
    }

    /// Makes all objects as they were. The API server learns of it as of any other write; what depends on definitions of
    /// custom kinds follows a moment later.
    ///
    /// # Errors
    /// When etcd does not answer.
    pub async fn restore_state(&self, state: &SavedState) -> Result<(), Unavailable> {
        let etcd = Etcd::new(self)?;
        let now = etcd.read().await?;
        // What was made later goes first: the definition of a kind after its objects.
        for key in now.0.keys().rev().filter(|key| !state.0.contains_key(*key)) {
            etcd.ask("deleterange", &json!({ "key": STANDARD.encode(key) })).await?;
        }
        for (key, value) in state.0.iter().filter(|(key, value)| now.0.get(*key) != Some(value)) {
            etcd.ask("put", &json!({ "key": STANDARD.encode(key), "value": value })).await?;
        }
        Ok(())
    }
}

/// The JSON gateway of etcd, where keys and values are in base64.
struct Etcd(Client);

impl Etcd {
    fn new(cluster: &ControlPlane) -> Result<Self, Unavailable> {
        let lost = |error: &dyn std::error::Error| Unavailable::Unreachable(format!("etcd: {error}"));
        let mut config = Config::new(cluster.etcd.parse().map_err(|error| lost(&error))?);
        config.proxy_url = None;
        Client::try_from(config).map(Self).map_err(|error| lost(&error))
    }

    async fn read(&self) -> Result<SavedState, Unavailable> {
        // `0` is the letter after `/`: all keys below it.
        let (first, end) = (STANDARD.encode("/registry/"), STANDARD.encode("/registry0"));
        let all = self.ask("range", &json!({ "key": first, "range_end": end })).await?;
        let entry = |it: &Value| {
            let key = String::from_utf8(STANDARD.decode(it["key"].as_str()?).ok()?).ok()?;
            Some((key, it["value"].as_str()?.to_owned()))
        };
        let entries = all["kvs"].as_array().into_iter().flatten().filter_map(entry);
        Ok(SavedState(entries.filter(|(key, _)| !OF_THE_SERVER.iter().any(|it| key.starts_with(it))).collect()))
    }

    async fn ask(&self, what: &str, question: &Value) -> Result<Value, Unavailable> {
        let lost = |error: &dyn std::error::Error| Unavailable::Unreachable(format!("etcd, {what}: {error}"));
        let request = Request::builder().method(Method::POST).uri(format!("/v3/kv/{what}"));
        let request = request.body(question.to_string().into_bytes()).map_err(|error| lost(&error))?;
        self.0.request(request).await.map_err(|error| lost(&error))
    }
}
