//! The first day: install, plan again, switch alerting on and off. The same story on every kind of cluster.

use ks_apply::Planned;
use ks_plan::{Inventory, Plan};

use crate::engine::{EXAMPLE, Engine, changed, changed_fields, with_alerting};

const THANOS_RULER: [&str; 6] = [
    "GlobalRuleGroup.alerting.kubesphere.io thanos-rule",
    "PodDisruptionBudget.policy kubesphere-monitoring-system/thanos-ruler-kubesphere",
    "PrometheusRule.monitoring.coreos.com kubesphere-monitoring-system/thanos-ruler-kubesphere-rules",
    "Service kubesphere-monitoring-system/thanos-ruler-kubesphere",
    "ServiceMonitor.monitoring.coreos.com kubesphere-monitoring-system/thanos-ruler-kubesphere",
    "ThanosRuler.monitoring.coreos.com kubesphere-monitoring-system/kubesphere",
];

/// Tells the story on a cluster, and answers with the first plan.
///
/// # Panics
/// When it goes otherwise.
pub async fn run(engine: &Engine) -> Planned {
    let first = engine.converge(EXAMPLE).await;
    assert!(first.plan.summary().create > 50, "{:?}", first.plan.summary());
    assert_eq!(first.requests.writes, 0);
    is_settled(engine, EXAMPLE).await;

    let alerting = with_alerting();
    let planned = engine.converge(&alerting).await;
    let created = members(&planned.plan);
    let mut sorted = created.clone();
    sorted.sort();
    assert_eq!(sorted, THANOS_RULER.map(|it| format!("+ {it}")));
    is_settled(engine, &alerting).await;

    let planned = engine.converge(EXAMPLE).await;
    let removed = members(&planned.plan);
    let backwards: Vec<String> = created.iter().rev().map(|it| it.replacen('+', "-", 1)).collect();
    assert_eq!(removed, backwards);
    is_settled(engine, EXAMPLE).await;
    first
}

/// What changes beside the inventory, which notes that a kind came or went.
fn members(plan: &Plan) -> Vec<String> {
    let inventory = format!("~ {}", Inventory::default().parent());
    changed(plan).into_iter().filter(|it| *it != inventory).collect()
}

/// Nothing is left to do, and finding that out asks about no single object that a list could tell about.
async fn is_settled(engine: &Engine, text: &str) {
    let planned = engine.plan(text).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
    assert_eq!(planned.plan.unready, []);
    assert_eq!((planned.requests.dry_runs, planned.requests.writes), (0, 0));
    // One LIST for each kind; version, discovery, namespaces, nodes, classes and the inventory; two kept values; one
    // certificate; a GET for each object of others, which has no label of ours; two searches; and the StatefulSets that the
    // readiness of up to three custom resources rests on.
    let contents = planned.desired.contents();
    let (kinds, others) = (contents.kinds.len() as u64, contents.existing.len() as u64);
    let most = kinds + 7 + 2 + 1 + others + 2 + 3;
    assert!(planned.requests.reads <= most, "{:?} for {kinds} kinds and {others} objects of others", planned.requests);
}
