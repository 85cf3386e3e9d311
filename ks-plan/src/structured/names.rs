//! Whether a `FieldsV1` value, as the server sends it, names exactly the fields that an apply would own.
//!
//! The same is told by [`field_set`](super::field_set) and [`FieldSet::from_fields_v1`](super::FieldSet::from_fields_v1), which make
//! two sets to compare. Of most live objects nothing else is asked, so here both are walked at once and no set is made.

use ks_model::member;
use serde_json::{Map, Value};

use super::fields::STRIPPED_METADATA;
use super::schema::{ListType, MapType, Shape, Type};

/// The member that says that a path is in a set beside those below it.
const ITSELF: &str = ".";

/// Tells whether `owned` names exactly the fields of `object`. `true` is only said when certain; `false` may also mean that they are
/// written in a way that the server does not use, so that the sets have to be made.
pub(super) fn names_exactly(owned: &Value, object: &Value, ty: Type<'_>) -> bool {
    let mut names = Names { step: String::with_capacity(64) };
    match (owned, object, ty.shape(object)) {
        (Value::Object(owned), Value::Object(fields), Shape::Map(map)) if !map.is_atomic() => {
            names.object(owned, fields, map, ty.traits().resets_status)
        }
        _ => false,
    }
}

/// A walk through both, with the text of the step that is looked for.
struct Names {
    step: String,
}

/// What of a value is in the set: itself, and how much below it.
struct Named {
    is_member: bool,
    below: usize,
}

impl Names {
    /// The object itself, without what the server strips from each set.
    fn object(
        &mut self,
        owned: &Map<String, Value>,
        fields: &Map<String, Value>,
        map: MapType<'_>,
        resets_status: bool,
    ) -> bool {
        let mut found = 0;
        for (name, value) in fields {
            let step = match (name.as_str(), value) {
                ("apiVersion" | "kind", Value::Object(_) | Value::Array(_)) => return false,
                ("apiVersion" | "kind", _) => Some(0),
                ("status", _) if resets_status => Some(0),
                ("metadata", Value::Object(metadata)) => self.metadata(owned, metadata, map.field(name)),
                ("metadata", _) => None,
                _ => self.field(owned, name, value, map),
            };
            let Some(step) = step else { return false };
            found += step;
        }
        // A set without a path is no map without a member: its `.` would be the object itself.
        found > 0 && found == owned.len()
    }

    fn metadata(&mut self, owned: &Map<String, Value>, metadata: &Map<String, Value>, ty: Type<'_>) -> Option<usize> {
        let map = ty.as_map().filter(|it| !it.is_atomic())?;
        let is_stripped = |name: &String| STRIPPED_METADATA.contains(&name.as_str());
        if metadata.iter().any(|(name, value)| is_stripped(name) && (value.is_object() || value.is_array())) {
            return None;
        }
        let inner = match owned.get("f:metadata") {
            Some(inner) => inner.as_object()?,
            None => &Map::new(),
        };
        let mut below = 0;
        for (name, value) in metadata.iter().filter(|(name, _)| !is_stripped(name)) {
            below += self.field(inner, name, value, map)?;
        }
        (below == inner.len() && owned.contains_key("f:metadata") == (below > 0)).then_some(usize::from(below > 0))
    }

    /// How many of the members of `owned` stand for a field: one, or none where nothing of it is in the set.
    fn field(&mut self, owned: &Map<String, Value>, name: &str, value: &Value, map: MapType<'_>) -> Option<usize> {
        self.step.clear();
        self.step.push_str("f:");
        self.step.push_str(name);
        let inner = member(owned, &self.step);
        let is_always = value.as_object().is_some_and(Map::is_empty) || !map.is_named(name);
        self.fits(inner, value, map.field(name), is_always)
    }

    fn fits(&mut self, inner: Option<&Value>, value: &Value, ty: Type<'_>, is_always: bool) -> Option<usize> {
        let Some(inner) = inner else {
            // Only a list without items has nothing in the set.
            let is_empty_list = matches!((ty.shape(value), value), (Shape::List(list), Value::Array(items)) if items.is_empty() && !list.is_atomic());
            return (is_empty_list && !is_always).then_some(0);
        };
        let inner = inner.as_object()?;
        let Named { is_member, below } = self.value(inner, value, ty)?;
        let is_member = is_member || is_always;
        let own = usize::from(inner.contains_key(ITSELF));
        // A leaf may be written without the `.`, since nothing else could be meant.
        let is_written = own == usize::from(is_member) || (is_member && below == 0 && own == 0);
        (is_written && below + own == inner.len() && (is_member || below > 0)).then_some(1)
    }

    fn value(&mut self, inner: &Map<String, Value>, value: &Value, ty: Type<'_>) -> Option<Named> {
        match (ty.shape(value), value) {
            (Shape::Map(map), Value::Object(entries)) if !map.is_atomic() => {
                let mut below = 0;
                for (name, value) in entries {
                    below += self.field(inner, name, value, map)?;
                }
                Some(Named { is_member: false, below })
            }
            (Shape::List(list), Value::Array(items)) if !list.is_atomic() => {
                let mut found: Vec<*const Value> = Vec::with_capacity(items.len());
                for item in items {
                    found.push(self.item(inner, item, list)?);
                }
                // Two items that share a key are one in the set, without fields.
                found.sort_unstable();
                let is_single = found.windows(2).all(|pair| pair[0] != pair[1]);
                is_single.then_some(Named { is_member: false, below: found.len() })
            }
            _ => Some(Named { is_member: true, below: 0 }),
        }
    }

    /// What stands for an item, which is in the set beside its fields.
    fn item<'o>(&mut self, inner: &'o Map<String, Value>, item: &Value, list: ListType<'_>) -> Option<&'o Value> {
        self.step.clear();
        list.write_step(item, &mut self.step)?;
        let found = member(inner, &self.step)?;
        self.fits(Some(found), item, list.item(), true).map(|_| found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{FieldSet, Schemas, field_set};
    use super::*;

    const SERVICE: &str = r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "labels": {"b": "c", "d": ""}, "finalizers": ["x/y", "z"]},
        "spec": {"ports": [{"port": 80, "name": "http"}, {"port": 81, "protocol": "UDP"}], "selector": {}, "externalIPs": [], "type": null},
        "status": {"loadBalancer": {}}}"#;

    /// Every way to take one member out of a value, or to add one.
    fn neighbours(value: &Value) -> Vec<Value> {
        let Value::Object(members) = value else { return Vec::new() };
        let mut found = Vec::new();
        for (name, member) in members {
            let mut less = members.clone();
            less.shift_remove(name);
            found.push(Value::Object(less));
            for inner in neighbours(member) {
                let mut other = members.clone();
                other.insert(name.clone(), inner);
                found.push(Value::Object(other));
            }
        }
        for added in [".", "f:other", r#"k:{"port":82}"#, r#"v:"z""#, "i:0", "x:y", "bad"] {
            let mut more = members.clone();
            more.insert(added.to_owned(), json!({}));
            found.push(Value::Object(more));
        }
        found
    }

    #[test]
    fn it_says_what_the_sets_say_and_never_more() {
        let schemas = Schemas::builtin();
        let service: Value = serde_json::from_str(SERVICE).unwrap();
        let double = json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}, {"port": 80}]}});
        let custom = json!({"apiVersion": "a.org/v1", "kind": "Thing", "metadata": {"name": "a", "annotations": {"<b>": "c"}}, "spec": {"list": [], "map": {"a": {}}}});
        for object in [service, double, custom] {
            let ty = schemas.of_object(&object);
            let fields = field_set(&object, ty);
            let owned = fields.to_fields_v1();
            let is_exact = |owned: &Value| FieldSet::from_fields_v1(owned).is_ok_and(|it| it == fields);
            assert!(is_exact(&owned));
            for other in [owned.clone()].into_iter().chain(neighbours(&owned)) {
                if names_exactly(&other, &object, ty) {
                    assert!(is_exact(&other), "{object} is not {other}");
                }
            }
            let is_plain = object.pointer("/spec/ports/0") != object.pointer("/spec/ports/1");
            assert_eq!(
                names_exactly(&owned, &object, ty),
                is_plain || object.pointer("/spec/ports").is_none(),
                "{object}"
            );
        }
    }

    #[test]
    fn items_that_share_a_key_are_not_taken_for_others() {
        let schemas = Schemas::builtin();
        let double = json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80}, {"port": 80}]}});
        let item = |port: i32| format!("k:{{\"port\":{port},\"protocol\":\"TCP\"}}");
        let leaf = json!({".": {}, "f:port": {}});
        let owned = json!({"f:spec": {"f:ports": {item(80): leaf, item(81): leaf}}});
        assert!(!names_exactly(&owned, &double, schemas.of_object(&double)));
    }
}
