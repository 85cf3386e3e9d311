//! Applies and deletes, and what keeps them from happening.

use ks_apply::ServedKind;
use ks_apply::{ApplyMode, Cluster, ClusterError, ConnectOptions};
use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::json;

use crate::server::{Answer, Server, deployments, ok, status};

fn manifest() -> Manifest {
    Manifest::parse(json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "n", "namespace": "ns" }, "spec": { "replicas": 1 } }))
    .unwrap()
}

fn object() -> ObjectRef {
    manifest().object().clone()
}

#[tokio::test]
async fn an_apply_is_a_patch_in_the_name_of_ks_with_strict_validation() {
    let server = Server::start(|asked, _| ok(asked.body.clone())).await;
    let cluster = server.connect().await;
    let merged = cluster.apply(&deployments(), &manifest(), ApplyMode { dry_run: false, force: true }).await.unwrap();
    assert_eq!(&merged, manifest().value());
    let asked = &server.asked()[0];
    assert_eq!(asked.line(), "PATCH /apis/apps/v1/namespaces/ns/deployments/n");
    assert_eq!(asked.header("content-type"), "application/apply-patch+yaml");
    assert!(asked.has("fieldManager=ks") && asked.has("fieldValidation=Strict") && asked.has("force=true"));
    assert!(!asked.query.iter().any(|it| it.starts_with("dryRun")));
    cluster.apply(&deployments(), &manifest(), ApplyMode { dry_run: true, force: false }).await.unwrap();
    let asked = &server.asked()[1];
    assert!(asked.has("dryRun=All") && !asked.has("force=true"));
    let count = cluster.requests();
    assert_eq!((count.reads, count.dry_runs, count.writes), (0, 1, 1));
}

#[tokio::test]
async fn read_only_sends_reads_and_dry_runs_and_nothing_else() {
    let server = Server::start(|_, _| ok(json!({ "kind": "Deployment" }))).await;
    let cluster = server.connect_with(ConnectOptions { read_only: true, ..Default::default() }).await;
    cluster.get(&deployments(), &object()).await.unwrap();
    cluster.apply(&deployments(), &manifest(), ApplyMode { dry_run: true, force: true }).await.unwrap();
    let error = cluster.apply(&deployments(), &manifest(), ApplyMode::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "apply Deployment.apps ns/n: refused, planning never writes");
    let error = cluster.delete(&deployments(), &object(), Some("u")).await.unwrap_err();
    assert!(matches!(error, ClusterError::ReadOnly(_)), "{error:?}");
    assert_eq!(server.lines().len(), 2);
    assert_eq!(cluster.requests().writes, 0);
}

#[tokio::test]
async fn a_conflict_names_fields_and_managers() {
    let server = Server::start(|_, _| {
        Answer::Json(
            409,
            json!({ "kind": "Status", "code": 409, "reason": "Conflict",
            "message": "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas",
            "details": { "causes": [{ "reason": "FieldManagerConflict", "field": ".spec.replicas",
                "message": "conflict with \"kubectl\" using apps/v1" }] } }),
        )
    })
    .await;
    let mode = ApplyMode { dry_run: true, force: false };
    let error = server.connect().await.apply(&deployments(), &manifest(), mode).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("apply Deployment.apps ns/n (dry run): Apply failed with 1 conflict"), "{text}");
    let ClusterError::Conflict { fields, .. } = error else { panic!("{text}") };
    assert_eq!((fields[0].manager.as_str(), fields[0].field.as_str()), ("kubectl", ".spec.replicas"));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_refused_object_lists_its_faults_and_a_secret_keeps_its_values() {
    let server = Server::start(|_, _| {
        Answer::Json(
            422,
            json!({ "kind": "Status", "code": 422, "reason": "Invalid",
            "message": "Secret \"n\" is invalid: data[sentinel]: Invalid value: \"c2VudGluZWw=\"",
            "details": { "causes": [{ "reason": "FieldValueInvalid", "field": "data",
                "message": "Invalid value: \"c2VudGluZWw=\"" }] } }),
        )
    })
    .await;
    let kind = GroupKind::new("", "Secret");
    let secrets = ServedKind { kind, version: "v1".into(), plural: "secrets".into(), namespaced: true };
    let manifest = Manifest::parse(json!({ "apiVersion": "v1", "kind": "Secret",
        "metadata": { "name": "n", "namespace": "ns" }, "data": { "key": "c2VudGluZWw=" } }))
    .unwrap();
    let error = server.connect().await.apply(&secrets, &manifest, ApplyMode::default()).await.unwrap_err();
    assert!(!format!("{error:?}").contains("c2VudGluZWw"), "{error:?}");
    let ClusterError::Invalid { causes, .. } = error else { panic!("{error}") };
    assert_eq!((causes[0].field.as_str(), causes[0].message.as_str()), ("data", "Invalid value: \"***\""));
}

#[tokio::test]
async fn a_value_of_one_letter_does_not_hide_what_the_refusal_is_about() {
    let message = "failed to create typed patch object (ns/n; /v1, Kind=Secret): .metadata.labels.tier: expected string, got true";
    let server =
        Server::start(move |_, _| Answer::Json(500, json!({ "kind": "Status", "code": 500, "message": message })))
            .await;
    let kind = GroupKind::new("", "Secret");
    let secrets = ServedKind { kind, version: "v1".into(), plural: "secrets".into(), namespaced: true };
    let manifest = Manifest::parse(json!({ "apiVersion": "v1", "kind": "Secret",
        "metadata": { "name": "n", "namespace": "ns" }, "stringData": { "c": "c" } }));
    let error = server.connect().await.apply(&secrets, &manifest.unwrap(), ApplyMode::default()).await.unwrap_err();
    assert!(
        matches!(&error, ClusterError::Invalid { causes, .. } if causes[0].field == ".metadata.labels.tier"),
        "{error:?}"
    );
    assert_eq!(server.lines().len(), 1, "asking again would not help");
}

#[tokio::test]
async fn an_apply_is_tried_again_after_a_lost_connection() {
    let server = Server::start(|_, before| if before == 0 { Answer::Drop } else { ok(json!({})) }).await;
    let cluster = server.connect().await;
    cluster.apply(&deployments(), &manifest(), ApplyMode::default()).await.unwrap();
    assert_eq!(cluster.requests().writes, 2);
}

#[tokio::test]
async fn a_delete_works_in_the_background_and_checks_the_uid() {
    let server = Server::start(|_, before| match before {
        0 => ok(json!({ "kind": "Status", "status": "Success" })),
        1 => status(404, "NotFound", "deployments.apps \"n\" not found"),
        2 => status(409, "Conflict", "Precondition failed: UID in precondition: u, UID in object meta: v"),
        _ => Answer::Drop,
    })
    .await;
    let cluster = server.connect().await;
    let delete = async |uid| cluster.delete(&deployments(), &object(), uid).await;
    delete(Some("u")).await.unwrap();
    delete(Some("u")).await.unwrap();
    let error = delete(Some("u")).await.unwrap_err();
    assert!(matches!(&error, ClusterError::Conflict { fields, .. } if fields.is_empty()), "{error:?}");
    let error = delete(None).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let asked = server.asked();
    assert_eq!(asked.len(), 4, "without a UID a lost delete is not sent again");
    assert_eq!(asked[0].line(), "DELETE /apis/apps/v1/namespaces/ns/deployments/n");
    assert_eq!(asked[0].body, json!({ "propagationPolicy": "Background", "preconditions": { "uid": "u" } }));
    assert_eq!(asked[3].body, json!({ "propagationPolicy": "Background" }));
}

#[tokio::test]
async fn owners_are_written_for_one_revision_and_foretelling_stores_nothing() {
    let server = Server::start(|asked, before| match before {
        0 => ok(asked.body.clone()),
        1 => status(409, "Conflict", "the object has been modified"),
        2 => Answer::Json(
            404,
            json!({ "kind": "Status", "code": 404, "reason": "NotFound", "message": "deployments.apps \"n\" not found",
                "details": { "name": "n", "group": "apps", "kind": "deployments" } }),
        ),
        _ => ok(json!({ "data": "after" })),
    })
    .await;
    let cluster = server.connect().await;
    let owners = json!([{ "manager": "ks", "operation": "Apply" }]);
    let set = async || cluster.set_owners(&deployments(), &object(), &owners, "7").await;
    set().await.unwrap();
    let error = set().await.unwrap_err();
    assert!(matches!(&error, ClusterError::Conflict { fields, .. } if fields.is_empty()), "{error:?}");
    let gone = set().await;
    assert!(gone.is_ok(), "{gone:?}");
    let after = cluster.foretell(&deployments(), &object(), &json!({ "spec": null })).await.unwrap();
    assert_eq!(after, json!({ "data": "after" }));
    let asked = server.asked();
    assert_eq!(asked[0].line(), "PATCH /apis/apps/v1/namespaces/ns/deployments/n");
    assert_eq!(asked[0].header("content-type"), "application/merge-patch+json");
    assert_eq!(asked[0].body, json!({ "metadata": { "resourceVersion": "7", "managedFields": owners } }));
    assert!(!asked[0].has("dryRun=All") && asked[3].has("dryRun=All"));
    let count = cluster.requests();
    assert_eq!((count.dry_runs, count.writes), (1, 3));
}

#[tokio::test]
async fn warnings_of_the_server_are_kept_once() {
    let server = Server::start(|_, _| {
        let warning = r#"299 - "policy/v1beta1 is deprecated""#.to_owned();
        Answer::With(200, vec![("warning", warning.clone()), ("warning", warning)], "{}".into())
    })
    .await;
    let cluster = server.connect().await;
    cluster.apply(&deployments(), &manifest(), ApplyMode::default()).await.unwrap();
    cluster.apply(&deployments(), &manifest(), ApplyMode::default()).await.unwrap();
    assert_eq!(cluster.warnings(), ["policy/v1beta1 is deprecated"]);
}

/// What a replacement is answered, when the server finds no object of this kind and name.
async fn replaced_where_absent(kind: &'static str, name: &'static str) -> ClusterError {
    let answer = move || {
        Answer::Json(
            404,
            json!({ "kind": "Status", "code": 404, "reason": "NotFound", "message": format!("{kind} \"{name}\" not found"),
                "details": { "kind": kind, "name": name } }),
        )
    };
    let server = Server::start(move |_, _| answer()).await;
    server.connect().await.replace(&deployments(), &manifest().as_of("7")).await.unwrap_err()
}

#[tokio::test]
async fn a_replacement_of_what_has_gone_is_a_conflict_and_in_a_missing_namespace_it_is_invalid() {
    let error = replaced_where_absent("deployments", "n").await;
    assert!(matches!(&error, ClusterError::Conflict { fields, .. } if fields.is_empty()), "{error:?}");
    let error = replaced_where_absent("namespaces", "ns").await;
    let ClusterError::Invalid { causes, .. } = &error else { panic!("{error:?}") };
    assert_eq!(causes[0].field, "metadata.namespace");
}
