//! What components say of the readiness of custom kinds, as data that a plan carries.

use ks_model::{GroupKind, Manifest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::expression::{holds, words};
use super::{Readiness, is_awaited, kind_of, readiness};

/// Holds the rules of custom kinds. All other kinds have the rules that are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Rules(Vec<KindRule>);

/// When objects of a custom kind are ready, and when they have failed: expressions in CEL over the live object, `self`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KindRule {
    /// The kind.
    pub kind: GroupKind,
    /// Whether an object is ready.
    pub ready: String,
    /// Whether an object will not become ready by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// What to tell of an object that is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FromIterator<KindRule> for Rules {
    fn from_iter<I: IntoIterator<Item = KindRule>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

impl Rules {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether objects of a kind take time to become ready.
    pub fn is_awaited(&self, kind: &GroupKind) -> bool {
        self.of(kind).is_some() || is_awaited(kind)
    }

    /// Judges a live object as [`readiness`] does, by the rule of its kind where there is one.
    ///
    /// # Example
    /// ```
    /// use ks_model::GroupKind;
    /// use ks_plan::readiness::{KindRule, Rules};
    /// let kind = GroupKind::new("example.org", "Thing");
    /// let ready = "self.status.phase == 'Running'".to_owned();
    /// let rules: Rules = [KindRule { kind, ready, failed: None, message: None }].into_iter().collect();
    /// let thing = |phase: &str| serde_json::json!({ "apiVersion": "example.org/v1", "kind": "Thing", "status": { "phase": phase } });
    /// assert!(rules.judge(Some(&thing("Running")), None).is_ready());
    /// assert!(!rules.judge(Some(&thing("Starting")), None).is_ready());
    /// ```
    pub fn judge(&self, object: Option<&Value>, companion: Option<&Value>) -> Readiness {
        let built_in = readiness(object, companion);
        match object.and_then(|it| Some((it, self.of(&kind_of(it))?))) {
            // What is being deleted is not ready, whatever it says.
            Some((object, rule)) if built_in.is_ready() => rule.judge(object),
            _ => built_in,
        }
    }

    /// Judges a live object of which `text` is the JSON, without making a tree of all of it; absent where the rule of its kind may
    /// ask for anything. The object is one that stays.
    pub(crate) fn judge_text(&self, manifest: &Manifest, text: &str) -> Option<Readiness> {
        let kind = &manifest.object().kind;
        if self.of(kind).is_some() {
            return None;
        }
        // Of the services only those that are balanced take time, and they say so.
        let is_plain = kind.is("", "Service") && !text.contains(r#""LoadBalancer""#);
        if !is_awaited(kind) || is_plain {
            return Some(Readiness::Ready);
        }
        let Judged { metadata, spec, status } = serde_json::from_str(text).ok()?;
        // A definition is long, and says in its status alone whether it is ready.
        let spec = spec.filter(|_| !kind.is_definition());
        let spec = spec.map_or(Ok(Value::Null), |it| serde_json::from_str(it.get())).ok()?;
        let object = json!({
            "apiVersion": manifest.api_version(), "kind": kind.kind, "metadata": { "generation": metadata.generation },
            "spec": spec, "status": status,
        });
        Some(self.judge(Some(&object), None))
    }

    fn of(&self, kind: &GroupKind) -> Option<&KindRule> {
        self.0.iter().find(|it| it.kind == *kind)
    }
}

/// What built-in rules ask for.
#[derive(Deserialize)]
struct Judged<'a> {
    #[serde(default)]
    metadata: Generation,
    #[serde(borrow)]
    spec: Option<&'a RawValue>,
    #[serde(default)]
    status: Value,
}

#[derive(Default, Deserialize)]
struct Generation {
    #[serde(default)]
    generation: i64,
}

impl KindRule {
    /// A status that is not there, or is of an earlier generation, says nothing.
    fn judge(&self, object: &Value) -> Readiness {
        let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64);
        match object.get("status").and_then(Value::as_object) {
            None => return Readiness::waiting("it has no status yet"),
            Some(status) if status.is_empty() => return Readiness::waiting("it has no status yet"),
            _ => {}
        }
        if number("/status/observedGeneration")
            .is_some_and(|it| it < number("/metadata/generation").unwrap_or_default())
        {
            return Readiness::waiting("its controller has not seen the change");
        }
        let told = || self.message.as_ref().and_then(|it| words(it, object));
        if let Some(failed) = self.failed.as_ref().filter(|it| holds(it, object) == Ok(true)) {
            return Readiness::Failed { because: told().unwrap_or_else(|| format!("`{failed}` holds")) };
        }
        match holds(&self.ready, object) {
            Ok(true) => Readiness::Ready,
            Ok(false) => Readiness::waiting(told().unwrap_or_else(|| format!("`{}` does not hold yet", self.ready))),
            Err(error) => Readiness::waiting(told().unwrap_or_else(|| format!("`{}`: {error}", self.ready))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let rule = KindRule {
            kind: GroupKind::new("example.org", "Thing"),
            ready: "self.status.phase == 'Running'".into(),
            failed: Some("self.status.phase == 'Broken'".into()),
            message: Some("self.status.reason".into()),
        };
        [rule].into_iter().collect()
    }

    fn judged(rest: Value) -> String {
        let mut thing = json!({ "apiVersion": "example.org/v1", "kind": "Thing", "metadata": { "generation": 2 } });
        thing.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        rules().judge(Some(&thing), None).to_string()
    }

    #[test]
    fn a_rule_decides_for_its_kind() {
        assert_eq!(judged(json!({ "status": { "phase": "Running" } })), "ready");
        assert_eq!(judged(json!({ "status": { "phase": "Broken", "reason": "no disk" } })), "failed: no disk");
        assert_eq!(judged(json!({ "status": { "phase": "Broken" } })), "failed: `self.status.phase == 'Broken'` holds");
        assert_eq!(judged(json!({ "status": { "phase": "Starting", "reason": "step 1 of 2" } })), "step 1 of 2");
        assert_eq!(
            judged(json!({ "status": { "phase": "Starting" } })),
            "`self.status.phase == 'Running'` does not hold yet"
        );
    }

    #[test]
    fn a_status_that_is_missing_or_old_is_never_ready() {
        for status in [json!({}), json!({ "status": {} }), json!({ "status": null })] {
            assert_eq!(judged(status), "it has no status yet");
        }
        let old = json!({ "status": { "phase": "Running", "observedGeneration": 1 } });
        assert_eq!(judged(old), "its controller has not seen the change");
        assert!(judged(json!({ "status": { "other": 1 } })).starts_with("`self.status.phase == 'Running'`: "));
        let going = json!({ "metadata": { "deletionTimestamp": "now" }, "status": { "phase": "Running" } });
        assert_eq!(judged(going), "it is being deleted");
    }

    #[test]
    fn other_kinds_keep_their_rules() {
        assert!(rules().is_awaited(&GroupKind::new("example.org", "Thing")));
        assert!(!rules().is_awaited(&GroupKind::new("example.org", "Other")));
        assert!(rules().is_awaited(&GroupKind::new("apps", "Deployment")));
        let deployment = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "generation": 1 } });
        assert_eq!(rules().judge(Some(&deployment), None).to_string(), "it has no status yet");
        assert!(!rules().judge(None, None).is_ready());
    }
}
