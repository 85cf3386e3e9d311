//! An object that was known when the program was built, and is large: it is read when somebody looks at it.

use std::sync::OnceLock;

use serde_json::{Map, Value};

/// Holds such an object in pieces of text.
///
/// What makes the pieces vouches for them: all are of one object, and no member in it is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The object without its bulk, as JSON; its metadata are whole.
    pub outline: &'static str,
    /// All of it, as JSON.
    pub whole: &'static str,
    /// As YAML, the members that stand before `metadata`.
    pub before: &'static str,
    /// As YAML, the members that stand behind `metadata`.
    pub after: &'static str,
}

/// All of a prepared object, once it is read.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub(super) prepared: &'static Prepared,
    value: OnceLock<Value>,
}

impl Whole {
    pub(super) fn new(prepared: &'static Prepared) -> Self {
        Self { prepared, value: OnceLock::new() }
    }

    /// The object with the metadata of its outline, which may have more labels by now.
    pub(super) fn read(&self, outline: &Value) -> &Value {
        self.value.get_or_init(|| {
            let whole = serde_json::from_str(self.prepared.whole);
            debug_assert!(whole.is_ok(), "a prepared object is JSON");
            let mut whole = whole.unwrap_or_else(|_| outline.clone());
            if let (Some(members), Some(metadata)) = (whole.as_object_mut(), outline.get("metadata")) {
                members.insert("metadata".to_owned(), metadata.clone());
            }
            whole
        })
    }

    pub(super) fn is_read(&self) -> bool {
        self.value.get().is_some()
    }

    pub(super) fn into_value(mut self, outline: &Value) -> Value {
        self.read(outline);
        self.value.take().unwrap_or_default()
    }

    /// The metadata, when they are read.
    pub(super) fn metadata_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.value.get_mut()?.get_mut("metadata")?.as_object_mut()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Manifest;

    use super::*;

    static PREPARED: Prepared = Prepared {
        outline: r#"{"apiVersion":"a/v1","kind":"B","metadata":{"name":"c"},"spec":{}}"#,
        whole: r#"{"apiVersion":"a/v1","kind":"B","metadata":{"name":"c"},"spec":{"d":1}}"#,
        before: "apiVersion: a/v1\nkind: B\n",
        after: "spec:\n  d: 1\n",
    };

    #[test]
    fn an_object_that_is_read_late_has_the_labels_that_it_got_before_and_gets_after() {
        let mut early = Manifest::prepared(&PREPARED).unwrap();
        early.set_label("x", "y");
        assert_eq!(early.outline()["spec"], json!({}));
        assert!(!early.is_read());
        let mut late = Manifest::prepared(&PREPARED).unwrap();
        assert_eq!(late.value()["spec"], json!({ "d": 1 }));
        assert!(late.is_read());
        late.set_label("x", "y");
        assert_eq!(early, late);
        assert_eq!(late.outline()["metadata"], late.value()["metadata"]);
        let written = json!({ "apiVersion": "a/v1", "kind": "B", "metadata": { "name": "c", "labels": { "x": "y" } }, "spec": { "d": 1 } });
        assert_eq!(serde_json::to_string(&early).unwrap(), written.to_string());
        assert_eq!(Value::from(late), written);
    }

    #[test]
    fn another_value_is_prepared_no_more() {
        let manifest = Manifest::prepared(&PREPARED).unwrap();
        assert!(manifest.pieces().is_some() && manifest.named("e").pieces().is_some());
        assert!(manifest.bare().pieces().is_none());
    }
}
