use ks_model::{Bundle, DesiredObject, Manifest};
use serde_json::{Value, json};

use super::*;
use crate::inventory::Inventory;

fn desired(objects: &[Value]) -> Desired {
    let object = |it: &Value| DesiredObject::new(Manifest::parse(it.clone()).unwrap(), "a", BTreeSet::new());
    let bundle = Bundle::new("demo".parse().unwrap(), objects.iter().map(object).collect());
    Desired::new(vec![bundle], Vec::new(), BTreeMap::new(), Inventory::new("home", "ks")).unwrap()
}

fn map() -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "b", "name": "c" } })
}

fn printed(rights: &Rights) -> String {
    let account = Subject::ServiceAccount { namespace: "a".into(), name: "s".into() };
    let mut lines = Vec::new();
    for it in rights.documents("ks", &account).iter().filter(|it| it["rules"].is_array()) {
        lines.push(format!("{} {}", it["kind"].as_str().unwrap(), it["metadata"]["namespace"].as_str().unwrap_or("-")));
        for rule in it["rules"].as_array().unwrap() {
            let list = |key: &str| {
                let texts = rule[key].as_array().into_iter().flatten().filter_map(Value::as_str);
                texts.collect::<Vec<_>>().join(",")
            };
            let parts = [list("apiGroups"), list("resources"), list("resourceNames"), list("verbs")];
            lines.push(format!("  {}", parts.join(" | ")));
        }
    }
    lines.join("\n")
}

#[test]
fn rights_stand_where_their_objects_are() {
    let binding = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": { "namespace": "b", "name": "x" }, "roleRef": { "kind": "ClusterRole", "name": "view" } });
    let role = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
        "metadata": { "name": "x" }, "rules": [] });
    let binding_of_all = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
        "metadata": { "name": "x" }, "roleRef": { "kind": "ClusterRole", "name": "x" } });
    let desired = desired(&[map(), role, binding, binding_of_all]);
    let rights = Rights::of(&desired, &Lookups::default());
    insta::assert_snapshot!(printed(&rights));
    assert_eq!(rights.namespaces().collect::<Vec<_>>(), ["b", "home"]);
}

#[test]
fn a_namespace_is_made_only_where_no_role_has_to_stand_in_it() {
    let namespace = |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let desired = desired(&[map(), namespace("b"), namespace("empty")]);
    let rights = Rights::of(&desired, &Lookups::default());
    let with_end = printed(&rights.clone().with_destroy(&desired));
    insta::assert_snapshot!(printed(&rights));
    insta::assert_snapshot!(with_end);
}

#[test]
fn claims_and_pods_are_seen_where_workloads_have_some() {
    let set = json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": { "namespace": "b", "name": "k8s" }, "spec": { "storage": { "volumeClaimTemplate": { "spec": {} } } } });
    let desired = desired(&[set]);
    let rights = Rights::of(&desired, &Lookups::default());
    insta::assert_snapshot!(printed(&rights.with_diagnosis(&desired)));
}

#[test]
fn a_refusal_names_the_rule_that_is_missing() {
    let read = |message: &str| MissingRule::read(message).map(|it| it.to_string());
    let words = r#"nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope"#;
    assert_eq!(read(words).unwrap(), r#"{apiGroups: [""], resources: [nodes], verbs: [list]} in a ClusterRole"#);
    let words =
        r#"pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "b""#;
    let wanted = r#"{apiGroups: [""], resources: [pods/log], verbs: [get]} in a Role of namespace b"#;
    assert_eq!(read(words).unwrap(), wanted);
    assert_eq!(read("exceeded quota: compute"), None);
}

#[test]
fn who_grants_what_they_lack_is_told_the_verb_that_would_do() {
    let words = r#"rolebindings.rbac.authorization.k8s.io "x" is forbidden: user "jane" (groups=["g"]) is attempting to grant RBAC permissions not currently held: {}"#;
    let binding = json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": { "namespace": "b", "name": "x" }, "roleRef": { "kind": "ClusterRole", "name": "view" } });
    let rule = |object: Value| {
        let words = grant(words, &Manifest::parse(object).unwrap()).unwrap();
        MissingRule::read(&words).unwrap().to_string()
    };
    let wanted = r#"{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: ["view"]} in a Role of namespace b"#;
    assert_eq!(rule(binding.clone()), wanted);
    let unknown =
        grant(r#"clusterroles.rbac.authorization.k8s.io "view" not found"#, &Manifest::parse(binding).unwrap());
    assert_eq!(MissingRule::read(&unknown.unwrap()).unwrap().to_string(), wanted);
    let role =
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": { "name": "x" } });
    let wanted = r#"{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate], resourceNames: ["x"]} in a ClusterRole"#;
    assert_eq!(rule(role), wanted);
    assert_eq!(grant("no", &Manifest::parse(map()).unwrap()), None);
}
