//! What a plan shows.

use ks_plan::structured::differences;
use serde_json::{Value, json};

use crate::support::*;

fn shown(before: &Value, after: &Value) -> Vec<String> {
    let text = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    let found = differences(before, after, schemas().of_object(before));
    found.iter().map(|field| format!("{} {} → {}", field.path, text(&field.before), text(&field.after))).collect()
}

#[test]
fn items_are_matched_by_key_and_leaves_are_told() {
    let before = deployment(json!([{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]));
    let after = deployment(json!([{"name": "b", "image": "2"}, {"name": "c"}]));
    assert_eq!(
        shown(&before, &after),
        [
            r#".spec.template.spec.containers[name="a"].image "1" → -"#,
            r#".spec.template.spec.containers[name="a"].name "a" → -"#,
            r#".spec.template.spec.containers[name="b"].image "1" → "2""#,
            r#".spec.template.spec.containers[name="c"].name - → "c""#,
        ]
    );
}

#[test]
fn only_a_new_order_shows_the_list() {
    let (before, after) = (thing(json!({"set": ["a", "b"]})), thing(json!({"set": ["b", "a"]})));
    assert_eq!(shown(&before, &after), [r#".spec.set ["a","b"] → ["b","a"]"#]);
}

#[test]
fn an_atomic_list_is_one_leaf() {
    let (before, after) = (thing(json!({"atomic": [{"a": "1"}]})), thing(json!({"atomic": [{"a": "2"}]})));
    assert_eq!(shown(&before, &after), [r#".spec.atomic [{"a":"1"}] → [{"a":"2"}]"#]);
}

#[test]
fn what_the_server_keeps_book_of_is_left_out() {
    let object = |version: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "resourceVersion": version, "uid": version,
            "generation": 1, "creationTimestamp": version, "managedFields": [{"manager": version}]}})
    };
    assert_eq!(shown(&object("1"), &object("2")), [] as [&str; 0]);
}

#[test]
fn a_quantity_in_another_spelling_is_no_difference_in_a_builtin_kind() {
    let pod = |cpu: &str| deployment(json!([{"name": "c", "resources": {"limits": {"cpu": cpu}}}]));
    assert_eq!(shown(&pod("1000m"), &pod("1")), [] as [&str; 0]);
    assert_eq!(shown(&thing(json!({"either": "1000m"})), &thing(json!({"either": "1"}))).len(), 1);
}

#[test]
fn empty_is_not_absent_in_a_custom_resource() {
    assert_eq!(shown(&thing(json!({})), &thing(json!({"map": {}}))), [".spec.map - → {}"]);
    assert_eq!(
        shown(&config_map(json!({})), &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})),
        [] as [&str; 0]
    );
}

#[test]
fn a_value_of_another_form_is_told_whole() {
    assert_eq!(
        shown(&thing(json!({"free": {"a": "1"}})), &thing(json!({"free": {"a": {"b": 1}}}))),
        [r#".spec.free.a "1" → {"b":1}"#]
    );
}
