//! What a refusal says about the rule that is missing.

use std::fmt;

use ks_model::{Manifest, ObjectRef};
use regex_lite::Regex;
use schemars::JsonSchema;
use serde::Serialize;

use super::RBAC;
use super::needs::bound;

/// The words with which an API server names a right that somebody lacks. Only [`grant`] names an object behind the resource.
const WORDS: &str =
    r#"cannot ([a-z]+) resource "([^"]+)"(?: "([^"]+)")? in API group "([^"]*)"(?: in the namespace "([^"]+)")?"#;
/// What an API server says to whom hands out rights of others.
const GRANT: &str = "is attempting to grant RBAC permissions not currently held";

/// Names one right that somebody lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MissingRule {
    /// The namespace; absent for the whole cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The API group.
    pub group: String,
    /// The resource, such as `deployments` or `pods/log`.
    pub resource: String,
    /// The verb.
    pub verb: String,
    /// The one object that it is about, where only that one is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl MissingRule {
    /// Reads what an API server says to somebody who may not do something; nothing where it does not say what.
    ///
    /// # Example
    /// ```
    /// use ks_plan::rbac::MissingRule;
    /// let words = r#"pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "a""#;
    /// let rule = MissingRule::read(words).map(|it| it.to_string());
    /// assert_eq!(rule.as_deref(), Some(r#"{apiGroups: [""], resources: [pods], verbs: [list]} in a Role of namespace a"#));
    /// ```
    pub fn read(message: &str) -> Option<Self> {
        let words = Regex::new(WORDS).ok()?;
        let found = words.captures(message)?;
        let text = |index: usize| found.get(index).map(|it| it.as_str().to_owned());
        Some(Self { verb: text(1)?, resource: text(2)?, name: text(3), group: text(4)?, namespace: text(5) })
    }
}

/// Prints `{apiGroups: [apps], resources: [deployments], verbs: [patch]} in a Role of namespace b`.
impl fmt::Display for MissingRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { namespace, group, resource, verb, name } = self;
        let group = if group.is_empty() { r#""""# } else { group.as_str() };
        write!(f, "{{apiGroups: [{group}], resources: [{resource}], verbs: [{verb}]")?;
        if let Some(name) = name {
            write!(f, ", resourceNames: [{name:?}]")?;
        }
        match namespace {
            Some(namespace) => write!(f, "}} in a Role of namespace {namespace}"),
            None => f.write_str("} in a ClusterRole"),
        }
    }
}

/// Which right would let somebody write a role or a binding that hands out rights that they lack, in the words of the API server,
/// which says only that they lack some, or that it cannot look because the role is not there; nothing where its refusal is about
/// something else.
pub fn grant(message: &str, manifest: &Manifest) -> Option<String> {
    let role = bound(manifest);
    let is_unknown = role.as_ref().is_some_and(|it| message.ends_with(&format!("{:?} not found", it.name)));
    if !message.contains(GRANT) && !is_unknown {
        return None;
    }
    let (verb, role) = match role {
        Some(role) => ("bind", role),
        None => ("escalate", manifest.object().clone()),
    };
    let ObjectRef { kind, namespace, name } = role;
    let resource = format!("{}s", kind.kind.to_lowercase());
    let place = namespace.map_or_else(|| " at the cluster scope".to_owned(), |it| format!(" in the namespace {it:?}"));
    Some(format!("who does not hold them cannot {verb} resource {resource:?} {name:?} in API group {RBAC:?}{place}"))
}
