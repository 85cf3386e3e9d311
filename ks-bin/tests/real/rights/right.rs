//! One right of the printed roles: one verb on one resource, by one of their rules.

use std::fmt;

use serde_json::{Value, json};

/// What a rule of a role allows with one resource by one verb.
#[derive(Clone, Debug)]
pub struct Right {
    /// The namespace of the role; absent for the whole cluster.
    namespace: Option<String>,
    group: String,
    /// The resource, such as `pods/log`.
    resource: String,
    verb: String,
    /// The only objects that it is for; none for all of them.
    names: Vec<String>,
}

impl Right {
    /// All rights of some roles.
    pub fn all(documents: &[Value]) -> Vec<Self> {
        let mut rights = Vec::new();
        for role in documents {
            let namespace = role["metadata"]["namespace"].as_str().map(str::to_owned);
            for rule in role["rules"].as_array().into_iter().flatten() {
                let [groups, resources, verbs, names] =
                    ["apiGroups", "resources", "verbs", "resourceNames"].map(|it| texts(&rule[it]));
                for (resource, verb) in resources.iter().flat_map(|it| verbs.iter().map(move |verb| (it, verb))) {
                    let (resource, verb) = (resource.clone(), verb.clone());
                    let (namespace, group, names) = (namespace.clone(), groups[0].clone(), names.clone());
                    rights.push(Self { namespace, group, resource, verb, names });
                }
            }
        }
        rights
    }

    /// The question to the API server whether somebody has it.
    pub fn question(&self, user: &str) -> Value {
        let (resource, subresource) = self.resource.split_once('/').unwrap_or((&self.resource, ""));
        let attributes = json!({
            "group": self.group, "resource": resource, "subresource": subresource, "verb": self.verb,
            "namespace": self.namespace.clone().unwrap_or_default(),
            "name": self.names.first().cloned().unwrap_or_default(),
        });
        json!({ "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                "spec": { "user": user, "resourceAttributes": attributes } })
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(first) = self.names.first() {
            write!(f, " {first}")?;
        }
        if self.names.len() > 1 {
            write!(f, " and {} more", self.names.len() - 1)?;
        }
        write!(f, " in {}", self.namespace.as_deref().unwrap_or("the whole cluster"))
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
