//! What earlier tools wrote, taken over without a server to ask.

use super::*;
use crate::fixture::updated_as;

const KUBECTL: &str = "kubectl-client-side-apply";

#[test]
fn fields_of_kubectl_are_adopted_and_what_it_alone_wanted_goes() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let old = object("v1", "ConfigMap", "home/c", json!({ "data": { "a": "old", "gone": "1" } }));
    live.observe(map.clone(), Observation::Present(updated_as(&desired, &old, KUBECTL)));
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn_plan(&plan), @r#"
      Namespace home (safe, verified Server)
    ~ ConfigMap home/c (safe, verified None)
        .data.a: "old" -> "b"
        .data.gone: "1" -> none
        .metadata.labels["applyset.kubernetes.io/part-of"]: none -> "applyset-cDEE1d2GQFGtfNACUEI-g0uXpVLpMaMSp3nqZtRPpyQ-v1"
        .metadata.labels["ks.kubesphere.io/component"]: none -> "demo"
      ConfigMap home/ks (safe, verified Server)
    "#);
    assert_eq!(change(&plan, &map).reasons[0], Reason::Adoption { managers: vec![KUBECTL.into()] });
}

#[test]
fn what_helm_applied_is_no_release_and_stays_a_conflict() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let theirs = object("v1", "ConfigMap", "home/c", json!({ "data": { "a": "old" } }));
    let mut both = applied_as(&desired, &theirs, "helm");
    let updated = updated_as(&desired, &theirs, "helm")["metadata"]["managedFields"][0].clone();
    both["metadata"]["managedFields"].as_array_mut().unwrap().push(updated);
    live.observe(map.clone(), Observation::Present(both.clone()));
    // As the server answers before the owners are written down.
    let mut merged = both;
    merged["data"]["a"] = json!("b");
    let conflicts = vec![Conflict::new(".data.a", "helm"), Conflict::new(".data.a", "helm")];
    live.answer(map.clone(), DryRun::Merged { object: merged, conflicts });
    let plan = planned(&desired, &live);
    let owners: Vec<String> = change(&plan, &map).conflicts.iter().map(|it| it.owner.to_string()).collect();
    assert_eq!((change(&plan, &map).adopts.len(), owners), (1, vec!["helm (Apply)".to_owned()]));
}

#[test]
fn an_adoption_without_a_change_of_values_is_an_update_all_the_same() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let manifest = &desired.find(&map).unwrap().1.manifest;
    live.observe(map.clone(), Observation::Present(updated_as(&desired, manifest, "helm")));
    let plan = planned(&desired, &live);
    let change = change(&plan, &map);
    assert!(change.fields.is_empty());
    assert_eq!(change.reasons, [Reason::Adoption { managers: vec!["helm".into()] }]);
    assert_eq!((change.action, change.risk), (Action::Update, Risk::Safe));
}

#[test]
fn a_replace_adopts_nothing_and_meets_no_conflict_with_a_predecessor() {
    let claim =
        |class: &str| object("v1", "PersistentVolumeClaim", "home/p", json!({ "spec": { "storageClassName": class } }));
    let desired = desired(vec![bundle("demo", [namespace("home"), claim("new")])]);
    let mut live = settled(&desired);
    let old = updated_as(&desired, &claim("old"), KUBECTL);
    live.observe(core("PersistentVolumeClaim", "home/p"), Observation::Present(old));
    let plan = planned(&desired, &live);
    let change = change(&plan, &core("PersistentVolumeClaim", "home/p"));
    assert_eq!((change.action, change.adopts.len(), change.conflicts.len()), (Action::Replace, 0, 0));
}
