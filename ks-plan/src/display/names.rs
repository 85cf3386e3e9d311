//! Names as short as they can be without doubt.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::ObjectRef;

use super::value::visible;

/// Writes objects without the group of their kind, where no other object has the same kind of another group.
///
/// # Example
/// ```
/// use ks_model::{GroupKind, ObjectRef};
/// use ks_plan::display::ShortNames;
/// let object = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "monitoring", "grafana");
/// assert_eq!(ShortNames::of([&object]).show(&object), "Deployment monitoring/grafana");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ShortNames {
    ambiguous: BTreeSet<String>,
}

impl ShortNames {
    /// Looks through all objects that will be named.
    pub fn of<'a>(objects: impl IntoIterator<Item = &'a ObjectRef>) -> Self {
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for object in objects {
            groups.entry(&object.kind.kind).or_default().insert(&object.kind.group);
        }
        let ambiguous = groups.into_iter().filter(|(_, groups)| groups.len() > 1);
        Self { ambiguous: ambiguous.map(|(kind, _)| kind.to_owned()).collect() }
    }

    /// Names an object.
    pub fn show(&self, object: &ObjectRef) -> String {
        if self.ambiguous.contains(&object.kind.kind) {
            return visible(&object.to_string());
        }
        // The server takes no odd letters into a name; a file may hold any.
        visible(&match &object.namespace {
            Some(namespace) => format!("{} {namespace}/{}", object.kind.kind, object.name),
            None => format!("{} {}", object.kind.kind, object.name),
        })
    }
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;

    use super::*;

    #[test]
    fn a_kind_of_two_groups_keeps_its_group() {
        let ours = ObjectRef::cluster(GroupKind::new("a.example", "Thing"), "x");
        let theirs = ObjectRef::cluster(GroupKind::new("b.example", "Thing"), "x");
        let names = ShortNames::of([&ours, &theirs]);
        assert_eq!(names.show(&ours), "Thing.a.example x");
    }
}
