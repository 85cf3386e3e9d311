//! Every gate, closed and opened again on a real API server: the cluster is exactly as it was.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeMap;

use ks_apply::{Cluster, KubeCluster, ListQuery};
use ks_model::GroupKind;
use ks_plan::Catalogue;
use ks_tests::configuration::{GATES, Gate, all_gates, everything_on, example_with, merge};
use ks_tests::control_plane::ControlPlane;
use ks_tests::engine::Engine;
use serde_json::{Value, json};

/// Objects by identity, without what a new object of the same content has of its own.
type Objects = BTreeMap<String, Value>;

#[tokio::test(flavor = "multi_thread")]
async fn each_gate_closed_and_opened_again_leaves_no_trace() {
    let Some(plane) = ControlPlane::stood_in() else { return };
    let cluster = plane.cluster().await;
    let engine = Engine::on(cluster.clone());

    let (on, off) = (everything_on(), example_with(&all_gates(false)));
    let kinds = engine.plan(&on).await.desired.contents().kinds.into_iter().collect::<Vec<_>>();
    let look = async || objects(&cluster, &kinds).await;
    engine.converge(&off).await;
    let all_off = look().await;
    engine.converge(&on).await;
    let all_on = look().await;
    assert!(all_on.len() > all_off.len() + 50, "{} and {}", all_on.len(), all_off.len());
    engine.converge(&off).await;
    is_same(&look().await, &all_off, "everything off again");
    engine.converge(&on).await;
    is_same(&look().await, &all_on, "everything on again");

    let catalogue = Catalogue::embedded().unwrap();
    let is_read = |gate: &Gate| {
        let field = format!("spec{}", gate.field.replace('/', "."));
        catalogue.components().any(|it| it.when.iter().any(|condition| condition.contains(&field)))
    };
    for gate in GATES.iter().filter(|it| is_read(it)) {
        let mut spec = all_gates(true);
        merge(&mut spec, &gate.set(false));
        engine.converge(&example_with(&spec)).await;
        assert_ne!(look().await.len(), all_on.len(), "{} switches nothing off", gate.field);
        engine.converge(&on).await;
        is_same(&look().await, &all_on, gate.field);
    }
}

fn is_same(found: &Objects, expected: &Objects, after: &str) {
    let differs: Vec<String> = found
        .keys()
        .chain(expected.keys())
        .filter(|it| found.get(*it) != expected.get(*it))
        .map(|it| format!("{it}: {} instead of {}", shown(found.get(it)), shown(expected.get(it))))
        .collect();
    assert!(differs.is_empty(), "{after}:\n{}", differs.join("\n"));
}

fn shown(object: Option<&Value>) -> String {
    object.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// All objects of these kinds, ours and others'.
async fn objects(cluster: &KubeCluster, kinds: &[GroupKind]) -> Objects {
    let served = cluster.discover().await.unwrap();
    let mut all = Objects::new();
    for kind in kinds.iter().filter_map(|it| served.preferred(it)) {
        for object in cluster.list(kind, &ListQuery::default()).await.unwrap() {
            let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
            all.insert(format!("{} {}/{}", kind.kind, text("namespace"), text("name")), comparable(object));
        }
    }
    all
}

fn comparable(mut object: Value) -> Value {
    object.as_object_mut().unwrap().shift_remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    for own in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
        metadata.shift_remove(own);
    }
    // Who owns what is compared, when it was written is not.
    let owners = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
    let of_ks = owners.into_iter().flatten().filter(|it| it["manager"] == "ks");
    let owned: Vec<Value> = of_ks.map(|it| json!([it["operation"], it["apiVersion"], it["fieldsV1"]])).collect();
    metadata.insert("managedFields".to_owned(), json!(owned));
    for (path, key) in [("/spec", "clusterIP"), ("/spec", "clusterIPs")] {
        // The server gives a new Service another address.
        let spec = object.pointer_mut(path).and_then(Value::as_object_mut);
        spec.into_iter().for_each(|it| drop(it.shift_remove(key)));
    }
    if object["type"] == "kubernetes.io/tls" {
        object["data"] = json!(object["data"].as_object().map(|it| it.keys().cloned().collect::<Vec<_>>()));
    }
    without_certificates(&mut object);
    object
}

/// A certificate that has gone is made anew.
fn without_certificates(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.shift_remove("caBundle");
            map.values_mut().for_each(without_certificates);
        }
        Value::Array(items) => items.iter_mut().for_each(without_certificates),
        _ => {}
    }
}
