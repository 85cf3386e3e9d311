use insta::assert_snapshot;
use serde_json::json;

use crate::fixture::{bundle, config_map, definition, deployment, drawn, graph_of, namespace, object, requiring};
use crate::graph::DependencyGraph;

const RBAC: &str = "rbac.authorization.k8s.io/v1";
const MONITORING: &str = "monitoring.coreos.com/v1";

#[test]
fn a_namespace_comes_before_its_contents() {
    let graph = graph_of([config_map("a/c"), config_map("elsewhere/c"), namespace("a")]);
    assert_snapshot!(drawn(&graph), @r"
    ConfigMap elsewhere/c
    Namespace a
    ConfigMap a/c
      needs Namespace a present (is in this namespace)
    ");
}

#[test]
fn a_definition_is_ready_before_objects_of_its_kind() {
    let thing = object("example.org/v1", "Thing", "a/t", json!({}));
    let graph = graph_of([thing, definition("Thing", "things"), definition("Other", "others")]);
    assert_snapshot!(drawn(&graph), @r"
    CustomResourceDefinition.apiextensions.k8s.io others.example.org
    CustomResourceDefinition.apiextensions.k8s.io things.example.org
    Thing.example.org a/t
      needs CustomResourceDefinition.apiextensions.k8s.io things.example.org ready (is of the kind it defines)
    ");
}

#[test]
fn a_binding_waits_for_role_and_account_and_the_workload_for_all_three() {
    let subjects =
        json!([{ "kind": "ServiceAccount", "name": "runner", "namespace": "a" }, { "kind": "User", "name": "u" }]);
    let role_ref = json!({ "kind": "ClusterRole", "name": "reader" });
    let graph = graph_of([
        deployment("a/web", json!({ "serviceAccountName": "runner" })),
        object(RBAC, "ClusterRoleBinding", "reader", json!({ "roleRef": role_ref, "subjects": subjects })),
        object(RBAC, "ClusterRole", "reader", json!({ "rules": [] })),
        object("v1", "ServiceAccount", "a/runner", json!({})),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    ServiceAccount a/runner
    ClusterRole.rbac.authorization.k8s.io reader
    ClusterRoleBinding.rbac.authorization.k8s.io reader
      needs ServiceAccount a/runner present (runs with, or binds, these rights)
      needs ClusterRole.rbac.authorization.k8s.io reader present (runs with, or binds, these rights)
    Deployment.apps a/web
      needs ServiceAccount a/runner present (runs with, or binds, these rights)
      needs ClusterRoleBinding.rbac.authorization.k8s.io reader present (runs with, or binds, these rights)
    ");
}

#[test]
fn a_role_binding_without_a_namespace_at_its_subject_means_its_own() {
    let role_ref = json!({ "kind": "Role", "name": "reader" });
    let subjects = json!([{ "kind": "ServiceAccount", "name": "runner" }]);
    let graph = graph_of([
        object(RBAC, "RoleBinding", "a/reader", json!({ "roleRef": role_ref, "subjects": subjects })),
        object(RBAC, "Role", "a/reader", json!({ "rules": [] })),
        object(RBAC, "Role", "b/reader", json!({ "rules": [] })),
        object("v1", "ServiceAccount", "a/runner", json!({})),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    ServiceAccount a/runner
    Role.rbac.authorization.k8s.io a/reader
    Role.rbac.authorization.k8s.io b/reader
    RoleBinding.rbac.authorization.k8s.io a/reader
      needs ServiceAccount a/runner present (runs with, or binds, these rights)
      needs Role.rbac.authorization.k8s.io a/reader present (runs with, or binds, these rights)
    ");
}

#[test]
fn what_a_pod_names_comes_before_it() {
    let pod = json!({
        "imagePullSecrets": [{ "name": "pull" }],
        "initContainers": [{ "name": "i", "envFrom": [{ "configMapRef": { "name": "env" } }] }],
        "containers": [{ "name": "c", "env": [{ "name": "E", "valueFrom": { "secretKeyRef": { "name": "key", "key": "k" } } }] }],
        "volumes": [
            { "name": "s", "secret": { "secretName": "tls" } },
            { "name": "d", "persistentVolumeClaim": { "claimName": "data" } },
            { "name": "p", "projected": { "sources": [{ "configMap": { "name": "part" } }, { "secret": { "name": "other" } }] } },
        ],
    });
    let secret = |name: &str| object("v1", "Secret", &format!("a/{name}"), json!({}));
    let graph = graph_of([
        deployment("a/web", pod),
        object("v1", "PersistentVolumeClaim", "a/data", json!({})),
        config_map("a/env"),
        config_map("a/part"),
        config_map("b/part"),
        secret("key"),
        secret("other"),
        secret("pull"),
        secret("tls"),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    ConfigMap a/env
    ConfigMap a/part
    ConfigMap b/part
    PersistentVolumeClaim a/data
    Secret a/key
    Secret a/other
    Secret a/pull
    Secret a/tls
    Deployment.apps a/web
      needs ConfigMap a/env present (names it in .initContainers.envFrom.configMapRef.name)
      needs ConfigMap a/part present (names it in .volumes.projected.sources.configMap.name)
      needs PersistentVolumeClaim a/data present (names it in .volumes.persistentVolumeClaim.claimName)
      needs Secret a/key present (names it in .containers.env.valueFrom.secretKeyRef.name)
      needs Secret a/other present (names it in .volumes.projected.sources.secret.name)
      needs Secret a/pull present (names it in .imagePullSecrets.name)
      needs Secret a/tls present (names it in .volumes.secret.secretName)
    ");
}

#[test]
fn a_cron_job_has_its_pod_two_templates_deep() {
    let pod = json!({ "volumes": [{ "name": "c", "configMap": { "name": "c" } }] });
    let spec = json!({ "jobTemplate": { "spec": { "template": { "spec": pod } } } });
    let graph = graph_of([object("batch/v1", "CronJob", "a/clean", json!({ "spec": spec })), config_map("a/c")]);
    assert_snapshot!(drawn(&graph), @r"
    ConfigMap a/c
    CronJob.batch a/clean
      needs ConfigMap a/c present (names it in .volumes.configMap.name)
    ");
}

#[test]
fn a_stateful_set_waits_for_its_service() {
    let graph = graph_of([
        object("apps/v1", "StatefulSet", "a/db", json!({ "spec": { "serviceName": "db" } })),
        object("v1", "Service", "a/db", json!({})),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    Service a/db
    StatefulSet.apps a/db
      needs Service a/db present (names it in .spec.serviceName)
    ");
}

#[test]
fn custom_resources_of_prometheus_wait_for_the_secrets_that_they_name() {
    let secret = |name: &str| object("v1", "Secret", &format!("a/{name}"), json!({}));
    let prometheus = json!({ "spec": {
        "secrets": ["certs"], "configMaps": ["c"], "additionalScrapeConfigs": { "name": "scrape", "key": "k" },
        "thanos": { "objectStorageConfig": { "name": "bucket", "key": "k" } },
    } });
    let ruler = json!({ "spec": { "alertmanagersConfig": { "name": "peers", "key": "k" } } });
    let graph = graph_of([
        object(MONITORING, "Prometheus", "a/k8s", prometheus),
        object(MONITORING, "ThanosRuler", "a/ruler", ruler),
        object(MONITORING, "Alertmanager", "a/main", json!({})),
        config_map("a/c"),
        secret("alertmanager-main"),
        secret("bucket"),
        secret("certs"),
        secret("peers"),
        secret("scrape"),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    ConfigMap a/c
    Secret a/alertmanager-main
    Secret a/bucket
    Secret a/certs
    Secret a/peers
    Secret a/scrape
    Alertmanager.monitoring.coreos.com a/main
      needs Secret a/alertmanager-main present (names it in .spec.configSecret)
    Prometheus.monitoring.coreos.com a/k8s
      needs ConfigMap a/c present (names it in .configMaps)
      needs Secret a/bucket present (names it in .thanos.objectStorageConfig.name)
      needs Secret a/certs present (names it in .secrets)
      needs Secret a/scrape present (names it in .additionalScrapeConfigs.name)
    ThanosRuler.monitoring.coreos.com a/ruler
      needs Secret a/peers present (names it in .alertmanagersConfig.name)
    ");
}

#[test]
fn an_operator_is_ready_before_its_custom_resources_are_awaited() {
    let rules =
        |verb: &str| json!({ "rules": [{ "apiGroups": ["example.org"], "resources": ["*"], "verbs": [verb] }] });
    let binding = |role: &str| {
        json!({ "roleRef": { "kind": "ClusterRole", "name": role },
                "subjects": [{ "kind": "ServiceAccount", "name": role, "namespace": "a" }] })
    };
    let graph = graph_of([
        object("example.org/v1", "Thing", "a/t", json!({})),
        deployment("a/operator", json!({ "serviceAccountName": "operator" })),
        deployment("a/watcher", json!({ "serviceAccountName": "watcher" })),
        object(RBAC, "ClusterRole", "operator", rules("patch")),
        object(RBAC, "ClusterRole", "watcher", rules("watch")),
        object(RBAC, "ClusterRoleBinding", "operator", binding("operator")),
        object(RBAC, "ClusterRoleBinding", "watcher", binding("watcher")),
        object("v1", "ServiceAccount", "a/operator", json!({})),
        object("v1", "ServiceAccount", "a/watcher", json!({})),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    ServiceAccount a/operator
    ServiceAccount a/watcher
    ClusterRole.rbac.authorization.k8s.io operator
    ClusterRole.rbac.authorization.k8s.io watcher
    ClusterRoleBinding.rbac.authorization.k8s.io operator
      needs ServiceAccount a/operator present (runs with, or binds, these rights)
      needs ClusterRole.rbac.authorization.k8s.io operator present (runs with, or binds, these rights)
    Deployment.apps a/operator
      needs ServiceAccount a/operator present (runs with, or binds, these rights)
      needs ClusterRoleBinding.rbac.authorization.k8s.io operator present (runs with, or binds, these rights)
    Thing.example.org a/t
      to be ready needs Deployment.apps a/operator ready (is reconciled by it)
    ClusterRoleBinding.rbac.authorization.k8s.io watcher
      needs ServiceAccount a/watcher present (runs with, or binds, these rights)
      needs ClusterRole.rbac.authorization.k8s.io watcher present (runs with, or binds, these rights)
    Deployment.apps a/watcher
      needs ServiceAccount a/watcher present (runs with, or binds, these rights)
      needs ClusterRoleBinding.rbac.authorization.k8s.io watcher present (runs with, or binds, these rights)
    ");
}

fn served_by(name: &str) -> serde_json::Value {
    json!({ "clientConfig": { "service": { "namespace": "a", "name": name } } })
}

#[test]
fn objects_wait_for_the_webhook_that_admits_them_and_for_its_backend() {
    let mut hook = served_by("hook");
    hook["rules"] = json!([{ "apiGroups": ["example.org"], "resources": ["things"] }]);
    let labelled = json!({ "spec": { "template": { "metadata": { "labels": { "app": "hook" } } } } });
    let graph = graph_of([
        object("example.org/v1", "Other", "a/o", json!({})),
        object("example.org/v1", "Thing", "a/t", json!({})),
        definition("Other", "others"),
        definition("Thing", "things"),
        object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "v", json!({ "webhooks": [hook] })),
        object("v1", "Service", "a/hook", json!({ "spec": { "selector": { "app": "hook" } } })),
        object("apps/v1", "Deployment", "a/hook", labelled),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    Service a/hook
    ValidatingWebhookConfiguration.admissionregistration.k8s.io v
    CustomResourceDefinition.apiextensions.k8s.io others.example.org
    CustomResourceDefinition.apiextensions.k8s.io things.example.org
    Deployment.apps a/hook
    Other.example.org a/o
      needs CustomResourceDefinition.apiextensions.k8s.io others.example.org ready (is of the kind it defines)
    Thing.example.org a/t
      needs Service a/hook present (passes its webhook)
      needs ValidatingWebhookConfiguration.admissionregistration.k8s.io v present (passes its webhook)
      needs CustomResourceDefinition.apiextensions.k8s.io things.example.org ready (is of the kind it defines)
      needs Deployment.apps a/hook ready (passes its webhook)
    ");
}

#[test]
fn objects_wait_for_the_backend_of_their_conversion() {
    let mut converted = definition("Thing", "things").value().clone();
    converted["spec"]["conversion"] = json!({ "strategy": "Webhook", "webhook": served_by("hook") });
    let labelled = json!({ "spec": { "template": { "metadata": { "labels": { "app": "hook", "v": "1" } } } } });
    let graph = graph_of([
        object("example.org/v1", "Thing", "a/t", json!({})),
        ks_model::Manifest::parse(converted).unwrap(),
        object("v1", "Service", "a/hook", json!({ "spec": { "selector": { "app": "hook" } } })),
        object("apps/v1", "Deployment", "a/hook", labelled),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    Service a/hook
    CustomResourceDefinition.apiextensions.k8s.io things.example.org
    Deployment.apps a/hook
    Thing.example.org a/t
      needs Service a/hook present (passes its webhook)
      needs CustomResourceDefinition.apiextensions.k8s.io things.example.org ready (is of the kind it defines)
      needs Deployment.apps a/hook ready (passes its webhook)
    ");
}

#[test]
fn a_service_without_a_selector_has_no_backend() {
    let mut converted = definition("Thing", "things").value().clone();
    converted["spec"]["conversion"] = json!({ "strategy": "Webhook", "webhook": served_by("hook") });
    let labelled = json!({ "spec": { "template": { "metadata": { "labels": { "app": "bystander" } } } } });
    let graph = graph_of([
        object("example.org/v1", "Thing", "a/t", json!({})),
        ks_model::Manifest::parse(converted).unwrap(),
        object("v1", "Service", "a/hook", json!({ "spec": { "selector": {} } })),
        object("apps/v1", "Deployment", "a/bystander", labelled),
    ]);
    assert_snapshot!(drawn(&graph), @r"
    Service a/hook
    CustomResourceDefinition.apiextensions.k8s.io things.example.org
    Deployment.apps a/bystander
    Thing.example.org a/t
      needs Service a/hook present (passes its webhook)
      needs CustomResourceDefinition.apiextensions.k8s.io things.example.org ready (is of the kind it defines)
    ");
}

#[test]
fn objects_wait_for_the_components_that_theirs_requires_or_comes_after() {
    let mut last = requiring(bundle("last", [config_map("a/last")]), &["first", "off"]);
    last.after = ["second".parse().unwrap(), "last".parse().unwrap()].into();
    let first = bundle("first", [config_map("a/first")]);
    let second = bundle("second", [config_map("a/second")]);
    let graph = DependencyGraph::build(&[last, first, second]).unwrap();
    assert_snapshot!(drawn(&graph), @r"
    ConfigMap a/first
    ConfigMap a/second
    ConfigMap a/last
      needs component first ready (its component requires it)
      needs component second present (its component comes after it)
    ");
}
