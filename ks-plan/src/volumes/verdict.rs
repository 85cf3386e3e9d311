//! What is to happen to one claim.

use ks_model::Facts;

use super::{ClaimTemplate, LiveClaim, VolumeChange};

/// What a claim needs to become what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It grows in place.
    Expand,
    /// It is made anew, because of all of these.
    Anew(Vec<VolumeChange>),
}

/// Compares a claim with what is wanted of it; `None` when nothing needs to be done.
///
/// A template that names no class takes any, also when the default class of the cluster has changed since.
pub(crate) fn verdict(template: &ClaimTemplate, claim: &LiveClaim<'_>, facts: &Facts) -> Option<Verdict> {
    let mut obstacles = Vec::new();
    if template.class.as_ref().is_some_and(|it| it != claim.class) {
        obstacles.push(VolumeChange::OfAnotherClass);
    }
    let mut grows = false;
    if let (Some(wanted), Some(live)) = (template.amount(), claim.amount()) {
        grows = wanted > live;
        if wanted < live {
            obstacles.push(VolumeChange::TooLarge);
        }
    }
    // Whatever else makes a claim anew makes it in the right size.
    if grows && obstacles.is_empty() {
        let allows = facts.storage_classes.get(claim.class).is_some_and(|it| it.allows_expansion);
        if !claim.is_bound() {
            obstacles.push(VolumeChange::Unbound);
        } else if !allows {
            obstacles.push(VolumeChange::TooSmall { class: claim.class.to_owned() });
        } else {
            return Some(Verdict::Expand).filter(|_| !claim.is_leaving());
        }
    }
    (!obstacles.is_empty()).then_some(Verdict::Anew(obstacles))
}
