//! When an object is certainly unchanged, and when the server has to be asked.

use ks_plan::structured::Verdict::{self, Differs, Unchanged};
use serde_json::{Value, json};

use crate::support::*;

/// Applies once, lets somebody change the live object without taking note, and compares.
fn after(object: &Value, change: impl Fn(&mut Value)) -> Verdict {
    let mut live = applied(None, object, "ks");
    change(&mut live);
    verdict(object, &live)
}

#[test]
fn what_was_just_applied_is_unchanged() {
    let object = deployment(json!([{"name": "c", "image": "i", "ports": [{"containerPort": 80}]}]));
    assert_eq!(after(&object, |_| {}), Unchanged);
}

#[test]
fn fields_that_are_not_ours_do_not_count() {
    let object = deployment(json!([{"name": "c", "image": "i"}]));
    let filled_in = |live: &mut Value| {
        live["spec"]["replicas"] = json!(1);
        live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
        live["status"] = json!({"replicas": 1});
    };
    assert_eq!(after(&object, filled_in), Unchanged);
}

#[test]
fn another_value_a_missing_field_and_a_lost_one_count() {
    let object = config_map(json!({"a": "1"}));
    assert_eq!(after(&object, |live| live["data"]["a"] = json!("2")), Differs);
    assert_eq!(after(&object, |live| live["data"] = json!({})), Differs);
    assert_eq!(after(&object, |live| live["metadata"]["managedFields"] = json!([])), Differs);
    assert_eq!(after(&object, |live| live["metadata"]["managedFields"][0]["apiVersion"] = json!("v2")), Differs);
    assert_eq!(
        after(&object, |live| live["metadata"]["managedFields"][0]["fieldsV1"]["f:data"]["f:b"] = json!({})),
        Differs
    );
    assert_eq!(after(&object, |live| live["metadata"]["managedFields"] = json!("x")), Differs);
}

#[test]
fn a_quantity_may_be_spelled_otherwise_unless_others_share_it() {
    let object = deployment(json!([{"name": "c", "resources": {"limits": {"cpu": "1000m", "memory": "0.5Gi"}}}]));
    let live = applied(None, &object, "ks");
    assert_eq!(verdict(&object, &live), Unchanged);
    let spelled = deployment(json!([{"name": "c", "resources": {"limits": {"cpu": "1"}}}]));
    let shared = applied(Some(&live), &spelled, "other");
    assert_eq!(verdict(&object, &shared), Differs, "the server would report a conflict");
}

#[test]
fn a_quantity_of_a_custom_resource_is_a_text() {
    assert_eq!(after(&thing(json!({"either": "1000m"})), |live| live["spec"]["either"] = json!("1")), Differs);
}

#[test]
fn numbers_are_compared_by_value_and_never_with_texts() {
    assert_eq!(after(&thing(json!({"number": 1})), |live| live["spec"]["number"] = json!(1.0)), Unchanged);
    assert_eq!(after(&thing(json!({"either": 1})), |live| live["spec"]["either"] = json!("1")), Differs);
}

#[test]
fn string_data_is_found_in_data() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"b": "c"}, "data": {"d": "ZQ\n=="}});
    assert_eq!(after(&secret, |_| {}), Unchanged);
    assert_eq!(after(&secret, |live| live["data"]["b"] = json!("eA==")), Differs);
}

#[test]
fn the_order_of_our_items_counts_and_items_of_others_do_not() {
    let object = thing(json!({"keyed": [{"k": "a"}, {"k": "b"}], "set": ["x", "y"]}));
    assert_eq!(
        after(&object, |live| live["spec"]["keyed"] = json!([{"k": "a"}, {"k": "z"}, {"k": "b", "p": "TCP"}])),
        Unchanged
    );
    assert_eq!(after(&object, |live| live["spec"]["keyed"] = json!([{"k": "b"}, {"k": "a"}])), Differs);
    assert_eq!(after(&object, |live| live["spec"]["set"] = json!(["y", "x"])), Differs);
    assert_eq!(after(&object, |live| live["spec"]["keyed"] = json!([{"k": "a"}, {"k": "a"}, {"k": "b"}])), Differs);
}

#[test]
fn an_atomic_list_counts_as_a_whole() {
    let object = thing(json!({"atomic": [{"a": "1"}], "whole": {"a": "1"}}));
    assert_eq!(after(&object, |live| live["spec"]["atomic"][0]["b"] = json!("2")), Differs);
    assert_eq!(after(&object, |live| live["spec"]["whole"]["b"] = json!("2")), Differs);
}

#[test]
fn empty_lists_and_free_maps_are_nothing_to_a_builtin_kind_unless_others_share_them() {
    let mut object = config_map(json!({}));
    object["metadata"]["annotations"] = json!({});
    object["metadata"]["ownerReferences"] = json!([]);
    let live = applied(None, &object, "ks");
    assert_eq!(verdict(&object, &live), Unchanged);
    let mut contested = live.clone();
    let mut entry = contested["metadata"]["managedFields"][0].clone();
    entry["manager"] = json!("other");
    contested["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
    assert_eq!(verdict(&object, &contested), Differs, "the server would report a conflict");
    let own = thing(json!({"map": {}}));
    assert_eq!(after(&own, |live| live["spec"] = json!({})), Differs, "a custom resource keeps what is empty");
}

#[test]
fn who_mentions_nothing_and_owns_nothing_changes_nothing() {
    let nothing = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    let live = applied(None, &config_map(json!({"a": "1"})), "other");
    assert_eq!(verdict(&nothing, &live), Unchanged);
    assert_eq!(
        verdict(&nothing, &config_map(json!({"a": "1"}))),
        Differs,
        "the first apply names who was there before"
    );
}

#[test]
fn odd_input_is_no_reason_to_fail() {
    for odd in [json!(null), json!([]), json!("x"), json!({"metadata": 1}), json!({"metadata": {"managedFields": [1]}})]
    {
        assert_eq!(verdict(&odd, &odd), Differs);
        let _ = updated(Some(&odd), &odd, "x");
        let _ = try_apply(Some(&odd), &odd, "x", true);
        assert_eq!(fields(&odd).len(), fields(&odd).len());
    }
}

#[test]
fn an_empty_struct_that_is_lost_counts() {
    let versions = json!([{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}}}]);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "as.example.com"}, "spec": {"group": "example.com", "versions": versions},
    });
    assert_eq!(after(&definition, |_| {}), Unchanged);
    let lose = |live: &mut Value| live["spec"]["versions"][0]["subresources"] = json!({});
    assert_eq!(after(&definition, lose), Differs);
}

#[test]
fn a_status_that_the_server_would_refuse_is_not_unchanged() {
    let mut object = deployment(json!([{"name": "c", "image": "i"}]));
    let live = applied(None, &object, "ks");
    object["status"] = json!({"conditions": [{"type": "a"}]});
    assert_eq!(verdict(&object, &live), Unchanged);
    object["status"] = json!({"conditions": [{"type": "a"}, {"type": "a"}]});
    assert_eq!(verdict(&object, &live), Differs);
    assert!(try_apply(Some(&live), &object, "ks", false).is_err());
}
