//! The first plan of everything, on an API server that has none of it yet.

use ks_apply::{ConnectOptions, KubeCluster};
use ks_model::Ownership;
use ks_plan::{Action, Change, Verified};
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::Engine;

#[tokio::test(flavor = "multi_thread")]
async fn everything_on_an_empty_cluster_is_planned_without_a_fault() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), read_only: true, ..ConnectOptions::default() };
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());
    // Nothing makes the namespace of the service mesh: no object can be put there.
    let faults = engine.plan(&everything_on()).await.plan.faults;
    let places: Vec<Option<&str>> = faults.iter().map(|it| it.object.namespace.as_deref()).collect();
    assert_eq!(places, [Some("istio-system"), Some("istio-system")]);
    plane.add_what_others_bring().unwrap();
    let planned = engine.plan(&everything_on()).await;
    assert_eq!(planned.plan.faults, []);
    // The namespaces that every cluster has get labels; nothing else is there.
    let (ours, labelled): (Vec<&Change>, Vec<&Change>) =
        planned.plan.changes.iter().partition(|it| it.ownership == Ownership::Whole);
    assert!(labelled.iter().all(|it| it.object.kind.is("", "Namespace")), "objects of others");
    assert!(ours.iter().all(|it| it.action == Action::Create), "nothing of ours is there");

    let (custom, others): (Vec<&Change>, Vec<&Change>) =
        ours.into_iter().partition(|it| planned.desired.definition_of(&it.object.kind).is_some());
    assert!(custom.len() > 40, "only {} custom resources", custom.len());
    let told = |changes: &[&Change], wanted: &[Verified]| -> Vec<String> {
        let not_so = changes.iter().filter(|it| !wanted.contains(&it.verified));
        not_so.map(|it| format!("{} {:?}", it.object, it.verified)).collect()
    };
    assert_eq!(told(&custom, &[Verified::Schema]), Vec::<String>::new());
    // The server is asked about all that it can be asked about: what is in a namespace of this plan it cannot.
    let exists =
        |it: &&Change| it.object.namespace.as_ref().is_none_or(|name| planned.survey.namespaces.contains(name));
    let askable: Vec<&Change> = others.into_iter().filter(exists).collect();
    assert!(askable.len() > 10, "only {} objects outside of namespaces of this plan", askable.len());
    assert_eq!(told(&askable, &[Verified::Server]), Vec::<String>::new());
}
