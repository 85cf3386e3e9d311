//! The sandbox, as a client sees it.

mod sandbox_support;

use std::sync::Arc;

use futures::StreamExt;
use ks_apply::sandbox::{FaultPlan, ManualClock, Moment, PodFault, RequestMatch, Sandbox, SandboxOptions, Verb};
use ks_apply::{ApplyMode, Cluster, ClusterError, ListQuery, RequestCount};
use ks_model::{GroupKind, ObjectRef};
use sandbox_support::*;
use serde_json::json;

#[tokio::test]
async fn an_object_comes_back_with_what_the_server_adds() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let live = apply(&sandbox, config_map("one", "a")).await.unwrap();
    assert_eq!(live["metadata"]["uid"].as_str().unwrap().len(), 36);
    assert!(live["metadata"]["resourceVersion"].is_string());
    assert_eq!(get(&sandbox, &config_map("one", "a")).await.unwrap(), live);
}

#[tokio::test]
async fn applying_twice_changes_nothing() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    for object in [config_map("one", "a"), deployment("web", 2), service("web"), definition()] {
        apply(&sandbox, object.clone()).await.unwrap();
        let before = get(&sandbox, &object).await.unwrap();
        assert_eq!(apply(&sandbox, object).await.unwrap(), before);
    }
}

#[tokio::test]
async fn a_dry_run_answers_and_stores_nothing() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    apply(&sandbox, deployment("web", 1)).await.unwrap();
    let before = sandbox.export().unwrap();
    for object in [deployment("web", 3), deployment("other", 1), config_map("one", "a"), definition()] {
        let answer = dry_run(&sandbox, object.clone()).await.unwrap();
        assert_eq!(answer["metadata"]["name"], object["metadata"]["name"]);
        assert_eq!(sandbox.export().unwrap(), before);
    }
}

#[tokio::test]
async fn a_namespace_that_is_missing_is_named() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let mut object = config_map("one", "a");
    object["metadata"]["namespace"] = "nowhere".into();
    let error = apply(&sandbox, object.clone()).await.unwrap_err();
    assert!(error.to_string().contains("namespaces \"nowhere\" not found"), "{error}");
    assert_eq!(get(&sandbox, &object).await, None);
}

#[tokio::test]
async fn lists_are_narrowed_by_namespace_and_label() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let mut labelled = config_map("one", "a");
    labelled["metadata"]["labels"] = json!({ "app": "x" });
    apply(&sandbox, labelled.clone()).await.unwrap();
    apply(&sandbox, config_map("two", "a")).await.unwrap();
    let kind = kind_of(&sandbox, &labelled).await;
    let query = |namespace: &str, selector: Option<&str>| ListQuery {
        namespace: Some(namespace.to_owned()),
        label_selector: selector.map(str::to_owned),
        ..ListQuery::default()
    };
    assert_eq!(sandbox.list(&kind, &query("default", Some("app=x"))).await.unwrap().len(), 1);
    assert_eq!(sandbox.list(&kind, &query("default", None)).await.unwrap().len(), 3);
    assert_eq!(sandbox.list(&kind, &query("kube-system", Some("app=x"))).await.unwrap().len(), 0);
    let metadata = ListQuery { metadata_only: true, ..query("default", Some("app")) };
    let found = sandbox.list(&kind, &metadata).await.unwrap();
    assert!(found[0].get("data").is_none() && found[0]["kind"] == "ConfigMap");
}

#[tokio::test]
async fn custom_resources_are_served_once_their_definition_is() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let kind = GroupKind::new("example.org", "Widget");
    assert!(sandbox.discover().await.unwrap().preferred(&kind).is_none());
    apply(&sandbox, definition()).await.unwrap();
    let served = sandbox.discover().await.unwrap().preferred(&kind).cloned().unwrap();
    assert_eq!((served.version.as_str(), served.plural.as_str()), ("v1", "widgets"));
    let live = apply(&sandbox, widget("w")).await.unwrap();
    assert_eq!(live["metadata"]["generation"], 1);
    delete(&sandbox, &definition()).await.unwrap();
    assert!(sandbox.discover().await.unwrap().preferred(&kind).is_none());
    let error = sandbox.get(&served, &ObjectRef::namespaced(kind, "default", "w")).await.unwrap_err();
    assert!(matches!(error, ClusterError::NotServed { .. }));
}

#[tokio::test]
async fn what_cannot_change_is_refused_by_field() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    apply(&sandbox, deployment("web", 1)).await.unwrap();
    let mut other = deployment("web", 1);
    other["spec"]["selector"]["matchLabels"] = json!({ "app": "web", "more": "x" });
    other["spec"]["template"]["metadata"]["labels"] = json!({ "app": "web", "more": "x" });
    match apply(&sandbox, other).await.unwrap_err() {
        ClusterError::Invalid { causes, message, .. } => {
            assert_eq!(causes[0].field, "spec.selector");
            assert!(message.contains("field is immutable"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn fields_of_others_are_conflicts_unless_forced() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    sandbox.apply_as("someone", &manifest(deployment("web", 1)), ApplyMode::default()).unwrap();
    match apply(&sandbox, deployment("web", 2)).await.unwrap_err() {
        ClusterError::Conflict { fields, message, .. } => {
            assert_eq!((fields[0].field.as_str(), fields[0].manager.as_str()), (".spec.replicas", "someone"));
            assert_eq!(message, "Apply failed with 1 conflict: conflict with \"someone\": .spec.replicas");
        }
        other => panic!("{other:?}"),
    }
    let kind = kind_of(&sandbox, &deployment("web", 2)).await;
    let force = ApplyMode { dry_run: false, force: true };
    let live = sandbox.apply(&kind, &manifest(deployment("web", 2)), force).await.unwrap();
    assert_eq!(live["spec"]["replicas"], 2);
}

#[tokio::test]
async fn workloads_become_ready_with_pods_of_their_own() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    for object in [deployment("web", 2), daemon_set("agent"), stateful_set("db", 2)] {
        apply(&sandbox, object).await.unwrap();
    }
    let web = status(&sandbox, &deployment("web", 2)).await;
    assert_eq!((&web["availableReplicas"], &web["observedGeneration"]), (&json!(2), &json!(1)));
    let agent = status(&sandbox, &daemon_set("agent")).await;
    assert_eq!((&agent["numberReady"], &agent["desiredNumberScheduled"]), (&json!(3), &json!(3)));
    let db = status(&sandbox, &stateful_set("db", 2)).await;
    assert_eq!((&db["readyReplicas"], &db["currentRevision"]), (&json!(2), &db["updateRevision"]));
    assert_eq!(count(&sandbox, "", "Pod").await, 7);
    assert_eq!(status(&sandbox, &claim("data-db-1")).await["phase"], "Bound");
}

#[tokio::test]
async fn a_changed_template_rolls_every_pod() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    for mut object in [deployment("web", 3), daemon_set("agent"), stateful_set("db", 2)] {
        apply(&sandbox, object.clone()).await.unwrap();
        object["spec"]["template"]["spec"]["containers"][0]["image"] = "image:2".into();
        apply(&sandbox, object.clone()).await.unwrap();
        let live = get(&sandbox, &object).await.unwrap();
        assert_eq!(live["status"]["observedGeneration"], 2, "{live:#}");
    }
    let kind = kind_of(&sandbox, &pod("any")).await;
    let pods = sandbox.list(&kind, &ListQuery::default()).await.unwrap();
    assert_eq!(pods.len(), 8);
    assert!(pods.iter().all(|pod| pod["spec"]["containers"][0]["image"] == "image:2"));
}

#[tokio::test]
async fn pods_become_ready_one_by_one_in_their_time() {
    let clock = Arc::new(ManualClock::at(Moment(1_700_000_000_000)));
    let options = SandboxOptions { seed: Some(1), ..SandboxOptions::default() };
    let sandbox = Sandbox::in_memory_with(options, clock.clone());
    apply(&sandbox, deployment("web", 3)).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(status(&sandbox, &deployment("web", 3)).await["readyReplicas"].as_i64().unwrap_or(0));
        clock.pass(300);
    }
    assert_eq!(seen, [0, 1, 2, 3, 3]);
}

#[tokio::test]
async fn what_a_deleted_object_owned_goes_too() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    apply(&sandbox, deployment("web", 2)).await.unwrap();
    delete(&sandbox, &deployment("web", 2)).await.unwrap();
    assert_eq!((count(&sandbox, "", "Pod").await, count(&sandbox, "apps", "ReplicaSet").await), (0, 0));
}

#[tokio::test]
async fn a_deleted_namespace_takes_its_contents_along() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "gone" } });
    apply(&sandbox, namespace.clone()).await.unwrap();
    let mut inside = config_map("one", "a");
    inside["metadata"]["namespace"] = "gone".into();
    apply(&sandbox, inside.clone()).await.unwrap();
    delete(&sandbox, &namespace).await.unwrap();
    assert_eq!((get(&sandbox, &namespace).await, get(&sandbox, &inside).await), (None, None));
}

#[tokio::test]
async fn a_delete_by_another_uid_is_a_conflict() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let object = config_map("one", "a");
    apply(&sandbox, object.clone()).await.unwrap();
    let (kind, at) = (kind_of(&sandbox, &object).await, manifest(object.clone()).object().clone());
    let error = sandbox.delete(&kind, &at, Some("another")).await.unwrap_err();
    assert!(matches!(error, ClusterError::Conflict { .. }));
    assert!(get(&sandbox, &object).await.is_some());
}

#[tokio::test]
async fn a_claim_stays_while_a_pod_uses_it_and_comes_back_empty() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    apply(&sandbox, stateful_set("db", 1)).await.unwrap();
    let before = get(&sandbox, &claim("data-db-0")).await.unwrap();
    delete(&sandbox, &claim("data-db-0")).await.unwrap();
    let going = get(&sandbox, &claim("data-db-0")).await.unwrap();
    assert!(going["metadata"]["deletionTimestamp"].is_string());
    delete(&sandbox, &pod("db-0")).await.unwrap();
    let after = get(&sandbox, &claim("data-db-0")).await.unwrap();
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"]);
    assert_eq!(after["status"]["phase"], "Bound");
    assert_eq!(status(&sandbox, &pod("db-0")).await["phase"], "Running");
}

#[tokio::test]
async fn a_file_is_the_same_cluster_for_everyone_who_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/sandbox.json");
    let (one, two) = (Sandbox::open(&path).unwrap(), Sandbox::open(&path).unwrap());
    assert_eq!(one.describe(), format!("sandbox {}", path.display()));
    apply(&one, config_map("from-one", "a")).await.unwrap();
    apply(&two, config_map("from-two", "a")).await.unwrap();
    let three = Sandbox::open(&path).unwrap();
    for name in ["from-one", "from-two"] {
        for sandbox in [&one, &two, &three] {
            assert!(get(sandbox, &config_map(name, "a")).await.is_some());
        }
    }
}

#[tokio::test]
async fn a_watch_tells_the_state_now_and_every_change() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let object = config_map("one", "a");
    let kind = kind_of(&sandbox, &object).await;
    let mut watch = sandbox.watch(&kind, manifest(object.clone()).object());
    assert_eq!(watch.next().await.unwrap().unwrap(), None);
    apply(&sandbox, object.clone()).await.unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap().unwrap()["data"]["key"], "a");
    delete(&sandbox, &object).await.unwrap();
    assert_eq!(watch.next().await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn requests_are_counted_by_what_they_can_do() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    let object = config_map("one", "a");
    let kind = kind_of(&sandbox, &object).await;
    let manifest = manifest(object);
    let before = sandbox.requests();
    sandbox.get(&kind, manifest.object()).await.unwrap();
    sandbox.apply(&kind, &manifest, ApplyMode { dry_run: true, force: false }).await.unwrap();
    sandbox.apply(&kind, &manifest, ApplyMode::default()).await.unwrap();
    sandbox.delete(&kind, manifest.object(), None).await.unwrap();
    assert_eq!(sandbox.requests().since(before), RequestCount { reads: 1, dry_runs: 1, writes: 2 });
}

#[tokio::test]
async fn faults_strike_as_told() {
    let workload = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "default", "web");
    let busy = ClusterError::Transient { action: "x".into(), message: "busy".into(), retry_after: Some(1) };
    let faults = FaultPlan::default()
        .pods(workload, PodFault::ImagePullBackOff)
        .fail(RequestMatch::verb(Verb::Apply).kind("ConfigMap"), 1, busy.clone())
        .lose_answer(RequestMatch::verb(Verb::Apply).name("two"), 1, busy);
    let sandbox = Sandbox::in_memory(SandboxOptions { faults, ..SandboxOptions::instant() });
    assert!(apply(&sandbox, config_map("one", "a")).await.unwrap_err().is_transient());
    assert_eq!(get(&sandbox, &config_map("one", "a")).await, None);
    assert!(apply(&sandbox, config_map("two", "a")).await.unwrap_err().is_transient());
    assert!(get(&sandbox, &config_map("two", "a")).await.is_some());
    apply(&sandbox, deployment("web", 1)).await.unwrap();
    let kind = kind_of(&sandbox, &pod("any")).await;
    let pods = sandbox.list(&kind, &ListQuery::default()).await.unwrap();
    assert_eq!(pods[0]["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "ImagePullBackOff");
}

#[tokio::test]
async fn the_operator_runs_its_custom_resources_once_it_runs() {
    let sandbox = Sandbox::in_memory(SandboxOptions::instant());
    apply(&sandbox, monitoring_definition("Prometheus", "prometheuses")).await.unwrap();
    apply(&sandbox, prometheus("k8s", "10Gi")).await.unwrap();
    let set = stateful_set("prometheus-k8s", 2);
    assert_eq!(get(&sandbox, &set).await, None);
    let mut operator = deployment("prometheus-operator", 1);
    operator["spec"]["template"]["spec"]["containers"][0]["image"] = "registry/prometheus-operator:v0.55.1".into();
    apply(&sandbox, operator).await.unwrap();
    let before = get(&sandbox, &set).await.unwrap();
    assert_eq!(before["status"]["readyReplicas"], 2);
    let volume = claim("prometheus-k8s-db-prometheus-k8s-1");
    assert_eq!(status(&sandbox, &volume).await["capacity"]["storage"], "10Gi");
    apply(&sandbox, prometheus("k8s", "20Gi")).await.unwrap();
    let after = get(&sandbox, &set).await.unwrap();
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"], "a changed claim template recreates the set");
    assert_eq!(after["status"]["readyReplicas"], 2);
    assert_eq!(status(&sandbox, &volume).await["capacity"]["storage"], "10Gi");
    delete(&sandbox, &prometheus("k8s", "20Gi")).await.unwrap();
    assert_eq!((get(&sandbox, &set).await, count(&sandbox, "", "Pod").await), (None, 1));
}
