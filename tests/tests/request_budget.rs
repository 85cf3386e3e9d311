//! What it costs to find out that nothing is to do: a number of requests that depends on the catalogue, and not on what else is
//! in the cluster.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeSet;

use futures::{StreamExt, stream};
use ks_apply::Planned;
use ks_model::Ownership;
use ks_plan::Inventory;
use ks_plan::readiness::companion;
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Writer};
use ks_tests::engine::{Engine, changed_fields};
use serde_json::{Value, json};

/// What is asked beside lists of members and objects that no list of members has.
const REST: u64 = 5;
/// How many objects are made at once.
const WIDTH: usize = 32;

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_cluster_costs_few_requests_however_full_it_is() {
    let Some(plane) = ControlPlane::stood_in() else { return };
    let engine = Engine::on(plane.cluster().await);
    engine.converge(&everything_on()).await;

    let before = plane.audit_events().unwrap().len();
    let alone = settled(&engine).await;
    let (pairs, others) = (places(&alone).len() as u64, others(&alone) as u64);
    let reads = alone.requests.reads;
    let budget = pairs + others + REST;
    let events = plane.audit_events().unwrap();
    let asked: Vec<&str> = events[before..].iter().map(|it| it.uri.as_str()).collect();
    assert!(
        reads <= budget,
        "{reads} requests for {pairs} kinds in namespaces and {others} objects of others:\n{}",
        asked.join("\n")
    );
    println!("{reads} requests, {budget} allowed: {pairs} kinds in namespaces, {others} objects without our label");

    let writer = plane.writer().await.unwrap();
    let mut made = 0;
    for total in [1_000, 5_000] {
        make(&writer, made..total).await;
        made = total;
        let asked = plane.audit_events().unwrap().len();
        let full = settled(&engine).await;
        let events = plane.audit_events().unwrap();
        let pages = events[asked..].iter().filter(|it| it.uri.contains("continue=")).count() as u64;
        assert_eq!(full.requests.reads, reads + pages, "with {total} more objects");
        // What carries our label comes with the list of its kind, 500 on a page.
        let most = 2 * copies(total).div_ceil(500);
        assert!(pages <= most as u64, "{pages} pages for {total} more objects");
        assert!(total < 5_000 || pages > 0, "no list was long enough to have pages");
    }
}

/// Plans once more; there is nothing to do, and nothing is asked by dry runs.
async fn settled(engine: &Engine) -> Planned {
    let planned = engine.plan(&everything_on()).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
    assert_eq!((planned.requests.dry_runs, planned.requests.writes), (0, 0));
    planned
}

/// The kinds of members with the namespaces that they are in.
fn places(planned: &Planned) -> BTreeSet<(String, Option<String>)> {
    let members = planned.desired.manifests().map(|it| it.object());
    let members = members.filter(|it| planned.desired.ownership(it) != Ownership::Fields);
    members.map(|it| (it.kind.to_string(), it.namespace.clone())).collect()
}

/// The live objects that a plan looks at and that do not carry our label: those in which fields are wanted, those that the
/// readiness of others rests on, and those of which a value is kept.
fn others(planned: &Planned) -> usize {
    let wanted: BTreeSet<_> = planned.desired.contents().existing.into_iter().collect();
    let readiness = planned.desired.manifests().filter_map(|it| companion(it.object()));
    let found = readiness.filter(|it| planned.live.companion_of(it).is_some());
    let kept = planned.survey.facts.kept.keys().map(|it| it.object.clone());
    let kept = kept.filter(|it| planned.desired.find(it).is_none());
    wanted.into_iter().chain(found).chain(kept).collect::<BTreeSet<_>>().len()
}

/// Of so many objects, those with our labels.
fn copies(total: usize) -> usize {
    total / 4
}

/// ConfigMaps and Secrets of others, in our namespaces and elsewhere; each fourth one carries a copy of our labels.
async fn make(writer: &Writer, range: std::ops::Range<usize>) {
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "elsewhere" } });
    if range.start == 0 {
        writer.create("/api/v1/namespaces", &namespace).await.unwrap();
    }
    let made = stream::iter(range).map(|number| async move {
        let (kind, plural) = if number % 2 == 0 { ("ConfigMap", "configmaps") } else { ("Secret", "secrets") };
        let namespace = ["elsewhere", "kubesphere-monitoring-system", "kubesphere-system"][number / 8 % 3];
        let labels = if number / 2 % 4 == 0 {
            json!({ "applyset.kubernetes.io/part-of": Inventory::default().id(), "ks.kubesphere.io/component": "grafana" })
        } else {
            Value::Null
        };
        let metadata = json!({ "name": format!("other-{number}"), "labels": labels });
        let object = json!({ "apiVersion": "v1", "kind": kind, "metadata": metadata, "data": { "a": "YWJj" } });
        writer.create(&format!("/api/v1/namespaces/{namespace}/{plural}"), &object).await.unwrap();
    });
    made.buffer_unordered(WIDTH).collect::<Vec<()>>().await;
}
