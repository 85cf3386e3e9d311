//! `etcd`: the etcd of the cluster, when it is to be scraped.

use serde::{Deserialize, Serialize};

/// The section `etcd`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Etcd {
    /// Whether etcd is scraped; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<bool>,
    /// The addresses of the members, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_ips: Option<String>,
    /// The port that the members listen on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether they speak TLS, with a client certificate; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_enable: Option<bool>,
}

impl Etcd {
    /// The addresses of the members, one by one.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.endpoint_ips.iter().flat_map(|text| text.split(',')).filter(|it| !it.is_empty())
    }
}
