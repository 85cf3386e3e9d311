//! What the server of a built-in kind stores of what is applied: a difference of spelling is none. Each story was found at
//! a real API server by `tests/tests/differential_ownership`.

use ks_plan::structured::Verdict::{self, Differs, Unchanged};
use ks_plan::structured::compare_defaulted;
use serde_json::{Value, json};

use crate::support::*;

/// Applies an object and compares it with itself once the server has written `stored` at a pointer.
fn with(object: &Value, pointer: &str, stored: Value) -> Verdict {
    verdict(object, &live(object, pointer, stored))
}

fn live(object: &Value, pointer: &str, stored: Value) -> Value {
    let mut live = applied(None, object, "ks");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match live.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = stored,
        parent if stored.is_null() => drop(parent.as_object_mut().unwrap().remove(name)),
        parent => parent[name] = stored,
    }
    live
}

fn object(api_version: &str, kind: &str, rest: Value) -> Value {
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    object
}

fn pod(spec: Value) -> Value {
    object("v1", "Pod", json!({ "spec": spec }))
}

#[test]
fn nothing_more_may_be_in_an_atomic_map_at_any_depth() {
    let budget = object("policy/v1", "PodDisruptionBudget", json!({"spec": {"selector": {"matchLabels": {}}}}));
    assert_eq!(with(&budget, "/spec/selector", json!({"matchLabels": {"app": "x"}})), Differs);
    assert_eq!(with(&budget, "/spec/selector", json!({})), Unchanged);
}

#[test]
fn what_the_server_fills_in_below_a_leaf_is_known() {
    let variable =
        |source: Value| pod(json!({"containers": [{"name": "c", "env": [{"name": "E", "valueFrom": source}]}]}));
    let at = "/spec/containers/0/env/0/valueFrom";
    let field = variable(json!({"fieldRef": {"fieldPath": "status.podIP"}}));
    assert_eq!(with(&field, at, json!({"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}})), Unchanged);
    assert_eq!(with(&field, at, json!({"fieldRef": {"apiVersion": "v2", "fieldPath": "status.podIP"}})), Differs);
    let resource = variable(json!({"resourceFieldRef": {"resource": "limits.cpu"}}));
    assert_eq!(with(&resource, at, json!({"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}})), Unchanged);
    assert_eq!(with(&resource, at, json!({"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1"}})), Differs);

    let policy =
        object("networking.k8s.io/v1", "NetworkPolicy", json!({"spec": {"ingress": [{"ports": [{"port": 80}]}]}}));
    assert_eq!(with(&policy, "/spec/ingress", json!([{"ports": [{"port": 80, "protocol": "TCP"}]}])), Unchanged);
    assert_eq!(with(&policy, "/spec/ingress", json!([{"ports": [{"port": 80, "protocol": "UDP"}]}])), Differs);
}

#[test]
fn what_the_server_fills_in_may_depend_on_the_fields_beside_it() {
    let binding =
        |subject: Value| object("rbac.authorization.k8s.io/v1", "RoleBinding", json!({"subjects": [subject]}));
    let group = "rbac.authorization.k8s.io";
    let user = binding(json!({"kind": "User", "name": "jane"}));
    assert_eq!(with(&user, "/subjects/0", json!({"kind": "User", "name": "jane", "apiGroup": group})), Unchanged);
    let account = binding(json!({"kind": "ServiceAccount", "name": "robot"}));
    assert_eq!(
        with(&account, "/subjects/0", json!({"kind": "ServiceAccount", "name": "robot", "apiGroup": group})),
        Differs
    );

    let limits =
        object("v1", "LimitRange", json!({"spec": {"limits": [{"type": "Container", "max": {"cpu": "2000m"}}]}}));
    let filled =
        json!([{"type": "Container", "max": {"cpu": "2"}, "default": {"cpu": "2"}, "defaultRequest": {"cpu": "2"}}]);
    assert_eq!(with(&limits, "/spec/limits", filled), Unchanged);

    let image = |image: &str| pod(json!({"containers": [{"name": "c", "image": image, "imagePullPolicy": ""}]}));
    let pulled = |object: Value, policy: &str| with(&object, "/spec/containers/0/imagePullPolicy", json!(policy));
    assert_eq!(pulled(image("registry:5000/app"), "Always"), Unchanged);
    assert_eq!(pulled(image("registry:5000/app:1"), "IfNotPresent"), Unchanged);
    assert_eq!(pulled(image("app:latest"), "IfNotPresent"), Differs);
}

#[test]
fn a_template_of_claims_says_its_kind_and_waits() {
    let template = json!({"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "1024Mi"}}}});
    let set = object("apps/v1", "StatefulSet", json!({"spec": {"volumeClaimTemplates": [template]}}));
    let stored = |mode: &str| {
        json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "creationTimestamp": null},
            "spec": {"resources": {"requests": {"storage": "1Gi"}}, "volumeMode": mode}, "status": {"phase": "Pending"},
        })
    };
    assert_eq!(with(&set, "/spec/volumeClaimTemplates/0", stored("Filesystem")), Unchanged);
    assert_eq!(with(&set, "/spec/volumeClaimTemplates/0", stored("Block")), Differs);
}

#[test]
fn a_zero_value_may_be_as_good_as_none() {
    let host = pod(json!({"hostNetwork": false, "terminationGracePeriodSeconds": 0}));
    assert_eq!(with(&host, "/spec/hostNetwork", json!(null)), Unchanged);
    assert_eq!(with(&host, "/spec/hostNetwork", json!(true)), Differs);
    assert_eq!(
        with(&host, "/spec/terminationGracePeriodSeconds", json!(null)),
        Differs,
        "zero seconds are not no seconds"
    );
    let container = pod(json!({"containers": [{"name": "c", "terminationMessagePath": ""}]}));
    let at = "/spec/containers/0/terminationMessagePath";
    assert_eq!(with(&container, at, json!("/dev/termination-log")), Unchanged);
    assert_eq!(with(&container, at, json!("/tmp/end")), Differs);
}

#[test]
fn what_does_not_fit_is_not_unchanged_where_nothing_of_it_is_stored() {
    let labelled = |labels: Value| object("v1", "ServiceAccount", json!({"metadata": {"name": "a", "labels": labels}}));
    let live = live(&labelled(json!({})), "/metadata/labels", Value::Null);
    assert_eq!(verdict(&labelled(json!({})), &live), Unchanged);
    assert_eq!(verdict(&labelled(json!([])), &live), Differs);
}

#[test]
fn an_empty_address_keeps_the_one_that_the_server_chose() {
    let service = |address: &str| object("v1", "Service", json!({"spec": {"clusterIP": address}}));
    assert_eq!(with(&service(""), "/spec/clusterIP", json!("10.0.0.1")), Unchanged);
    assert_eq!(with(&service("10.0.0.2"), "/spec/clusterIP", json!("10.0.0.1")), Differs);
}

#[test]
fn amounts_are_rounded_up_to_thousandths() {
    let quota = object("v1", "ResourceQuota", json!({"spec": {"hard": {"requests.cpu": "100u"}}}));
    assert_eq!(with(&quota, "/spec/hard/requests.cpu", json!("1m")), Unchanged);
    assert_eq!(with(&quota, "/spec/hard/requests.cpu", json!("2m")), Differs);
}

#[test]
fn a_definition_is_compared_below_its_schemas() {
    let definition = |schema: Value| {
        let version = json!({"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}});
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({"spec": {"versions": [version]}}))
    };
    let at = "/spec/versions/0/schema/openAPIV3Schema";
    let map = |inner: Value| json!({"type": "object", "additionalProperties": inner});
    let wanted = definition(map(json!({"type": "string", "nullable": false, "description": ""})));
    assert_eq!(with(&wanted, at, map(json!({"type": "string"}))), Unchanged);
    assert_eq!(with(&wanted, at, map(json!({"type": "string", "nullable": true}))), Differs);
}

#[test]
fn a_service_account_keeps_the_names_of_its_secrets() {
    let account = object("v1", "ServiceAccount", json!({"secrets": [{"name": "a", "kind": "Secret"}]}));
    assert_eq!(with(&account, "/secrets/0", json!({"name": "a"})), Unchanged);
}

#[test]
fn text_of_a_secret_hides_the_data_of_the_same_name() {
    let secret = object("v1", "Secret", json!({"data": {"a": "YQ==", "b": "Yg=="}, "stringData": {"a": "c"}}));
    assert_eq!(with(&secret, "/data", json!({"a": "Yw==", "b": "Yg=="})), Unchanged);
    assert_eq!(with(&secret, "/data", json!({"a": "YQ==", "b": "Yg=="})), Differs);
}

#[test]
fn who_owns_an_empty_string_data_is_asked_at_each_apply() {
    let ours = object("v1", "Secret", json!({"stringData": {"a": "1"}}));
    let mut shared =
        applied(Some(&applied(None, &ours, "ks")), &object("v1", "Secret", json!({"stringData": {}})), "other");
    shared["data"] = json!({"a": "MQ=="});
    assert_eq!(verdict(&ours, &shared), Differs, "the server would report a conflict");
}

#[test]
fn who_owns_the_parent_of_a_respelled_leaf_is_not_asked() {
    let hook = |rest: Value| {
        let mut hook = json!({"name": "h"});
        hook.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", json!({"webhooks": [hook]}))
    };
    let rule = |scope: Value| json!([{"operations": ["CREATE"], "scope": scope}]);
    let ours = hook(json!({"rules": [{"operations": ["CREATE"]}]}));
    let mut shared = applied(Some(&applied(None, &ours, "ks")), &hook(json!({})), "other");
    shared["webhooks"][0]["rules"] = rule(json!("*"));
    assert_eq!(verdict(&ours, &shared), Unchanged);
    let mut contested = applied(Some(&applied(None, &ours, "ks")), &ours, "other");
    contested["webhooks"][0]["rules"] = rule(json!("*"));
    assert_eq!(verdict(&ours, &contested), Differs, "the server would report a conflict");
}

#[test]
fn the_metadata_of_an_embedded_object_are_read_as_those_of_every_object() {
    let embedding = thing(json!({"pod": {"metadata": {"name": "x", "labels": {}}, "spec": {"labels": {}}}}));
    assert_eq!(with(&embedding, "/spec/pod/metadata", json!({"name": "x"})), Unchanged);
    assert_eq!(with(&embedding, "/spec/pod/spec", json!({})), Differs);
}

#[test]
fn a_default_of_a_definition_counts_only_where_the_field_is_ours() {
    let wanted = thing(json!({"text": "a", "atomic": [{}]}));
    let defaulted = thing(json!({"text": "a", "number": 1, "atomic": [{"a": "x"}]}));
    let compared = |live: &Value| compare_defaulted(&wanted, &defaulted, live, "ks", schemas().of_object(&wanted));
    let mut stored = applied(None, &wanted, "ks");
    stored["spec"] = json!({"text": "a", "number": 2, "atomic": [{"a": "x"}]});
    assert_eq!(compared(&stored), Unchanged, "somebody else has set the number");
    stored["spec"]["atomic"] = json!([{"a": "y"}]);
    assert_eq!(compared(&stored), Differs);
}

#[test]
fn an_object_with_nothing_in_it_was_written_by_nobody() {
    let nothing = object("rbac.authorization.k8s.io/v1", "Role", json!({}));
    let live = |rules: Value| object("rbac.authorization.k8s.io/v1", "Role", json!({"rules": rules}));
    assert_eq!(verdict(&nothing, &live(json!(null))), Unchanged);
    assert_eq!(verdict(&nothing, &live(json!([{"verbs": ["get"]}]))), Differs);
}
