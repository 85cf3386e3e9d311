//! Fields in objects of others that nothing wants any more.

use std::collections::BTreeSet;

use ks_model::{Manifest, Ownership};
use serde_json::Value;

use super::seen::{Seen, see};
use super::{Builder, FIELD_MANAGER, removal};
use crate::change::{Change, Reason, Risk};
use crate::desired::Desired;
use crate::inventory::Contents;
use crate::live::LiveState;
use crate::structured::owned_by;

/// What is to be applied to objects of others so that they have their fields back: nothing but their identities.
pub(super) fn given_back(desired: &Desired, live: &LiveState) -> Vec<Manifest> {
    let recorded = match see(desired.inventory().parent(), live) {
        Seen::Present(inventory) => Contents::read(inventory).existing,
        _ => BTreeSet::new(),
    };
    let unwanted = recorded.into_iter().filter(|it| desired.find(it).is_none());
    unwanted
        .chain(removal::staying(desired, live).into_keys())
        .filter_map(|object| match see(&object, live) {
            Seen::Present(live) if owned_by(live, FIELD_MANAGER).is_some() => {
                pinned(&Manifest::parse(live.clone()).ok()?.bare(), live)
            }
            _ => None,
        })
        .collect()
}

/// What is wanted of an object of others, for that very object: applied to one that has gone it makes none.
pub(super) fn pinned(manifest: &Manifest, live: &Value) -> Option<Manifest> {
    Some(manifest.pinned_to(live.pointer("/metadata/uid")?.as_str()?))
}

impl Builder<'_> {
    /// Adds the changes that give fields back.
    pub(super) fn give_back(&mut self) {
        let mut staying = removal::staying(self.desired, self.live);
        for manifest in given_back(self.desired, self.live) {
            let why = staying.remove(manifest.object());
            if let Seen::Present(live) = see(manifest.object(), self.live) {
                let change = self.alter(&manifest, live).map(|change| Change {
                    ownership: Ownership::Fields,
                    reasons: [Reason::GivenBack].into_iter().chain(why.clone()).collect(),
                    risk: Risk::Safe,
                    ..change
                });
                self.note(&manifest, change);
            }
        }
    }
}
