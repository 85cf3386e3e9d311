//! Fields in objects of others, searches, and objects that are made once, at a real API server.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::sync::Arc;

use ks_apply::{ApplyMode, Cluster, ClusterError, ConnectOptions, KubeCluster, Planned};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::Catalogue;
use ks_tests::configuration::example_with;
use ks_tests::control_plane::{CLUSTER_CONFIGURATION, ControlPlane, Options};
use ks_tests::engine::{Engine, changed, changed_fields};
use serde_json::{Value, json};

const COMPONENT: &str = "
name: labels
description: Labels what it finds.
when: [spec.alerting.enabled]
settings: { found: { find: 'v1 ConfigMap there/?find=me#/data/colour' } }
";

const LABELS: &str = "
{%- for it in settings.found %}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ it.name }}, namespace: {{ it.namespace }}, labels: { colour: {{ it.value }} } }
{%- endfor %}
";

const COPIES: &str = "
{%- for it in settings.found %}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ 'copy-of-' ~ it.name }}, namespace: {{ it.namespace }} }
data: { colour: {{ it.value }} }
{%- endfor %}
";

/// A server without anything of the platform, with a namespace, and two ConfigMaps in it that somebody else made.
struct Stage {
    server: Arc<ControlPlane>,
    engine: Engine,
}

impl Stage {
    async fn set() -> Option<Self> {
        let options = Options { nodes: 1, controllers: false, operator: false };
        let server = Arc::new(ControlPlane::start_or_skip(options)?);
        server
            .apply("/api/v1/namespaces/there", r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"there"}}"#)
            .unwrap();
        let catalogue = Catalogue::from_files([
            ("platform/home/component.yaml", "{ name: home, description: Is where the inventory lives. }"),
            (
                "platform/home/namespace.yaml",
                "{ apiVersion: v1, kind: Namespace, metadata: { name: kubesphere-system } }",
            ),
            ("platform/labels/component.yaml", COMPONENT),
            ("platform/labels/existing/labels.yaml.j2", LABELS),
            ("platform/labels/once/copies.yaml.j2", COPIES),
        ]);
        let engine = Engine::with(connect(&server).await, catalogue.unwrap());
        let stage = Self { server, engine };
        stage.by_another("one", &json!({ "find": "me", "colour": "red" }));
        stage.by_another("two", &json!({ "find": "me" }));
        stage.by_another("three", &json!({}));
        Some(stage)
    }

    fn by_another(&self, name: &str, labels: &Value) {
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "labels": labels },
            "data": { "colour": "blue" } });
        self.server.apply(&path(name), &object.to_string()).unwrap();
    }

    fn object(&self, name: &str) -> Option<Value> {
        self.server.get(&path(name)).unwrap()
    }

    fn labels(&self, name: &str) -> Value {
        self.object(name).unwrap()["metadata"]["labels"].clone()
    }

    async fn plan(&self, on: bool) -> Planned {
        self.engine.plan(&example_with(&json!({ "alerting": { "enabled": on } }))).await
    }

    async fn converge(&self, on: bool) {
        self.engine.converge(&example_with(&json!({ "alerting": { "enabled": on } }))).await;
        let again = self.plan(on).await;
        assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
        assert_eq!(again.requests.dry_runs, 0);
    }
}

fn path(name: &str) -> String {
    format!("/api/v1/namespaces/there/configmaps/{name}")
}

async fn connect(server: &ControlPlane) -> KubeCluster {
    let options = ConnectOptions { kubeconfig: Some(server.kubeconfig()), ..ConnectOptions::default() };
    KubeCluster::connect(options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_others_are_taken_and_given_back() {
    let Some(stage) = Stage::set().await else { return };
    let planned = stage.plan(true).await;
    let change = |name: &str| format!("~ ConfigMap there/{name}");
    let changes = changed(&planned.plan);
    assert!(changes.contains(&change("one")) && changes.contains(&change("two")), "{changes:?}");
    assert!(!changes.contains(&change("three")), "{changes:?}");
    assert_eq!(planned.plan.conflicting().count(), 0, "what it takes needs no consent");

    stage.converge(true).await;
    assert_eq!(stage.labels("one"), json!({ "find": "me", "colour": "blue" }));
    assert_eq!(stage.labels("two"), json!({ "find": "me", "colour": "blue" }));
    let copy = stage.object("copy-of-two").unwrap();
    assert_eq!(copy["metadata"].get("labels"), None, "it is the user's");

    // What the user makes of it stays, and what the user deletes is not missed until the next plan.
    let edited = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "copy-of-one" }, "data": { "colour": "green" } });
    stage.server.apply(&path("copy-of-one"), &edited.to_string()).unwrap();
    assert!(stage.plan(true).await.plan.is_empty());

    stage.converge(false).await;
    assert_eq!(stage.labels("one"), json!({ "find": "me" }));
    assert_eq!(stage.labels("two"), json!({ "find": "me" }));
    assert_eq!(stage.object("copy-of-one").unwrap()["data"]["colour"], "green");
    stage.converge(true).await;
    assert_eq!(stage.labels("two"), json!({ "find": "me", "colour": "blue" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_has_gone_is_not_made_again() {
    let Some(stage) = Stage::set().await else { return };
    let planned = stage.plan(true).await;
    let one = ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "there", "one");
    let write = planned.plan.change(&one).unwrap().manifest.clone().unwrap();
    let cluster = connect(&stage.server).await;
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.preferred(&one.kind).unwrap();
    let force = ApplyMode { dry_run: false, force: true };

    stage.server.delete(&path("one")).unwrap();
    let error = cluster.apply(kind, &write, force).await.unwrap_err();
    assert!(matches!(error, ClusterError::Conflict { .. }), "{error:?}");
    assert_eq!(stage.object("one"), None);

    // Neither is another object of that name taken for it.
    stage.by_another("one", &json!({ "find": "me" }));
    let error = cluster.apply(kind, &write, force).await.unwrap_err();
    assert!(matches!(error, ClusterError::Invalid { .. }), "{error:?}");
    assert_eq!(stage.labels("one"), json!({ "find": "me" }));
}

/// What the catalogue itself writes into objects of others: labels of nodes, namespaces and rules, and a status.
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_labels_nodes_and_brings_old_rules_over() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(server) = ControlPlane::start_or_skip(options) else { return };
    let server = Arc::new(server);
    server.stand_in_for_controllers();
    let engine = Engine::on(connect(&server).await);
    let with = |on: bool| {
        let gpu = json!({ "nvidia_dcgm_exporter": { "enabled": on } });
        example_with(&json!({ "alerting": { "enabled": on }, "monitoring": { "gpu": gpu } }))
    };
    engine.converge(&with(false)).await;
    bring_what_others_have(&server);
    let get = |path: &str| server.get(path).unwrap().unwrap();
    let before = [NODE, RULES, CLUSTER_CONFIGURATION].map(|path| unversioned(get(path)));

    engine.converge(&with(true)).await;
    assert_eq!(get(NODE)["metadata"]["labels"]["nvidia.com/gpu.present"], "true");
    assert_eq!(
        get("/api/v1/namespaces/kube-system")["metadata"]["labels"]["kubesphere.io/workspace"],
        "system-workspace"
    );
    let status = json!({ "monitoring": { "status": "enabled" }, "alerting": { "status": "enabled" } });
    assert_eq!(get(CLUSTER_CONFIGURATION)["status"], status);
    let rules = get(RULES);
    assert_eq!(rules["metadata"]["labels"]["migrated-to-alerting-v2beta1"], "true");
    assert_eq!(rules["metadata"]["labels"]["role"], "alert-rules");
    let group = get(GROUP);
    assert_eq!(group["spec"]["rules"][0]["exprBuilder"]["workload"]["metricThreshold"]["memory"]["usage"], 73_400_320);
    let again = engine.plan(&with(true)).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));

    engine.converge(&with(false)).await;
    let after = [NODE, RULES, CLUSTER_CONFIGURATION].map(|path| unversioned(get(path)));
    assert_eq!(after[0], before[0]);
    assert_eq!(after[2]["status"], json!({ "monitoring": { "status": "enabled" } }));
    // The role was taken from whoever had it, and goes with the rest.
    assert_eq!(
        after[1]["metadata"]["labels"],
        json!({ "custom-alerting-rule-level": "namespace", "thanosruler": "thanos-ruler" })
    );
    assert_eq!(after[1]["spec"], before[1]["spec"]);
}

const NODE: &str = "/api/v1/nodes/gpu-1";
const RULES: &str = "/apis/monitoring.coreos.com/v1/namespaces/shop/prometheusrules/rules";
const GROUP: &str = "/apis/alerting.kubesphere.io/v2beta1/namespaces/shop/rulegroups/memory";

/// A node with a GPU, an old alert rule, and the ClusterConfiguration with its definition.
fn bring_what_others_have(server: &ControlPlane) {
    let apply = |path: &str, object: Value| server.apply(path, &object.to_string()).unwrap();
    let node = json!({ "apiVersion": "v1", "kind": "Node", "metadata": { "name": "gpu-1" } });
    apply(NODE, node.clone());
    let mut sized = node;
    sized["status"] = json!({ "capacity": { "nvidia.com/gpu": "2" }, "allocatable": { "nvidia.com/gpu": "2" } });
    apply(&format!("{NODE}/status"), sized);

    apply(
        "/api/v1/namespaces/shop",
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "shop" } }),
    );
    let condition = json!([{ "_metricType": "namespace:workload_memory_usage:sum{$1}", "condition_type": ">=",
        "thresholds": "70", "unit": "Mi" }]);
    let rule = json!({ "alert": "memory", "expr": "vector(1)", "for": "1m", "labels": { "severity": "warning" },
        "annotations": { "kind": "Deployment", "resources": "[\"web\"]", "rules": condition.to_string() } });
    let labels = json!({ "custom-alerting-rule-level": "namespace", "thanosruler": "thanos-ruler",
        "role": "thanos-alerting-rules" });
    apply(
        RULES,
        json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule",
        "metadata": { "name": "rules", "namespace": "shop", "labels": labels },
        "spec": { "groups": [{ "name": "g", "rules": [rule] }] } }),
    );

    server.add_cluster_configuration().unwrap();
}

/// The object without what changes with every write.
fn unversioned(mut object: Value) -> Value {
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["managedFields", "resourceVersion", "generation"] {
        metadata.remove(field);
    }
    object
}
