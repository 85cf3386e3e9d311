//! `KubeCluster` against a real API server: each method does what the door promises.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail as loudly as the test")]

use std::fs;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use ks_apply::{ApplyMode, Cluster, ClusterError, ConnectOptions, Discovery, KubeCluster, ListQuery, ServedKind};
use ks_model::{GroupKind, Manifest, ObjectRef};
use ks_tests::control_plane::ControlPlane;
use serde_json::{Value, json};

const DRY_RUN: ApplyMode = ApplyMode { dry_run: true, force: false };
const APPLY: ApplyMode = ApplyMode { dry_run: false, force: false };
const FORCE: ApplyMode = ApplyMode { dry_run: false, force: true };

async fn connect(plane: &ControlPlane) -> KubeCluster {
    connect_with(plane, ConnectOptions::default()).await
}

async fn connect_with(plane: &ControlPlane, options: ConnectOptions) -> KubeCluster {
    KubeCluster::connect(ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..options }).await.unwrap()
}

fn manifest(value: Value) -> Manifest {
    Manifest::parse(value).unwrap()
}

fn config_map(namespace: &str, name: &str, data: Value) -> Manifest {
    manifest(json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": { "name": name, "namespace": namespace, "labels": { "app": "x" } } }))
}

fn kind_of(served: &Discovery, group: &str, kind: &str) -> ServedKind {
    served.preferred(&GroupKind::new(group, kind)).unwrap().clone()
}

/// A cluster, its kinds of ConfigMaps, and a namespace of the test's own.
async fn room(plane: &ControlPlane, namespace: &str) -> (KubeCluster, ServedKind) {
    let cluster = connect(plane).await;
    let served = cluster.discover().await.unwrap();
    let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
    cluster.apply(&kind_of(&served, "", "Namespace"), &manifest(object), APPLY).await.unwrap();
    (cluster, kind_of(&served, "", "ConfigMap"))
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_takes_two_requests() {
    let Some(plane) = ControlPlane::shared() else { return };
    let cluster = connect_with(plane, ConnectOptions { read_only: true, ..Default::default() }).await;
    let version = cluster.version().await.unwrap();
    assert!(version >= "v1.20".parse().unwrap(), "{version}");
    let before = cluster.requests();
    let served = cluster.discover().await.unwrap();
    if version >= "v1.27".parse().unwrap() {
        assert_eq!(cluster.requests().since(before).total(), 2);
    }
    let deployment = kind_of(&served, "apps", "Deployment");
    assert_eq!((deployment.version.as_str(), deployment.plural.as_str()), ("v1", "deployments"));
    assert!(deployment.namespaced && !kind_of(&served, "", "Namespace").namespaced);
    assert_eq!(kind_of(&served, "apiextensions.k8s.io", "CustomResourceDefinition").version, "v1");
    assert_eq!(cluster.warnings(), Vec::<String>::new());
    assert!(cluster.describe().starts_with(&plane.server()), "{}", cluster.describe());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_applied_can_be_read_and_is_owned_by_ks() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-apply").await;
    let desired = config_map("kc-apply", "a", json!({ "key": "value" }));
    let promised = cluster.apply(&kind, &desired, DRY_RUN).await.unwrap();
    assert_eq!(promised["data"], json!({ "key": "value" }));
    assert_eq!(cluster.get(&kind, desired.object()).await.unwrap(), None, "a dry run stores nothing");

    let made = cluster.apply(&kind, &desired, APPLY).await.unwrap();
    let again = cluster.apply(&kind, &desired, APPLY).await.unwrap();
    assert_eq!(made, again);
    assert_eq!(cluster.get(&kind, desired.object()).await.unwrap(), Some(made.clone()));
    assert_eq!(text(&made, "/metadata/managedFields/0/manager"), "ks");
    assert_eq!(text(&made, "/metadata/managedFields/0/operation"), "Apply");

    let query = |selector: &str, metadata_only| ListQuery {
        namespace: Some("kc-apply".into()),
        label_selector: Some(selector.into()),
        metadata_only,
        ..ListQuery::default()
    };
    assert_eq!(cluster.list(&kind, &query("app=x", false)).await.unwrap(), std::slice::from_ref(&made));
    assert!(cluster.list(&kind, &query("app in (y)", false)).await.unwrap().is_empty());
    let short = cluster.list(&kind, &query("app", true)).await.unwrap();
    assert_eq!(short[0]["metadata"], made["metadata"]);
    assert_eq!((text(&short[0], "/kind"), short[0].get("data")), ("ConfigMap", None));
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_others_are_conflicts_until_taken() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-conflict").await;
    let path = "/api/v1/namespaces/kc-conflict/configmaps/a";
    let theirs =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "x": "1", "y": "1" } });
    plane.apply(path, &theirs.to_string()).unwrap();
    let ours = config_map("kc-conflict", "a", json!({ "x": "2", "y": "2" }));
    let ClusterError::Conflict { fields, message, .. } = cluster.apply(&kind, &ours, DRY_RUN).await.unwrap_err() else {
        panic!("no conflict")
    };
    let mut found: Vec<_> = fields.iter().map(|it| (it.manager.as_str(), it.field.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("ks-tests", ".data.x"), ("ks-tests", ".data.y")], "{message}");
    assert_eq!(cluster.apply(&kind, &ours, FORCE).await.unwrap()["data"], json!({ "x": "2", "y": "2" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_what_is_wrong() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-invalid").await;
    let served = cluster.discover().await.unwrap();
    let refused = async |kind: &ServedKind, value: Value| match cluster.apply(kind, &manifest(value), DRY_RUN).await {
        Err(ClusterError::Invalid { causes, message, .. }) => (causes, message),
        other => panic!("{other:?}"),
    };
    let unknown = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "kc-invalid" },
        "data": { "key": 5 }, "dota": {} });
    let (causes, message) = refused(&kind, unknown).await;
    assert!(causes.iter().any(|it| it.field.contains("dota")), "{causes:?} {message}");
    let homeless =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "namespace": "kc-none" } });
    let (causes, message) = refused(&kind, homeless).await;
    assert_eq!(
        (causes[0].field.as_str(), message.as_str()),
        ("metadata.namespace", "namespaces \"kc-none\" not found")
    );

    let deployments = kind_of(&served, "apps", "Deployment");
    let deployment = |app: &str, image: Value| {
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a", "namespace": "kc-invalid" },
            "spec": { "replicas": 0, "selector": { "matchLabels": { "app": app } }, "template": {
                "metadata": { "labels": { "app": app } }, "spec": { "containers": [{ "name": "c", "image": image }] } } } })
    };
    let (causes, message) = refused(&deployments, deployment("a", Value::Null)).await;
    assert_eq!(causes[0].field, "spec.template.spec.containers[0].image", "{message}");
    cluster.apply(&deployments, &manifest(deployment("a", json!("i"))), APPLY).await.unwrap();
    let (causes, message) = refused(&deployments, deployment("b", json!("i"))).await;
    assert!(causes.iter().any(|it| it.field == "spec.selector" && it.message.contains("immutable")), "{message}");

    let secrets = kind_of(&served, "", "Secret");
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a", "namespace": "kc-invalid" },
        "stringData": { "port": 54321 } });
    let error = cluster.apply(&secrets, &manifest(secret), DRY_RUN).await.unwrap_err();
    assert!(matches!(error, ClusterError::Invalid { .. }) && !format!("{error:?}").contains("54321"), "{error:?}");
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "a", "namespace": "kc-invalid" },
        "data": { "key": "sentinel!" } });
    let (_, message) = refused(&secrets, secret).await;
    assert!(message.contains("base64") && !message.contains("sentinel"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_is_not_served_is_no_absent_object() {
    let Some(plane) = ControlPlane::shared() else { return };
    let cluster = connect(plane).await;
    for (group, version) in [("ks.example.org", "v1"), ("apps", "v9"), ("apps", "v1")] {
        let kind = GroupKind::new(group, "Thing");
        let things = ServedKind { kind, version: version.into(), plural: "things".into(), namespaced: true };
        let object = ObjectRef::namespaced(things.kind.clone(), "default", "a");
        let thing = json!({ "apiVersion": things.api_version(), "kind": "Thing",
            "metadata": { "name": "a", "namespace": "default" } });
        let answers = [
            cluster.get(&things, &object).await.unwrap_err(),
            cluster.list(&things, &ListQuery::default()).await.unwrap_err(),
            cluster.apply(&things, &manifest(thing), DRY_RUN).await.unwrap_err(),
        ];
        for error in answers {
            assert!(matches!(error, ClusterError::NotServed { .. }), "{error:?}");
        }
        cluster.delete(&things, &object, None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_checks_the_uid_and_absence_is_success() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-delete").await;
    let desired = config_map("kc-delete", "a", json!({}));
    let made = cluster.apply(&kind, &desired, APPLY).await.unwrap();
    let error = cluster.delete(&kind, desired.object(), Some("another")).await.unwrap_err();
    assert!(matches!(&error, ClusterError::Conflict { fields, .. } if fields.is_empty()), "{error:?}");
    assert!(cluster.get(&kind, desired.object()).await.unwrap().is_some());
    cluster.delete(&kind, desired.object(), Some(text(&made, "/metadata/uid"))).await.unwrap();
    cluster.delete(&kind, desired.object(), Some("another")).await.unwrap();
    assert_eq!(cluster.get(&kind, desired.object()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_each_state_of_one_object() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-watch").await;
    let version = |value: &str| config_map("kc-watch", "a", json!({ "key": value }));
    let mut states = cluster.watch(&kind, version("").object());
    let mut next = async || {
        let item = tokio::time::timeout(Duration::from_secs(20), states.next()).await.unwrap();
        item.unwrap().unwrap().map(|object| {
            assert_eq!((text(&object, "/apiVersion"), text(&object, "/kind")), ("v1", "ConfigMap"));
            text(&object, "/data/key").to_owned()
        })
    };
    assert_eq!(next().await, None);
    cluster.apply(&kind, &config_map("kc-watch", "other", json!({})), APPLY).await.unwrap();
    cluster.apply(&kind, &version("1"), APPLY).await.unwrap();
    assert_eq!(next().await.as_deref(), Some("1"));
    cluster.apply(&kind, &version("2"), APPLY).await.unwrap();
    assert_eq!(next().await.as_deref(), Some("2"));
    cluster.delete(&kind, version("").object(), None).await.unwrap();
    assert_eq!(next().await, None);
    let live = cluster.apply(&kind, &version("3"), APPLY).await.unwrap();
    let seen = cluster.watch(&kind, version("").object()).next().await.unwrap().unwrap();
    assert_eq!(seen, Some(live), "a watch tells the object as a get does");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_objects_are_written_side_by_side_and_listed_in_pages() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (cluster, kind) = room(plane, "kc-many").await;
    let (cluster, kind) = (&cluster, &kind);
    stream::iter(0..510)
        .map(|number| async move {
            cluster.apply(kind, &config_map("kc-many", &format!("n-{number:03}"), json!({})), APPLY).await
        })
        .buffer_unordered(16)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let before = cluster.requests();
    let query =
        ListQuery { label_selector: Some("app=x".into()), namespace: Some("kc-many".into()), ..ListQuery::default() };
    let all = cluster.list(kind, &query).await.unwrap();
    let names: Vec<_> = all.iter().map(|it| text(it, "/metadata/name")).collect();
    assert_eq!((names.len(), names[0], names[509]), (510, "n-000", "n-509"));
    assert_eq!(cluster.requests().since(before).reads, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn read_only_writes_nothing() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (_, kind) = room(plane, "kc-read-only").await;
    let cluster = connect_with(plane, ConnectOptions { read_only: true, ..Default::default() }).await;
    let desired = config_map("kc-read-only", "a", json!({}));
    cluster.apply(&kind, &desired, DRY_RUN).await.unwrap();
    assert!(matches!(cluster.apply(&kind, &desired, APPLY).await, Err(ClusterError::ReadOnly(_))));
    assert!(matches!(cluster.delete(&kind, desired.object(), None).await, Err(ClusterError::ReadOnly(_))));
    assert_eq!(cluster.get(&kind, desired.object()).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_rights_credentials_and_trust_are_told_apart() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (_, kind) = room(plane, "kc-rights").await;
    let nobody = ConnectOptions { impersonate: Some("nobody".into()), ..Default::default() };
    let cluster = connect_with(plane, nobody).await;
    let error = cluster.list(&kind, &ListQuery::default()).await.unwrap_err();
    assert!(matches!(&error, ClusterError::Forbidden { message, .. } if message.contains("nobody")), "{error:?}");
    let object = config_map("kc-rights", "a", json!({}));
    let error = cluster.watch(&kind, object.object()).next().await.unwrap().unwrap_err();
    assert!(matches!(error, ClusterError::Forbidden { .. }), "{error:?}");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let connect_as = async |cluster: &str, user: &str| {
        let server = plane.server();
        let text = format!(
            "current-context: a\ncontexts: [{{ name: a, context: {{ cluster: a, user: a }} }}]\n\
             clusters: [{{ name: a, cluster: {{ server: '{server}'{cluster} }} }}]\nusers: [{{ name: a, user: {{ {user} }} }}]\n"
        );
        fs::write(&path, text).unwrap();
        KubeCluster::connect(ConnectOptions { kubeconfig: Some(path.clone()), ..Default::default() }).await.unwrap()
    };
    let cluster = connect_as(", insecure-skip-tls-verify: true", "token: sentinel").await;
    let error = cluster.list(&kind, &ListQuery::default()).await.unwrap_err();
    assert!(error.to_string().ends_with("(Unauthorized; the token may have expired)"), "{error}");
    let error = connect_as("", "token: sentinel").await.version().await.unwrap_err();
    assert!(error.to_string().contains(": its certificate is not trusted ("), "{error}");
}
