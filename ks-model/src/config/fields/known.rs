//! Keys that are known and not read: sections of other modules, and spellings that never had an effect.

/// Keys that other modules of the platform read; they are carried through and nothing below them is checked.
pub(super) const FOREIGN: &[&str] = &[
    "authentication",
    "auditing",
    "devops",
    "edgeruntime",
    "events",
    "gatekeeper",
    "gateway",
    "logging",
    "metrics_server",
    "multicluster",
    "network",
    "openpitrix",
    "terminal",
    "telemetry",
    // Older layouts, which the installer moved on its own.
    "console",
    "kubeedge",
    "networkpolicy",
    "notification",
    "common.core",
    "common.es",
    "common.etcdVolumeSize",
    "common.fluentbit",
    "common.ldap",
    "common.minio",
    "common.minioVolumeSize",
    "common.mysql",
    "common.mysqlVolumeSize",
    "common.openldap",
    "common.openldapVolumeSize",
    "common.opensearch",
    "common.redis",
    "common.redisVolumSize",
    "common.redisVolumeSize",
    "common.s3",
    "servicemesh.istio",
];

/// A spelling that never had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Its keys, from the top of the spec; a key may hold a dot.
    pub keys: &'static [&'static str],
    /// What to write instead.
    pub instead: &'static str,
}

const DEAD: &[Dead] = &[
    Dead { keys: &["monitoring", "prometheusReplica"], instead: "write monitoring.prometheus.replicas" },
    Dead {
        keys: &["monitoring", "prometheusMemoryRequest"],
        instead: "write monitoring.prometheus.resources.requests.memory",
    },
    Dead { keys: &["monitoring", "grafana", "enable"], instead: "write monitoring.grafana.enabled" },
    Dead {
        keys: &["monitoring", "enabled"],
        instead: "monitoring is always installed; for a Prometheus of your own write common.monitoring.type: external",
    },
    Dead { keys: &["etcd.endpointIps"], instead: "write endpointIps below etcd" },
    Dead { keys: &["etcd.port"], instead: "write port below etcd" },
    Dead { keys: &["etcd.tlsEnable"], instead: "write tlsEnable below etcd" },
];

/// The spellings that never had an effect.
pub fn dead() -> &'static [Dead] {
    DEAD
}
