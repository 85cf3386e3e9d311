//! The metrics of etcd: addresses, port and TLS.

use ks_plan::Compiled;
use serde_json::{Value, json};

use crate::support::{bundle, compiled, field, nodes, objects, with_spec};

const ENDPOINTS: &str = "Endpoints kube-system/etcd";
const MONITOR: &str = "ServiceMonitor.monitoring.coreos.com kubesphere-monitoring-system/etcd";
const PROMETHEUS: &str = "Prometheus.monitoring.coreos.com kubesphere-monitoring-system/k8s";

/// Compiles with etcd monitoring on, and what else its section says.
fn with_etcd(mut section: Value) -> Compiled {
    section["monitoring"] = json!(true);
    compiled(&with_spec(json!({ "etcd": section })), &nodes(1))
}

fn addresses(text: &str) -> Value {
    field(&with_etcd(json!({ "endpointIps": text })), ENDPOINTS, "/subsets/0/addresses")
}

#[test]
fn every_address_becomes_one_of_the_endpoints() {
    assert_eq!(addresses("192.168.0.2"), json!([{ "ip": "192.168.0.2" }]));
    assert_eq!(addresses("fd00::2"), json!([{ "ip": "fd00::2" }]));
    let three = json!([{ "ip": "192.168.0.2" }, { "ip": "192.168.0.3" }, { "ip": "192.168.0.4" }]);
    assert_eq!(addresses("192.168.0.2,192.168.0.3,192.168.0.4"), three);
}

#[test]
fn addresses_stand_as_the_api_server_stores_them() {
    let sorted = json!([{ "ip": "192.168.0.10" }, { "ip": "192.168.0.9" }]);
    assert_eq!(addresses("192.168.0.9,192.168.0.10,192.168.0.9"), sorted);
}

#[test]
fn the_port_is_that_of_the_endpoints() {
    let silent = with_etcd(json!({ "endpointIps": "192.168.0.2" }));
    let explicit = with_etcd(json!({ "endpointIps": "192.168.0.2", "port": 2381 }));
    let port = |compiled: &Compiled| field(compiled, ENDPOINTS, "/subsets/0/ports/0/port");
    assert_eq!([port(&silent), port(&explicit)], [json!(2379), json!(2381)]);
    assert_eq!(field(&explicit, "Service kube-system/etcd", "/spec/ports/0/port"), 2379);
}

#[test]
fn tls_brings_certificates_to_the_scrape_and_to_prometheus() {
    let folder = "/etc/prometheus/secrets/kube-etcd-client-certs";
    let on = with_etcd(json!({ "endpointIps": "192.168.0.2", "tlsEnable": true }));
    let endpoint = json!({
        "port": "metrics", "interval": "1m", "scheme": "https", "tlsConfig": {
            "caFile": format!("{folder}/etcd-client-ca.crt"),
            "certFile": format!("{folder}/etcd-client.crt"),
            "keyFile": format!("{folder}/etcd-client.key"),
        },
    });
    assert_eq!(field(&on, MONITOR, "/spec/endpoints"), json!([endpoint]));
    assert_eq!(field(&on, PROMETHEUS, "/spec/secrets"), json!(["kube-etcd-client-certs"]));

    for off in [json!({ "tlsEnable": false }), json!({})] {
        let mut section = off;
        section["endpointIps"] = json!("192.168.0.2");
        let off = with_etcd(section);
        assert_eq!(field(&off, MONITOR, "/spec/endpoints"), json!([{ "port": "metrics", "interval": "1m" }]));
        assert_eq!(field(&off, PROMETHEUS, "/spec/secrets"), Value::Null);
    }
}

#[test]
fn the_secret_of_the_administrator_is_no_object_of_ours() {
    let compiled = with_etcd(json!({ "endpointIps": "192.168.0.2", "tlsEnable": true }));
    let names: Vec<String> = objects(bundle(&compiled, "etcd")).into_keys().collect();
    insta::assert_snapshot!(names.join("\n"), @"
        Endpoints kube-system/etcd
        GlobalRuleGroup.alerting.kubesphere.io etcd
        PrometheusRule.monitoring.coreos.com kubesphere-monitoring-system/prometheus-k8s-etcd-rules
        Service kube-system/etcd
        ServiceMonitor.monitoring.coreos.com kubesphere-monitoring-system/etcd
        ");
}

#[test]
fn the_records_of_etcd_keep_their_names() {
    let compiled = with_etcd(json!({ "endpointIps": "192.168.0.2" }));
    let rule = "PrometheusRule.monitoring.coreos.com kubesphere-monitoring-system/prometheus-k8s-etcd-rules";
    let groups = field(&compiled, rule, "/spec/groups");
    let lines: Vec<String> = groups
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap().iter().map(move |rule| (&group["name"], rule)))
        .map(|(group, rule)| format!("{group} {} {}", rule["record"], rule["labels"]["quantile"]))
        .collect();
    insta::assert_snapshot!(lines.join("\n").replace('"', ""));
    for rule in groups.as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap()) {
        let text = rule["expr"].as_str().unwrap();
        assert_eq!(text.matches('(').count(), text.matches(')').count(), "{text}");
        assert!(text.contains(r#"job=~".*etcd.*""#), "{text}");
    }
}
