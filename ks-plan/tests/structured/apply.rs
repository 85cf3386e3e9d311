//! Applies: merging, removing, sharing, conflicting.

use ks_plan::structured::ApplyError;
use serde_json::{Value, json};

use crate::support::*;

const NONE: [&str; 0] = [];

#[test]
fn fields_that_are_no_longer_applied_go() {
    let live = applied(None, &config_map(json!({"a": "1", "b": "2"})), "ks");
    let live = applied(Some(&live), &config_map(json!({"b": "2"})), "ks");
    assert_eq!(live["data"], json!({"b": "2"}));
    assert_eq!(owned(&live, "ks"), [".data.b"]);
}

#[test]
fn fields_of_others_stay() {
    let live = applied(None, &config_map(json!({"a": "1"})), "other");
    let live = applied(Some(&live), &config_map(json!({"b": "2"})), "ks");
    let live = applied(Some(&live), &config_map(json!({})), "ks");
    assert_eq!(live["data"], json!({"a": "1"}));
}

#[test]
fn equal_values_are_shared_and_stay_until_the_last_owner_lets_go() {
    let object = config_map(json!({"a": "1"}));
    let live = applied(None, &object, "ks");
    let live = applied(Some(&live), &object, "other");
    assert_eq!((owned(&live, "ks"), owned(&live, "other")), (vec![".data.a".to_owned()], vec![".data.a".to_owned()]));
    let live = applied(Some(&live), &config_map(json!({"b": "1"})), "ks");
    assert_eq!(live["data"], json!({"a": "1", "b": "1"}));
    let live = applied(Some(&live), &config_map(json!({})), "other");
    assert_eq!(live["data"], json!({"b": "1"}));
}

#[test]
fn a_field_shared_with_an_updater_stays() {
    let live = updated(None, &config_map(json!({"a": "1"})), "kubectl");
    let live = applied(Some(&live), &config_map(json!({"a": "1"})), "ks");
    let live = applied(Some(&live), &config_map(json!({"b": "1"})), "ks");
    assert_eq!(live["data"], json!({"a": "1", "b": "1"}));
}

#[test]
fn another_value_is_a_conflict_that_names_the_owner() {
    let live = updated(None, &config_map(json!({"a": "1"})), "kubectl-edit");
    let error = try_apply(Some(&live), &config_map(json!({"a": "2"})), "ks", false).unwrap_err();
    let ApplyError::Conflict(conflicts) = error else { panic!("{error}") };
    assert_eq!(conflicts.len(), 1);
    assert_eq!((conflicts[0].path.to_string(), conflicts[0].manager.as_str()), (".data.a".to_owned(), "kubectl-edit"));
    assert_eq!(conflicts[0].time.as_deref(), Some(TIME));
}

#[test]
fn force_takes_the_field_from_its_owner() {
    let live = applied(None, &config_map(json!({"a": "1"})), "other");
    let live = try_apply(Some(&live), &config_map(json!({"a": "2"})), "ks", true).unwrap();
    assert_eq!(live["data"]["a"], "2");
    assert_eq!(owned(&live, "other"), NONE);
    assert_eq!(owned(&live, "ks"), [".data.a"]);
}

#[test]
fn ones_own_earlier_update_conflicts_like_any_other() {
    let live = updated(None, &config_map(json!({"a": "1"})), "ks");
    assert!(matches!(
        try_apply(Some(&live), &config_map(json!({"a": "2"})), "ks", false),
        Err(ApplyError::Conflict(_))
    ));
}

#[test]
fn an_apply_that_changes_nothing_keeps_its_time() {
    let object = config_map(json!({"a": "1"}));
    let live = applied(None, &object, "ks");
    let mut later = schemas();
    later.register_crd(&definition()).unwrap();
    let request = ks_plan::structured::ApplyRequest {
        live: Some(&live),
        applied: &object,
        manager: "ks",
        force: false,
        time: Some("2027-01-01T00:00:00Z"),
    };
    assert_eq!(ks_plan::structured::apply(request, later.of_object(&object)).unwrap(), live);
}

#[test]
fn a_new_owner_of_equal_values_is_noted_without_a_time() {
    let object = config_map(json!({"a": "1"}));
    let live = applied(Some(&applied(None, &object, "other")), &object, "ks");
    let times: Vec<&Value> =
        live["metadata"]["managedFields"].as_array().unwrap().iter().map(|entry| &entry["time"]).collect();
    assert_eq!(times, [&Value::Null, &json!(TIME)]);
}

#[test]
fn items_of_a_keyed_list_merge_and_take_the_applied_order() {
    let live = applied(None, &thing(json!({"keyed": [{"k": "a", "v": "1"}, {"k": "b"}, {"k": "c"}]})), "other");
    let live = applied(Some(&live), &thing(json!({"keyed": [{"k": "c", "v": "3"}, {"k": "a"}, {"k": "x"}]})), "ks");
    let keys: Vec<&str> =
        live["spec"]["keyed"].as_array().unwrap().iter().map(|item| item["k"].as_str().unwrap()).collect();
    assert_eq!(keys, ["b", "c", "a", "x"]);
    assert_eq!(live["spec"]["keyed"][2], json!({"k": "a", "v": "1"}));
}

#[test]
fn a_set_keeps_the_items_of_others() {
    let live = applied(None, &thing(json!({"set": ["a", "b"]})), "other");
    let live = applied(Some(&live), &thing(json!({"set": ["c", "a"]})), "ks");
    assert_eq!(live["spec"]["set"], json!(["c", "a", "b"]));
    let live = applied(Some(&live), &thing(json!({"set": []})), "ks");
    assert_eq!(live["spec"]["set"], json!(["a", "b"]));
}

#[test]
fn an_atomic_list_is_replaced_as_a_whole() {
    let live = applied(None, &thing(json!({"atomic": [{"a": "1"}, {"a": "2"}]})), "ks");
    let live = applied(Some(&live), &thing(json!({"atomic": [{"a": "2"}]})), "ks");
    assert_eq!(live["spec"]["atomic"], json!([{"a": "2"}]));
}

#[test]
fn an_item_goes_when_its_owner_lets_go_even_with_a_foreign_field() {
    let live = applied(None, &thing(json!({"keyed": [{"k": "a"}]})), "ks");
    let mut edited = live.clone();
    edited["spec"]["keyed"][0]["v"] = json!("1");
    let live = updated(Some(&live), &edited, "kubectl-edit");
    let live = applied(Some(&live), &thing(json!({"text": "t"})), "ks");
    assert_eq!(live["spec"], json!({"keyed": null, "text": "t"}), "the null goes with the defaults of the definition");
}

#[test]
fn a_struct_that_loses_its_last_applied_field_goes_with_what_was_filled_in() {
    let mut live = applied(None, &thing(json!({"struct": {"a": "1"}, "text": "t"})), "ks");
    live["spec"]["struct"]["b"] = json!("filled in");
    let live = applied(Some(&live), &thing(json!({"text": "t"})), "ks");
    assert_eq!(live["spec"], json!({"text": "t"}));
}

#[test]
fn the_status_of_an_apply_is_ignored() {
    let mut object = thing(json!({"text": "t"}));
    object["status"] = json!({"done": true});
    let live = applied(None, &object, "ks");
    assert_eq!(live.get("status"), None);
    assert_eq!(owned(&live, "ks"), [".spec.text"]);
}

#[test]
fn an_empty_apply_gives_everything_back() {
    let live = applied(None, &config_map(json!({"a": "1"})), "other");
    let live = applied(Some(&live), &config_map(json!({"a": "1"})), "ks");
    let nothing = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
    let live = applied(Some(&live), &nothing, "ks");
    assert_eq!((owned(&live, "ks"), &live["data"]), (Vec::new(), &json!({"a": "1"})));
}

#[test]
fn who_wrote_before_the_first_apply_gets_a_name() {
    let live =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "uid": "u"}, "data": {"a": "1"}});
    let live = applied(Some(&live), &config_map(json!({"b": "1"})), "ks");
    assert_eq!(written(&live, "before-first-apply"), [".data", ".data.a"]);
}

#[test]
fn quantities_are_stored_in_the_servers_spelling_and_custom_ones_as_written() {
    let object = deployment(json!([{"name": "c", "resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}}}]));
    let live = applied(None, &object, "ks");
    let requests = live.pointer("/spec/template/spec/containers/0/resources/requests").unwrap();
    assert_eq!(requests, &json!({"cpu": "1", "memory": "1Gi"}));
    assert_eq!(applied(None, &thing(json!({"either": "1000m"})), "ks")["spec"]["either"], "1000m");
}

#[test]
fn an_item_owned_whole_under_an_older_schema_is_owned_whole_still() {
    let mut live = applied(None, &thing(json!({"whole": {"a": "1"}, "text": "t"})), "ks");
    live["metadata"]["managedFields"][0]["fieldsV1"] = json!({"f:spec": {"f:text": {}, "f:whole": {"f:a": {}}}});
    let live = applied(Some(&live), &thing(json!({"text": "t"})), "ks");
    assert_eq!(live["spec"], json!({"text": "t"}));
}

fn refusal(object: &Value) -> String {
    try_apply(None, object, "ks", false).unwrap_err().to_string()
}

#[test]
fn an_object_that_does_not_fit_is_refused_with_the_place() {
    assert_eq!(refusal(&thing(json!({"texts": "t"}))), ".spec.texts: field not declared in schema");
    assert_eq!(refusal(&thing(json!({"text": 1}))), ".spec.text: expected a string, got a number");
    assert_eq!(refusal(&thing(json!({"map": []}))), ".spec.map: expected a map, got a list");
    assert_eq!(refusal(&thing(json!({"set": ["a", "a"]}))), r#".spec.set: duplicate entries for key [="a"]"#);
    assert_eq!(
        refusal(&service(json!([{"port": 80}, {"port": 80}]))),
        r#".spec.ports: duplicate entries for key [port=80,protocol="TCP"]"#
    );
    assert_eq!(refusal(&thing(json!({"keyed": ["a"]}))), ".spec.keyed: item 0 has nothing to tell it from the others");
}

#[test]
fn managed_fields_may_not_be_applied() {
    let mut object = config_map(json!({}));
    object["metadata"]["managedFields"] = json!([]);
    assert_eq!(try_apply(None, &object, "ks", false), Err(ApplyError::ManagedFieldsApplied));
}
