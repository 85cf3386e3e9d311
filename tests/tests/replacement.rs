//! An object that cannot be changed in place is not deleted before it is known that it can be made anew.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use ks_apply::{ConnectOptions, KubeCluster};
use ks_plan::{Action, Catalogue, Verified};
use ks_tests::configuration::EXAMPLE;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::Engine;

const CLASS: &str = "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: plain }";

fn catalogue(rest: &str) -> Catalogue {
    let class = format!("{CLASS}{rest} }}");
    let files = [
        ("platform/home/component.yaml", "{ name: home, description: Is where the inventory lives. }"),
        ("platform/home/home.yaml", "{ apiVersion: v1, kind: Namespace, metadata: { name: kubesphere-system } }"),
        ("platform/class/component.yaml", "{ name: class, description: Stores., requires: [home] }"),
        ("platform/class/class.yaml", &class),
    ];
    Catalogue::from_files(files).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_made_again_is_refused_and_not_deleted() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
    let cluster = KubeCluster::connect(options).await.unwrap();
    let engine = |rest: &str| Engine::with(cluster.clone(), catalogue(rest));
    engine(", provisioner: a.b/c").converge(EXAMPLE).await;

    // Without a provisioner the server says both that it may not change and, of a new one, that it is required.
    let planned = engine("").plan(EXAMPLE).await;
    let faults: Vec<&str> = planned.plan.faults.iter().map(|it| it.refusal.message.as_str()).collect();
    assert!(matches!(faults.as_slice(), [fault] if fault.contains("provisioner: Required value")), "{faults:?}");
    assert!(!faults[0].contains("trial"), "{faults:?}");

    let planned = engine(", provisioner: d.e/f").plan(EXAMPLE).await;
    assert_eq!(planned.plan.faults, []);
    assert_eq!(planned.plan.summary().replace, 1);
    let change = planned.plan.changes.iter().find(|it| it.object.name == "plain").unwrap();
    assert_eq!((change.action, change.verified), (Action::Replace, Verified::Server));
    let after = change.after.as_ref().unwrap();
    // The server fills these two in; it was asked under another name, of which nothing is left.
    assert_eq!((&after["reclaimPolicy"], &after["volumeBindingMode"]), (&"Delete".into(), &"Immediate".into()));
    assert!(after["metadata"]["name"] == "plain" && !after.to_string().contains("trial"), "{after}");
    engine(", provisioner: d.e/f").converge(EXAMPLE).await;
}
