//! The first day: install, plan again, switch alerting on and off. The same story on every kind of cluster.

use ks_apply::Planned;

use crate::engine::{EXAMPLE, Engine, changed, changed_fields, with_alerting};

const THANOS_RULER: [&str; 5] = [
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
    let mut created = changed(&planned.plan);
    created.sort();
    assert_eq!(created, THANOS_RULER.map(|it| format!("+ {it}")));
    is_settled(engine, &alerting).await;

    let planned = engine.converge(EXAMPLE).await;
    let removed = changed(&planned.plan);
    let mut sorted = removed.clone();
    sorted.sort();
    assert_eq!(sorted, THANOS_RULER.map(|it| format!("- {it}")));
    is_settled(engine, EXAMPLE).await;
    first
}

/// Nothing is left to do, and finding that out asks about no single object that a list could tell about.
async fn is_settled(engine: &Engine, text: &str) {
    let planned = engine.plan(text).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
    assert_eq!(planned.plan.unready, []);
    assert_eq!((planned.requests.dry_runs, planned.requests.writes), (0, 0));
}
