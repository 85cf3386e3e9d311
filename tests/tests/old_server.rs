//! An old API server: classic discovery, beta versions, no field validation.

use std::sync::Arc;

use ks_apply::{ConnectOptions, KubeCluster};
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::ControlPlane;
use ks_tests::engine::{Engine, changed_fields};

#[tokio::test(flavor = "multi_thread")]
async fn an_old_api_server_gets_everything_and_keeps_it() {
    let Some(plane) = ControlPlane::old() else { return };
    let plane = Arc::new(plane);
    plane.add_what_others_bring().unwrap();
    plane.stand_in_for_controllers();
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());
    let text = everything_on();

    let planned = engine.converge(&text).await;
    assert_eq!(planned.plan.faults, []);
    let budgets = plane.get("/apis/policy/v1beta1/poddisruptionbudgets").unwrap().unwrap();
    assert!(budgets["items"].as_array().unwrap().len() >= 3, "{budgets}");

    let planned = engine.plan(&text).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
}
