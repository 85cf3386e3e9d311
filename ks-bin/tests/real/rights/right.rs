//! One right of the printed roles: one verb on one resource, by one of their rules.

use std::fmt;

use ks_tests::control_plane::AuditEvent;
use serde_json::{Value, json};

/// What a rule of a role allows with one resource by one verb.
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// The same roles without the right, and with everything else.
    pub fn taken_from(&self, documents: &[Value]) -> Vec<Value> {
        let mut documents = documents.to_vec();
        let is_role = |it: &&mut Value| it["rules"].is_array() && it["metadata"]["namespace"].as_str() == self.place();
        let role = documents.iter_mut().find(is_role).unwrap();
        let rules = role["rules"].as_array_mut().unwrap();
        let is_it = |rule: &Value| {
            let has = |field: &str, value: &String| texts(&rule[field]).contains(value);
            has("apiGroups", &self.group)
                && has("resources", &self.resource)
                && has("verbs", &self.verb)
                && texts(&rule["resourceNames"]) == self.names
        };
        let rule = rules.remove(rules.iter().position(is_it).unwrap());
        let less = |field: &str, value: &str| texts(&rule[field]).into_iter().filter(|it| it != value).collect();
        let (others, verbs): (Vec<String>, Vec<String>) =
            (less("resources", &self.resource), less("verbs", &self.verb));
        let mut rest = [rule.clone(), rule];
        rest[0]["resources"] = json!(others);
        rest[1]["resources"] = json!([self.resource]);
        rest[1]["verbs"] = json!(verbs);
        let is_any = |it: &Value| ["resources", "verbs"].iter().all(|field| !texts(&it[*field]).is_empty());
        rules.extend(rest.into_iter().filter(is_any));
        documents
    }

    fn place(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Whether a request needed it. Whether one that hands out rights needed `bind` or `escalate` is not told.
    pub fn allowed(&self, asked: &AuditEvent) -> bool {
        let subresource = asked.subresource.as_deref().map(|it| format!("/{it}")).unwrap_or_default();
        let resource = format!("{}{subresource}", asked.resource.as_deref().unwrap_or_default());
        let is_everything = self.group == "*";
        // An apply that makes an object needs both.
        let is_verb = self.verb == asked.verb || (self.verb == "create" && asked.verb == "patch" && asked.code == 201);
        let is_place = self.namespace.is_none() || self.namespace == asked.namespace;
        let is_named = self.names.is_empty() || asked.name.as_ref().is_some_and(|it| self.names.contains(it));
        let is_resource = is_everything || (self.group == asked.group && self.resource == resource);
        asked.resource.is_some() && is_verb && is_place && is_named && is_resource
    }

    /// Whether a rule that `ks` tells is the one that would bring it back.
    pub fn is_told_by(&self, told: &str) -> bool {
        let group = if self.group.is_empty() { r#""""# } else { self.group.as_str() };
        let is_resource =
            self.group == "*" || told.contains(&format!("{{apiGroups: [{group}], resources: [{}], ", self.resource));
        let is_verb = told.contains(&format!("verbs: [{}]", self.verb));
        let is_name = match told.split_once("resourceNames: [\"") {
            Some((_, rest)) => self.names.iter().any(|it| rest.starts_with(&format!("{it}\"]"))),
            None => true,
        };
        let is_place = match &self.namespace {
            Some(namespace) => told.ends_with(&format!("}} in a Role of namespace {namespace}")),
            // Of a right everywhere, one namespace may be all that was asked for.
            None => told.ends_with("} in a ClusterRole") || told.contains("} in a Role of namespace "),
        };
        is_resource && is_verb && is_name && is_place
    }

    /// Whether it is a right to hand out rights.
    pub fn is_grant(&self) -> bool {
        self.verb == "bind" || self.verb == "escalate"
    }

    /// Whether it is to follow what takes its time to be ready, or to go. Much does not, so that nobody waits for it.
    pub fn is_for_waiting(&self) -> bool {
        self.verb == "watch"
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
