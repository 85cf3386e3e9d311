//! The text of a `FieldsV1` value as the server writes it for who applies an object.
//!
//! The same is told by [`field_set`](super::field_set) and [`FieldSet::to_fields_v1`](super::FieldSet::to_fields_v1), which make a
//! set and a tree. Of most live objects only is asked whether their text is this one.

use serde_json::{Map, Value};

use super::fields::STRIPPED_METADATA;
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};

/// Writes it; absent where steps have letters that are written in more than one way, or where nothing is owned.
pub(super) fn owned_text(object: &Value, ty: Type<'_>) -> Option<String> {
    let map = ty.as_map().filter(|it| !it.is_atomic())?;
    let is_stored = |name: &str| match name {
        "apiVersion" | "kind" => false,
        "status" => !ty.traits().resets_status,
        _ => true,
    };
    let mut owned = Owned { text: String::with_capacity(512) };
    owned.braces(|it| it.fields(object.as_object()?, map, is_stored, Owned::top))?;
    (owned.text != "{}").then_some(owned.text)
}

struct Owned {
    text: String,
}

impl Owned {
    /// Puts braces around what is written.
    fn braces(&mut self, write: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.text.push('{');
        write(self)?;
        self.text.push('}');
        Some(())
    }

    /// Begins a member of the innermost map.
    fn comma(&mut self) {
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
    }

    /// A field of the object itself. Of the metadata nothing counts that the server writes by itself.
    fn top(&mut self, name: &str, value: &Value, map: MapType<'_>) -> Option<()> {
        if name != "metadata" {
            return self.field(name, value, map);
        }
        let map = map.field(name).as_map().filter(|it| !it.is_atomic())?;
        let start = self.text.len();
        self.step("f:", name)?;
        let before = self.text.len();
        let is_stored = |name: &str| !STRIPPED_METADATA.contains(&name);
        self.braces(|it| it.fields(value.as_object()?, map, is_stored, Self::field))?;
        if self.text.len() == before + "{}".len() {
            self.text.truncate(start);
        }
        Some(())
    }

    /// The fields of a map, by name.
    fn fields<'t>(
        &mut self,
        fields: &Map<String, Value>,
        map: MapType<'t>,
        is_stored: impl Fn(&str) -> bool,
        write: impl Fn(&mut Self, &str, &Value, MapType<'t>) -> Option<()>,
    ) -> Option<()> {
        let mut fields: Vec<(&String, &Value)> = fields.iter().filter(|(name, _)| is_stored(name)).collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        fields.into_iter().try_for_each(|(name, value)| write(self, name, value, map))
    }

    /// A field is a member when it is a leaf or an empty map, and when its map does not know it by name.
    fn field(&mut self, name: &str, value: &Value, map: MapType<'_>) -> Option<()> {
        let start = self.text.len();
        self.step("f:", name)?;
        let is_member = value.as_object().is_some_and(Map::is_empty) || !map.is_named(name);
        if !self.value(value, map.field(name), is_member)? {
            self.text.truncate(start);
        }
        Some(())
    }

    /// What is owned below a step; tells whether it is anything.
    fn value(&mut self, value: &Value, ty: Type<'_>, is_member: bool) -> Option<bool> {
        let before = self.text.len();
        let is_leaf = match (ty.shape(value), value) {
            (Shape::Map(map), Value::Object(fields)) if !map.is_atomic() => {
                self.below(is_member, |it| it.fields(fields, map, |_| true, Self::field))?;
                false
            }
            (Shape::List(list), Value::Array(items)) if !list.is_atomic() => {
                self.below(is_member, |it| it.items(items, list))?;
                false
            }
            _ => {
                self.text.push_str("{}");
                true
            }
        };
        Some(is_leaf || is_member || self.text.len() > before + "{}".len())
    }

    /// What is owned below a step that is itself owned, or not: it says so only where something is below it.
    fn below(&mut self, is_member: bool, write: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        const ITSELF: &str = r#"".":{}"#;
        self.braces(|it| {
            let start = it.text.len();
            if is_member {
                it.text.push_str(ITSELF);
            }
            write(it)?;
            let is_alone = it.text.len() == start + ITSELF.len();
            if is_member && is_alone {
                it.text.truncate(start);
            }
            Some(())
        })
    }

    /// The items of a list, in the order of the server. Two that are told by the same are nothing to write down.
    fn items(&mut self, items: &[Value], list: ListType<'_>) -> Option<()> {
        if let [item] = items {
            return self.item(item, list);
        }
        let mut told: Vec<(PathElement, &Value)> =
            items.iter().map(|it| Some((list.element(it)?, it))).collect::<Option<_>>()?;
        told.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let is_single = told.windows(2).all(|pair| pair[0].0 != pair[1].0);
        is_single.then_some(())?;
        told.into_iter().try_for_each(|(_, item)| self.item(item, list))
    }

    fn item(&mut self, item: &Value, list: ListType<'_>) -> Option<()> {
        let mut step = String::new();
        list.write_plain_step(item, &mut step)?;
        self.comma();
        self.text.push('"');
        for letter in step.chars() {
            if letter == '"' {
                self.text.push('\\');
            }
            self.text.push(letter);
        }
        self.text.push_str("\":");
        self.value(item, list.item(), true).map(drop)
    }

    /// A step to a field, with a name that needs no escapes.
    fn step(&mut self, kind: &str, name: &str) -> Option<()> {
        let is_plain = |it: u8| matches!(it, b' '..=b'~') && !matches!(it, b'"' | b'\\' | b'<' | b'>' | b'&');
        name.bytes().all(is_plain).then_some(())?;
        self.comma();
        self.text.push('"');
        self.text.push_str(kind);
        self.text.push_str(name);
        self.text.push_str("\":");
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Schemas, field_set};
    use super::*;

    /// The text, after it was held against the set.
    fn text(object: &Value) -> Option<String> {
        let schemas = Schemas::builtin();
        let ty = schemas.of_object(object);
        let text = owned_text(object, ty)?;
        assert_eq!(text, field_set(object, ty).to_fields_v1().to_string());
        Some(text)
    }

    #[test]
    fn members_stand_in_the_order_of_the_server() {
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "labels": {"b": "c", "a": ""}, "finalizers": ["x/y", "a"]},
            "spec": {"type": null, "selector": {}, "externalIPs": [], "ports": [{"port": 443, "name": "https"}, {"port": 80, "protocol": "UDP"}]},
            "status": {"loadBalancer": {}}});
        let owned = text(&service).unwrap();
        assert!(owned.starts_with(r#"{"f:metadata":{"f:finalizers":{"v:\"a\"":{},"v:\"x/y\"":{}},"f:labels":{"f:a":{},"f:b":{}}},"f:spec":{"f:externalIPs":{},"f:ports":{"k:{\"port\":80,\"protocol\":\"UDP\"}":{".":{},"#), "{owned}");
    }

    #[test]
    fn a_map_without_a_type_owns_itself_and_one_with_nothing_in_it_is_not_there() {
        let thing = json!({"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": {"a": {"b": 1}, "c": {}, "d": []}});
        assert_eq!(text(&thing).unwrap(), r#"{"f:spec":{".":{},"f:a":{".":{},"f:b":{}},"f:c":{},"f:d":{}}}"#);
        let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "labels": {"b": ""}}, "spec": {"ports": []}});
        assert_eq!(text(&service).unwrap(), r#"{"f:metadata":{"f:labels":{"f:b":{}}}}"#);
    }

    #[test]
    fn what_may_be_written_in_two_ways_or_is_nothing_has_no_text() {
        let with = |ports: Value, label: &str| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "labels": {label: ""}}, "spec": {"ports": ports}});
        assert!(text(&with(json!([]), "a")).is_some());
        assert_eq!(text(&with(json!([]), "a<b")), None);
        assert_eq!(text(&with(json!([]), "é")), None);
        assert_eq!(text(&with(json!([{"port": 1}, {"port": 1, "protocol": "TCP"}]), "a")), None);
        assert_eq!(text(&with(json!([{"port": 1.5}]), "a")), None);
        assert_eq!(text(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}})), None);
    }
}
