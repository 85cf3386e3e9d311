//! The change of the inventory itself.

use ks_model::{GroupKind, Manifest, ObjectRef};

use super::Builder;
use super::seen::{Seen, see};
use crate::change::{Action, Reason};
use crate::conflict::Resolution;
use crate::graph::DependencyGraph;
use crate::inventory::Contents;

/// Which writes of the inventory a plan needs.
#[derive(Default)]
pub(super) struct InventoryWork {
    /// What it holds while both the old and the new members exist.
    pub(super) grown: Option<Manifest>,
    /// Whether it is written before the first write.
    pub(super) grows: bool,
    /// Whether it is written after the last delete.
    pub(super) shrinks: bool,
}

impl Builder<'_> {
    /// Adds the change of the inventory, and says how it is written along the way.
    pub(super) fn inventory(&mut self, deleted: &DependencyGraph) -> InventoryWork {
        self.change_inventory(deleted).unwrap_or_default()
    }

    fn change_inventory(&mut self, deleted: &DependencyGraph) -> Option<InventoryWork> {
        if self.desired.end().is_some() {
            return None;
        }
        let parent = self.desired.inventory().parent();
        let home = ObjectRef::cluster(GroupKind::new("", "Namespace"), parent.namespace.as_deref()?);
        let mut contents = self.desired.contents();
        let recorded = match see(parent, self.live) {
            Seen::Present(live) => Some(Contents::read(live)),
            _ => None,
        };
        // Where nothing was and nothing is wanted there is no inventory, and it goes along with its namespace.
        let is_needless = contents == Contents::default() && recorded.is_none();
        if is_needless || deleted.objects().any(|object| *object == home) {
            return None;
        }
        contents.namespaces.insert(home.name);
        contents.kept = self.keeps.held();
        let manifest = self.desired.inventory_manifest(&contents)?;
        let since = self.changes.len();
        self.wanted(&manifest);
        self.tell_of_created(since);
        let change = self.changes.last_mut().filter(|it| it.object == *parent && it.action != Action::NoOp)?;
        change.reasons = vec![Reason::Inventory];
        // It is nobody else's.
        change.conflicts.iter_mut().for_each(|it| it.resolution = Resolution::Taken);
        let recorded = recorded.unwrap_or_default();
        let before = recorded.union(&Contents::of(deleted.objects()));
        let shrinks = !contents.covers(&before);
        let grown = self.desired.inventory_manifest(&before.union(&contents));
        Some(InventoryWork { grown, grows: !recorded.covers(&contents) || !shrinks, shrinks })
    }
}
