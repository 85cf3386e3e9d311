//! What the real prometheus-operator makes of the applied objects: a configuration that Prometheus takes, with a scrape job
//! for each endpoint of each ServiceMonitor and PodMonitor.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use flate2::read::GzDecoder;
use ks_apply::{ConnectOptions, KubeCluster, Planned};
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::Engine;
use ks_tests::promtool::Promtool;
use serde_json::Value;

const SECRET: &str = "/api/v1/namespaces/kubesphere-monitoring-system/secrets/prometheus-k8s";
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_makes_a_configuration_that_scrapes_every_monitor() {
    let options = Options { nodes: 1, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let Some(promtool) = Promtool::find_or_skip() else { return };
    let cluster = Arc::new(cluster);
    cluster.add_what_others_bring().unwrap();
    let operator = cluster.start_operator_when_defined();
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());
    let planned = engine.converge(&everything_on()).await;
    operator.join().unwrap();

    let wanted = wanted_jobs(&planned);
    assert!(wanted.len() > 10, "{wanted:?}");
    // The operator writes the configuration anew as the monitors come.
    let has_all = |it: &Value| jobs(&configuration(it)) == wanted;
    let secret = cluster.wait_for(SECRET, PATIENCE, has_all).unwrap_or_else(|_| {
        let found = jobs(&configuration(&cluster.get(SECRET).unwrap().unwrap()));
        let lacking: Vec<_> = wanted.difference(&found).collect();
        let unknown: Vec<_> = found.difference(&wanted).collect();
        panic!("no scrape job for {lacking:?}; of nobody: {unknown:?}");
    });

    let file = cluster.folder().join("prometheus.yaml");
    fs::write(&file, configuration(&secret)).unwrap();
    let run = promtool.check_configuration(&file).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// One job for each endpoint, as the operator names them.
fn wanted_jobs(planned: &Planned) -> BTreeSet<String> {
    let mut jobs = BTreeSet::new();
    for manifest in planned.desired.manifests() {
        let (prefix, endpoints) = match manifest.object().kind.kind.as_str() {
            "ServiceMonitor" => ("serviceMonitor", "/spec/endpoints"),
            "PodMonitor" => ("podMonitor", "/spec/podMetricsEndpoints"),
            _ => continue,
        };
        let object = manifest.object();
        let count = manifest.value().pointer(endpoints).and_then(Value::as_array).map_or(0, Vec::len);
        assert!(count > 0, "{object} scrapes nothing");
        let namespace = object.namespace.as_deref().unwrap_or_default();
        jobs.extend((0..count).map(|index| format!("{prefix}/{namespace}/{}/{index}", object.name)));
    }
    jobs
}

/// The configuration in the Secret of the operator.
fn configuration(secret: &Value) -> String {
    let encoded = secret.pointer("/data/prometheus.yaml.gz").and_then(Value::as_str).unwrap_or_default();
    let packed = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap();
    let mut text = String::new();
    if !packed.is_empty() {
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
    }
    text
}

fn jobs(configuration: &str) -> BTreeSet<String> {
    let value: Value = serde_saphyr::from_str(configuration).unwrap_or_default();
    let jobs = value["scrape_configs"].as_array().into_iter().flatten();
    jobs.filter_map(|it| it["job_name"].as_str().map(str::to_owned)).collect()
}
