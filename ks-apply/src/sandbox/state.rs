//! The state of a sandbox: objects, a revision counter, and what falls due when. No file, no clock, no rules.

use std::collections::BTreeMap;

use ks_model::{GroupKind, ObjectRef, ServerVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::Moment;
use super::object;

/// Holds everything that a sandbox knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    version: ServerVersion,
    seed: u64,
    revision: u64,
    minted: u64,
    definitions: u64,
    #[serde(with = "pairs")]
    due: BTreeMap<ObjectRef, Moment>,
    #[serde(with = "values")]
    objects: BTreeMap<ObjectRef, Value>,
}

impl State {
    /// Starts without any object.
    pub fn new(version: ServerVersion, seed: u64) -> Self {
        Self { version, seed, revision: 0, minted: 0, definitions: 0, due: BTreeMap::new(), objects: BTreeMap::new() }
    }

    /// The version that the API server claims to be.
    pub fn version(&self) -> ServerVersion {
        self.version
    }

    /// The revision of the last write.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The revision of the last write to a CustomResourceDefinition, hence to what is served.
    pub fn definitions(&self) -> u64 {
        self.definitions
    }

    /// Looks an object up.
    pub fn get(&self, object: &ObjectRef) -> Option<&Value> {
        self.objects.get(object)
    }

    /// All objects, by kind, namespace and name.
    pub fn all(&self) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        self.objects.iter()
    }

    /// The objects of a kind, by namespace and name.
    pub fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        let first = ObjectRef::cluster(GroupKind::new(group, kind), "");
        let kind = first.kind.clone();
        self.objects.range(first..).take_while(move |(object, _)| object.kind == kind)
    }

    /// The objects of a kind that live in one namespace, by name.
    pub fn of_kind_in(&self, group: &str, kind: &str, namespace: &str) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        let first = ObjectRef::namespaced(GroupKind::new(group, kind), namespace, "");
        let (kind, namespace) = (first.kind.clone(), first.namespace.clone());
        self.objects.range(first..).take_while(move |(object, _)| object.kind == kind && object.namespace == namespace)
    }

    /// Stores an object under a new `resourceVersion` and answers with it as stored.
    pub fn put(&mut self, mut value: Value) -> Value {
        let at = object::reference(&value);
        self.touch(&at);
        object::metadata_mut(&mut value).insert("resourceVersion".into(), self.revision.to_string().into());
        self.objects.insert(at, value.clone());
        value
    }

    /// Forgets an object.
    pub fn remove(&mut self, object: &ObjectRef) -> Option<Value> {
        let value = self.objects.remove(object)?;
        self.due.remove(object);
        self.touch(object);
        Some(value)
    }

    /// The UID that the next new object gets.
    pub fn next_uid(&self) -> String {
        uid(self.seed, self.minted + 1)
    }

    /// Takes a UID that was never used in this sandbox.
    pub fn mint_uid(&mut self) -> String {
        self.minted += 1;
        uid(self.seed, self.minted)
    }

    /// Says when something is to happen to an object; what it is follows from the object.
    pub fn set_due(&mut self, object: ObjectRef, at: Moment) {
        self.due.insert(object, at);
    }

    /// Whether something is still to happen to an object.
    pub fn is_due(&self, object: &ObjectRef) -> bool {
        self.due.contains_key(object)
    }

    /// Takes out what falls due first, if that is not after `until`.
    pub fn take_due(&mut self, until: Moment) -> Option<(ObjectRef, Moment)> {
        let (object, at) = self.due.iter().min_by_key(|(object, at)| (**at, *object))?;
        let first = (object.clone(), *at);
        if first.1 > until {
            return None;
        }
        self.due.remove(&first.0);
        Some(first)
    }

    fn touch(&mut self, object: &ObjectRef) {
        self.revision += 1;
        if object.kind.is_definition() {
            self.definitions = self.revision;
        }
    }
}

/// Spreads a number over 64 bits (the finaliser of SplitMix64).
pub(super) fn scatter(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn uid(seed: u64, number: u64) -> String {
    let high = scatter(scatter(seed) ^ number);
    let low = scatter(high ^ seed);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

mod values {
    use std::collections::BTreeMap;

    use ks_model::ObjectRef;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use serde_json::Value;

    use super::object;

    pub fn serialize<S: Serializer>(objects: &BTreeMap<ObjectRef, Value>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(objects.values())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<ObjectRef, Value>, D::Error> {
        let keyed = |value: Value| {
            let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            if name.is_empty() {
                return Err(D::Error::custom("an object without a name"));
            }
            Ok((object::reference(&value), value))
        };
        Vec::<Value>::deserialize(from)?.into_iter().map(keyed).collect()
    }
}

mod pairs {
    use std::collections::BTreeMap;

    use ks_model::ObjectRef;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Moment;

    pub fn serialize<S: Serializer>(due: &BTreeMap<ObjectRef, Moment>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(due)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<ObjectRef, Moment>, D::Error> {
        Ok(Vec::<(ObjectRef, Moment)>::deserialize(from)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config_map(namespace: &str, name: &str) -> Value {
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": name, "namespace": namespace } })
    }

    #[test]
    fn kinds_and_namespaces_do_not_mix() {
        let mut state = State::new("1.34".parse().unwrap(), 1);
        state.put(config_map("a", "one"));
        state.put(config_map("b", "two"));
        state.put(json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "three", "namespace": "a" } }));
        assert_eq!(state.of_kind("", "ConfigMap").count(), 2);
        assert_eq!(state.of_kind_in("", "ConfigMap", "a").count(), 1);
    }

    #[test]
    fn what_is_due_first_comes_first_and_not_early() {
        let mut state = State::new("1.34".parse().unwrap(), 1);
        let pod = |name| ObjectRef::namespaced(GroupKind::new("", "Pod"), "a", name);
        state.set_due(pod("late"), Moment(20));
        state.set_due(pod("soon"), Moment(10));
        assert_eq!(state.take_due(Moment(9)), None);
        assert_eq!(state.take_due(Moment(30)), Some((pod("soon"), Moment(10))));
        assert_eq!(state.take_due(Moment(30)), Some((pod("late"), Moment(20))));
    }

    #[test]
    fn a_state_survives_being_written() {
        let mut state = State::new("1.34".parse().unwrap(), 1);
        state.put(config_map("a", "one"));
        state.set_due(ObjectRef::namespaced(GroupKind::new("", "Pod"), "a", "p"), Moment(20));
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    }
}
