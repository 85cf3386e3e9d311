//! The volumes of Prometheus on the command line: what a change of storage costs is told, and nothing goes without consent.

use std::fs;

use super::runner::{Room, Run, SMALL};

const CLAIM: &str = "PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s";

/// A room with Prometheus on the class `standard` of the sandbox.
fn room() -> Room {
    let room = with(Room::new(), "volumeSize: 20Gi", "standard");
    assert_eq!(apply(&room, &[]).code, Some(0));
    room
}

fn with(room: Room, prometheus: &str, class: &str) -> Room {
    room.with(
        "cc.yaml",
        &format!("{SMALL}  monitoring:\n    storageClass: {class}\n    prometheus: {{ {prometheus} }}\n"),
    )
}

fn apply(room: &Room, more: &[&str]) -> Run {
    room.ks(&[&["apply", "--sandbox", "--yes", "-f", "cc.yaml"], more].concat())
}

fn is_settled(room: &Room) {
    let run = room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--detailed-exitcode"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// The part of a plan about Prometheus.
fn about(run: &Run) -> String {
    let lines = run.out.lines().skip_while(|it| !it.starts_with("prometheus  "));
    // Since when the controller owns the size differs from run to run.
    let lines = lines.take_while(|it| !it.starts_with("Not there")).filter(|it| !it.contains(" takes "));
    let lines: Vec<&str> = lines.collect();
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn another_class_is_refused_until_each_claim_is_named() {
    let room = with(room(), "volumeSize: 20Gi", "fixed");
    let before = fs::read(room.path().join(".ks/sandbox.json")).unwrap();
    let run = apply(&room, &["--allow", &format!("data-loss={CLAIM}-0")]);
    assert_eq!(run.code, Some(9), "{run:?}");
    insta::assert_snapshot!(about(&run), @r"
    prometheus  1 to change, 2 to replace
      ~ Prometheus kubesphere-monitoring-system/k8s  disruptive: pods restart or go away
          .spec.storage.volumeClaimTemplate.spec.storageClassName: standard → fixed
          because monitoring/prometheus/prometheus.yaml.j2 wants it
          because persistence is true: default
          because storageClass is fixed: monitoring.storageClass at cc.yaml:10
          because its operator makes StatefulSet prometheus-k8s anew: all its pods restart at once
      ± PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0  data-loss: its data goes away
          .spec.storageClassName cannot be changed in place
          .spec.storageClassName: standard → fixed
          because Prometheus k8s wants another class, which no claim can change; one replica follows the other
          because storageClass is fixed: monitoring.storageClass at cc.yaml:10
      ± PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-1  data-loss: its data goes away
          .spec.storageClassName cannot be changed in place
          .spec.storageClassName: standard → fixed
          because Prometheus k8s wants another class, which no claim can change; one replica follows the other
          because storageClass is fixed: monitoring.storageClass at cc.yaml:10
    ");
    insta::assert_snapshot!(run.err, @r"
    error: the data of 1 object would go away; nothing was done
     hint: allow it with --allow 'data-loss=PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-1'
    ");
    assert_eq!(fs::read(room.path().join(".ks/sandbox.json")).unwrap(), before, "nothing was written");

    let run = apply(&room, &["--allow", &format!("data-loss={CLAIM}-0"), "--allow", &format!("data-loss={CLAIM}-1")]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let gone = [0, 1].map(|it| run.err.find(&format!("gone     {CLAIM}-{it}")).unwrap());
    let ready = run.err.find("ready    Pod kubesphere-monitoring-system/prometheus-k8s-0").unwrap();
    assert!(gone[0] < ready && ready < gone[1], "{run:?}");
    is_settled(&room);
}

#[test]
fn more_room_needs_no_consent() {
    let room = with(room(), "volumeSize: 50Gi", "standard");
    let run = apply(&room, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    insta::assert_snapshot!(about(&run), @r"
    prometheus  3 to change
      ~ Prometheus kubesphere-monitoring-system/k8s  disruptive: pods restart or go away
          .spec.storage.volumeClaimTemplate.spec.resources.requests.storage: 20Gi → 50Gi
          because monitoring/prometheus/prometheus.yaml.j2 wants it
          because persistence is true: default
          because volumeSize is 50Gi: monitoring.prometheus.volumeSize at cc.yaml:11
          because its operator makes StatefulSet prometheus-k8s anew: all its pods restart at once
      ~ PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0
          .spec.resources.requests.storage: 20Gi → 50Gi
          because Prometheus k8s wants more room, and the class lets its claims grow in place
          because volumeSize is 50Gi: monitoring.prometheus.volumeSize at cc.yaml:11
      ~ PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-1
          .spec.resources.requests.storage: 20Gi → 50Gi
          because Prometheus k8s wants more room, and the class lets its claims grow in place
          because volumeSize is 50Gi: monitoring.prometheus.volumeSize at cc.yaml:11
    ");
    is_settled(&room);
}

#[test]
fn less_room_and_no_persistence_are_refused_and_say_why() {
    let room = with(room(), "volumeSize: 10Gi", "standard");
    let run = apply(&room, &[]);
    assert_eq!(run.code, Some(9), "{run:?}");
    assert!(about(&run).contains("no claim can shrink; to keep its data, keep its size"), "{run:?}");
    let room = with(room, "persistence: { enabled: false }", "standard");
    let run = apply(&room, &[]);
    assert_eq!(run.code, Some(9), "{run:?}");
    assert!(about(&run).contains(&format!("- {CLAIM}-1  data-loss")), "{run:?}");
}

#[test]
fn a_saved_plan_moves_the_claims_as_it_says() {
    let room = with(room(), "volumeSize: 20Gi", "fixed");
    let allow = [0, 1].map(|it| format!("data-loss={CLAIM}-{it}"));
    let run = room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--out", "plan.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = room.ks(&["apply", "--sandbox", "--yes", "plan.json", "--allow", &allow[0], "--allow", &allow[1]]);
    assert_eq!(run.code, Some(0), "{run:?}");
    is_settled(&room);
}
