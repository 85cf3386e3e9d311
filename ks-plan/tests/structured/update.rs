//! Writes that are no applies.

use ks_plan::structured::{ManagedFields, update_status};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_create_owns_what_it_brings_but_not_what_every_new_object_has() {
    let live = updated(None, &deployment(json!([{"name": "c", "image": "i"}])), "kubectl-create");
    assert_eq!(
        written(&live, "kubectl-create"),
        [
            r#".spec.template.spec.containers[name="c"]"#,
            r#".spec.template.spec.containers[name="c"].image"#,
            r#".spec.template.spec.containers[name="c"].name"#,
        ]
    );
}

#[test]
fn an_empty_selector_is_what_a_new_network_policy_has_anyway() {
    let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}});
    assert_eq!(written(&updated(None, &policy, "kubectl"), "kubectl"), [".spec.policyTypes"]);
}

#[test]
fn an_edit_owns_what_it_changes_and_takes_it_from_the_applier() {
    let live = applied(None, &config_map(json!({"a": "1", "b": "1"})), "ks");
    let live = updated(Some(&live), &config_map(json!({"a": "2", "b": "1"})), "kubectl-edit");
    assert_eq!(
        (owned(&live, "ks"), written(&live, "kubectl-edit")),
        (vec![".data.b".to_owned()], vec![".data.a".to_owned()])
    );
}

#[test]
fn an_edit_that_removes_a_field_takes_it_from_everybody() {
    let live = applied(None, &config_map(json!({"a": "1", "b": "1"})), "ks");
    let live = updated(Some(&live), &config_map(json!({"b": "1"})), "kubectl-edit");
    assert_eq!(owned(&live, "ks"), [".data.b"]);
    assert_eq!(written(&live, "kubectl-edit"), [] as [&str; 0]);
}

#[test]
fn empty_labels_in_a_set_are_no_fields_to_lose() {
    // The leaves of FieldsV1 are empty maps; they are not the object's to clean up.
    let mut object = config_map(json!({"a": "1"}));
    object["metadata"]["labels"] = json!({});
    let live = applied(None, &object, "ks");
    assert_eq!(live["metadata"].get("labels"), None);
    let mut edited = live.clone();
    edited["data"]["b"] = json!("1");
    let live = updated(Some(&live), &edited, "kubectl-edit");
    assert_eq!(owned(&live, "ks"), [".data.a", ".metadata.labels"]);
}

#[test]
fn managers_that_the_write_brings_count_and_an_empty_list_resets() {
    let mut live = applied(None, &config_map(json!({"a": "1"})), "ks");
    live["metadata"]["uid"] = json!("u");
    let mut edited = live.clone();
    edited["metadata"]["managedFields"][0]["manager"] = json!("moved");
    assert_eq!(owned(&updated(Some(&live), &edited, "kubectl"), "moved"), [".data.a"]);
    edited["metadata"]["managedFields"] = json!([]);
    assert_eq!(updated(Some(&live), &edited, "kubectl")["metadata"].get("managedFields"), None);
}

#[test]
fn the_empty_list_of_a_custom_resource_resets_nothing() {
    let mut live = applied(None, &thing(json!({"text": "t"})), "ks");
    live["metadata"]["uid"] = json!("u");
    let mut edited = live.clone();
    edited["metadata"]["managedFields"] = json!([]);
    assert_eq!(owned(&updated(Some(&live), &edited, "kubectl"), "ks"), [".spec.text"]);
}

#[test]
fn nobody_keeps_book_of_an_object_that_has_no_managers() {
    let live = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": "u"}});
    let edited =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": "u"}, "data": {"a": "1"}});
    assert_eq!(updated(Some(&live), &edited, "kubectl"), edited);
}

#[test]
fn the_status_has_managers_of_its_own() {
    let live = applied(None, &thing(json!({"text": "t"})), "ks");
    let mut seen = live.clone();
    seen["spec"]["text"] = json!("ignored");
    seen["status"] = json!({"ready": true});
    let live = update_status(&live, &seen, "controller", schemas().of_object(&live), Some(TIME));
    assert_eq!((&live["spec"]["text"], &live["status"]), (&json!("t"), &json!({"ready": true})));
    let entry = &live["metadata"]["managedFields"][1];
    assert_eq!((entry["manager"].as_str(), entry["subresource"].as_str()), (Some("controller"), Some("status")));
    assert_eq!(entry["fieldsV1"], json!({"f:status": {".": {}, "f:ready": {}}}));
}

#[test]
fn the_oldest_of_many_updaters_are_joined() {
    let mut live = applied(None, &config_map(json!({})), "ks");
    for number in 0..13 {
        let mut edited: Value = live.clone();
        edited["data"][format!("k{number:02}")] = json!("1");
        live = updated(Some(&live), &edited, &format!("m{number:02}"));
    }
    let managers = ManagedFields::of(&live).unwrap();
    assert_eq!(managers.entries.iter().filter(|entry| entry.manager != "ks").count(), 10);
    assert_eq!(written(&live, "ancient-changes"), [".data", ".data.k00", ".data.k01", ".data.k02", ".data.k03"]);
}

#[test]
fn items_that_share_a_key_change_as_one() {
    let live = updated(None, &thing(json!({"keyed": [{"k": "a", "v": "1"}]})), "kubectl");
    let live = updated(Some(&live), &thing(json!({"keyed": [{"k": "a", "v": "1"}, {"k": "a", "v": "2"}]})), "edit");
    assert_eq!(written(&live, "edit"), [r#".spec.keyed[k="a",p="TCP"]"#]);
}
