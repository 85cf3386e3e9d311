//! Roles and their bindings.

use serde_json::{Value, json};

use super::Filling;
use super::fields::{absent, each, omit_empty};

const GROUP: &str = "rbac.authorization.k8s.io";

/// Completes a role or a binding.
pub(super) fn fill(filling: &mut Filling<'_>) {
    match filling.object["kind"].as_str() {
        Some("ClusterRoleBinding" | "RoleBinding") => {
            absent(filling.object, &["roleRef", "apiGroup"], GROUP);
            each(filling.object, "/subjects", fill_subject);
            omit_empty(filling.object, &["subjects"]);
        }
        _ => {
            if filling.object.get("rules").is_none() {
                filling.object["rules"] = Value::Null;
            }
            each(filling.object, "/rules", |rule| {
                omit_empty(rule, &["apiGroups", "nonResourceURLs", "resourceNames", "resources"]);
                absent(rule, &["verbs"], json!([]));
            });
        }
    }
}

fn fill_subject(subject: &mut Value) {
    omit_empty(subject, &["apiGroup"]);
    if subject["kind"] == "User" || subject["kind"] == "Group" {
        absent(subject, &["apiGroup"], GROUP);
    }
}
