//! What somebody may do, as an API server tells it of them, and what of their needs that leaves open.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{MissingRule, Rights};

/// Holds what the authorizer of a cluster says of one user: the rules of SelfSubjectRulesReviews, and single answers of
/// SelfSubjectAccessReviews (`authorization.k8s.io/v1`).
///
/// # Example
/// ```
/// use ks_plan::rbac::Grants;
/// use serde_json::json;
///
/// let mut grants = Grants::default();
/// let rule = json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["pods"] });
/// grants.add(Some("a"), &json!({ "resourceRules": [rule], "incomplete": false }));
/// assert!(!grants.is_incomplete());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grants {
    everything: bool,
    cluster: Vec<Rule>,
    namespaces: BTreeMap<String, Vec<Rule>>,
    single: BTreeSet<MissingRule>,
    is_incomplete: bool,
}

/// One rule; `*` stands for all.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Rule {
    verbs: Vec<String>,
    api_groups: Vec<String>,
    resources: Vec<String>,
    resource_names: Vec<String>,
}

impl Grants {
    /// Every verb on every resource.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Whether everything may be done.
    pub fn is_everything(&self) -> bool {
        self.everything
    }

    /// Whether an authorizer could not list its rules: what no rule allows may be allowed all the same.
    pub fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// Adds the `status` of a SelfSubjectRulesReview for a namespace. Without one the rules hold for the whole cluster: they were
    /// asked for in a namespace that does not exist, in which nobody can have rules of its own.
    pub fn add(&mut self, namespace: Option<&str>, status: &Value) {
        let rules = status.get("resourceRules").and_then(|it| Vec::<Rule>::deserialize(it).ok()).unwrap_or_default();
        match namespace {
            Some(name) => self.namespaces.entry(name.to_owned()).or_default().extend(rules),
            None => self.cluster.extend(rules),
        }
        self.is_incomplete |= status.get("incomplete") == Some(&Value::Bool(true));
    }

    /// Adds a right that a SelfSubjectAccessReview confirmed.
    pub fn allow(&mut self, rule: MissingRule) {
        self.single.insert(rule);
    }

    fn allow_all(&self, need: &MissingRule) -> bool {
        let own = need.namespace.as_ref().and_then(|it| self.namespaces.get(it));
        let mut rules = self.cluster.iter().chain(own.into_iter().flatten());
        self.everything || self.single.contains(need) || rules.any(|it| it.allows(need))
    }
}

impl Rule {
    /// As the RBAC authorizer of Kubernetes matches them: `*/log` is the subresource of every resource.
    fn allows(&self, need: &MissingRule) -> bool {
        let has = |all: &[String], one: &str| all.iter().any(|it| it == "*" || it == one);
        let subresource = need.resource.split_once('/').map(|(_, it)| format!("*/{it}"));
        let is_resource =
            has(&self.resources, &need.resource) || subresource.is_some_and(|it| self.resources.contains(&it));
        let is_name =
            self.resource_names.is_empty() || need.name.as_ref().is_some_and(|name| self.resource_names.contains(name));
        has(&self.verbs, &need.verb) && has(&self.api_groups, &need.group) && is_resource && is_name
    }
}

impl Rights {
    /// How many rights these are: verbs on resources, or on one object of them.
    pub fn count(&self) -> usize {
        self.needs().count()
    }

    /// The rights that somebody lacks, sorted.
    pub fn missing(&self, grants: &Grants) -> Vec<MissingRule> {
        let mut missing: Vec<MissingRule> = self.needs().filter(|it| !grants.allow_all(it)).collect();
        missing.sort();
        missing
    }

    /// Every right by itself. What is needed in the whole cluster is not needed in a namespace besides.
    fn needs(&self) -> impl Iterator<Item = MissingRule> {
        let cluster = self.cluster.needs(None).map(|it| rule(None, it));
        let namespaces = self
            .namespaces
            .iter()
            .flat_map(|(name, rows)| rows.needs(Some(&self.cluster)).map(move |it| rule(Some(name), it)));
        cluster.chain(namespaces)
    }
}

fn rule(namespace: Option<&String>, (group, resource, verb, name): (&str, &str, &str, Option<&String>)) -> MissingRule {
    MissingRule {
        namespace: namespace.cloned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        verb: verb.to_owned(),
        name: name.cloned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn need(namespace: Option<&str>, verb: &str, resource: &str, name: Option<&str>) -> MissingRule {
        MissingRule {
            namespace: namespace.map(str::to_owned),
            group: "g".into(),
            resource: resource.into(),
            verb: verb.into(),
            name: name.map(str::to_owned),
        }
    }

    #[test]
    fn rules_are_matched_as_the_server_matches_them() {
        let mut grants = Grants::default();
        let rule = |verbs: &[&str], resources: &[&str], names: &[&str]| json!({ "resourceRules": [{ "verbs": verbs, "apiGroups": ["g"], "resources": resources, "resourceNames": names }] });
        grants.add(None, &rule(&["list"], &["things"], &[]));
        grants.add(None, &rule(&["patch"], &["things"], &["one"]));
        grants.add(Some("a"), &rule(&["*"], &["*/log"], &[]));
        let table = [
            (need(None, "list", "things", None), true),
            (need(Some("b"), "list", "things", Some("x")), true),
            (need(None, "get", "things", None), false),
            (need(None, "patch", "things", Some("one")), true),
            (need(None, "patch", "things", Some("two")), false),
            (need(None, "patch", "things", None), false),
            (need(Some("a"), "get", "things/log", None), true),
            (need(Some("a"), "get", "things", None), false),
            (need(Some("b"), "get", "things/log", None), false),
        ];
        for (need, expected) in table {
            assert_eq!(grants.allow_all(&need), expected, "{need}");
        }
        assert!(Grants::everything().allow_all(&need(None, "get", "things", None)));
        grants.allow(need(None, "get", "things", None));
        assert!(grants.allow_all(&need(None, "get", "things", None)));
    }

    #[test]
    fn an_authorizer_that_cannot_list_its_rules_says_so() {
        let mut grants = Grants::default();
        grants.add(Some("a"), &json!({ "resourceRules": null, "incomplete": true }));
        assert!(grants.is_incomplete());
    }
}
