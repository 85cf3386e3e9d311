//! Objects as lists have them: without version and kind, which the list says for all of them.

use std::borrow::Cow;
use std::fmt;

use ks_model::ObjectRef;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::discovery::ServedKind;
use crate::observe::identity;

/// One object of a list.
pub(crate) enum Listed {
    /// It has been read already.
    Object(Value),
    /// As the server wrote it.
    Text(Box<str>),
}

impl Listed {
    /// Which object it is, of the kind that was listed.
    pub(crate) fn identity(&self, kind: &ServedKind) -> Result<ObjectRef, serde_json::Error> {
        match self {
            Self::Object(object) => Ok(identity(kind, object)),
            Self::Text(text) => {
                let (name, namespace) = names(text, kind.namespaced)?;
                Ok(ObjectRef { kind: kind.kind.clone(), namespace, name })
            }
        }
    }

    /// The whole object.
    pub(crate) fn read(self, kind: &ServedKind) -> Result<Value, serde_json::Error> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Text(text) => Ok(complete(serde_json::from_str(&text)?, kind, false)),
        }
    }
}

/// The name of an object and its namespace, where its kind has any: what stands behind them is not read.
fn names(text: &str, is_namespaced: bool) -> Result<(String, Option<String>), serde_json::Error> {
    let mut names = Names { is_namespaced, ..Names::default() };
    let read =
        Part { names: &mut names, is_metadata: false }.deserialize(&mut serde_json::Deserializer::from_str(text));
    // To stop early is an error to the reader, and to nobody else.
    if names.are_known() { Ok(()) } else { read }.map(|()| (names.name.unwrap_or_default(), names.namespace))
}

#[derive(Default)]
struct Names {
    is_namespaced: bool,
    name: Option<String>,
    namespace: Option<String>,
}

impl Names {
    fn are_known(&self) -> bool {
        self.name.is_some() && self.namespace.is_some() == self.is_namespaced
    }
}

/// Where names are read: in an object, or in its metadata.
struct Part<'a> {
    names: &'a mut Names,
    is_metadata: bool,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(Field(field)) = fields.next_key()? {
            match &*field {
                "metadata" if !self.is_metadata => {
                    fields.next_value_seed(Part { names: &mut *self.names, is_metadata: true })?;
                }
                "name" if self.is_metadata => self.names.name = fields.next_value()?,
                "namespace" if self.is_metadata => self.names.namespace = fields.next_value()?,
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
            if self.names.are_known() {
                return Err(A::Error::custom("the names are known"));
            }
        }
        Ok(())
    }
}

/// The name of a field, borrowed where it is written without escapes.
#[derive(Deserialize)]
struct Field<'a>(#[serde(borrow)] Cow<'a, str>);

/// Puts version and kind in front, which lists leave out or give as `PartialObjectMetadata`.
pub(crate) fn complete(item: Value, kind: &ServedKind, metadata_only: bool) -> Value {
    let Value::Object(item) = item else { return item };
    let mut whole = Map::with_capacity(item.len() + 2);
    whole.insert("apiVersion".into(), kind.api_version().into());
    whole.insert("kind".into(), kind.kind.kind.as_str().into());
    whole.extend(item.into_iter().filter(|(key, _)| match key.as_str() {
        "apiVersion" | "kind" => false,
        "metadata" => true,
        _ => !metadata_only,
    }));
    Value::Object(whole)
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;
    use serde_json::json;

    use super::*;

    fn kind(namespaced: bool) -> ServedKind {
        ServedKind {
            kind: GroupKind::new("example.org", "Thing"),
            version: "v1".into(),
            plural: "things".into(),
            namespaced,
        }
    }

    #[test]
    fn the_names_are_those_of_the_whole_object() {
        for (text, namespaced) in [
            (r#"{"metadata":{"name":"a","namespace":"b","uid":"c"},"spec":{}}"#, true),
            (
                r#"{"apiVersion":"example.org/v1","metadata":{"labels":{"name":"x"},"namespace":"b","uid":"c","name":"a"}}"#,
                true,
            ),
            (r#"{"spec":{"metadata":{"name":"x"}},"metadata":{"name":"a"}}"#, false),
            (r#"{"metadata":{"name":"a"}}"#, true),
            (r#"{"metadata":{}}"#, false),
            ("{}", true),
        ] {
            let (listed, kind) = (Listed::Text(text.into()), kind(namespaced));
            let named = listed.identity(&kind).unwrap();
            let whole = listed.read(&kind).unwrap();
            assert_eq!(named, identity(&kind, &whole), "{text}");
            assert_eq!((&whole["apiVersion"], &whole["kind"]), (&json!("example.org/v1"), &json!("Thing")));
        }
    }

    #[test]
    fn what_is_no_object_has_no_names() {
        for text in [r#"{"metadata":{"name":1}}"#, r#"{"metadata":[]}"#, "[]", r#"{"metadata":{"name":"a""#] {
            assert!(Listed::Text(text.into()).identity(&kind(true)).is_err(), "{text}");
        }
    }
}
