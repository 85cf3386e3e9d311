//! A configuration to start from: every field that a catalogue reads, with what it means, its default and who reads it.
//!
//! It is made of the catalogue, so it cannot lag behind it. A field whose default holds stands there as a comment: taking away the
//! sign in front of it changes nothing yet. Sections without a set field are empty, which means absent.

mod fields;
mod page;
mod secrets;
mod tree;

use serde_json::Value;

use self::fields::StarterField;
pub use self::secrets::LeftOut;
use crate::catalogue::Catalogue;

/// Writes configurations to start from.
///
/// # Example
/// ```
/// use ks_plan::Catalogue;
/// use ks_plan::starter::Starter;
///
/// let catalogue = Catalogue::from_files([(
///     "m/echo/component.yaml",
///     "{ name: echo, description: Answers., settings: { size: { description: How much., from: echo.size, default: 1Gi } } }",
/// )])?;
/// let text = Starter::new(&catalogue).text();
/// assert!(text.ends_with("  echo:\n    # How much.\n    # Default: 1Gi. Read by echo.\n    #size: 1Gi\n"), "{text}");
/// # Ok::<(), ks_plan::CatalogueErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Starter<'a> {
    catalogue: &'a Catalogue,
    fields: Vec<StarterField>,
    given: Option<Value>,
    left_out: Vec<LeftOut>,
}

impl<'a> Starter<'a> {
    /// The defaults of a catalogue.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, fields: fields::collect(catalogue), given: None, left_out: Vec::new() }
    }

    /// The same with the values of a configuration in place of defaults, those of other modules too. `object` is the whole
    /// ClusterConfiguration; of its metadata the labels are kept, of the rest the spec.
    #[must_use]
    pub fn with_object(mut self, object: &Value) -> Self {
        self.given = Some(object.clone());
        self
    }

    /// The same without secret values: those of sensitive settings, those whose names say so, and addresses that say who asks.
    /// In the place of each stands a comment.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        if let Some(spec) = self.given.as_mut().and_then(|it| it.get_mut("spec")) {
            self.left_out = secrets::leave_out(spec, self.catalogue);
        }
        self
    }

    /// What [`Starter::without_secrets`] left out.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The paths of all fields that stand in the text, set or as comments, below `spec`.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|it| it.path.as_str())
    }

    /// The text, in YAML.
    pub fn text(&self) -> String {
        let empty = Value::Null;
        let spec = self.given.as_ref().and_then(|it| it.get("spec")).unwrap_or(&empty);
        page::write(self.given.as_ref(), &tree::Section::of(&self.fields, spec))
    }
}

#[cfg(test)]
mod tests;
