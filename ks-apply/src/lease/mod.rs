//! One runner at a time: the Lease beside the inventory.
//!
//! A [`Lookout`] remembers how the lease was before anything was planned. [`Lookout::acquire`] takes it, and what that gives,
//! [`Held`], carries out plans through a door that lets writes through only while the lease is surely held.
//!
//! # Why two runners never write at once
//! A runner takes the lease of another only after it saw nothing change in it for [`DURATION`] by its own monotonic clock;
//! clocks of two machines are never compared. What it saw was written by a renewal, so it was sent before it was seen, and
//! nobody takes the lease within [`DURATION`] of the moment in which its holder *began* the last renewal that succeeded.
//! The holder counts from that very moment, and [`MARGIN`] less: until then a write may begin and may be under way, and
//! then it is given up, answered or not, however long the client would wait by itself. A renewal in between moves the
//! end, so a slow write is only cut off when the lease cannot be renewed either. Requests that were given up are
//! cancelled at the server, and the margin is the time for that.
//!
//! Two things remain that no lease can help: a server that carries out a cancelled request more than the margin later,
//! and a machine that sleeps with a request half sent. Every write names what it means (UIDs, revisions, fields),
//! so that even then it cannot hit an object that another runner made anew.

mod acquire;
mod claim;
mod fence;
mod held;
mod home;
mod judge;
mod record;
mod renew;

use std::time::Duration;

use ks_model::GroupKind;

pub use self::acquire::{LeaseError, LeaseOptions, Lookout, Occupied, holder, occupant};
pub use self::held::{Ending, Held, Loss};
use crate::discovery::ServedKind;

/// After what time without a renewal others may take the lease.
pub const DURATION: Duration = Duration::from_secs(30);
/// How long before that its holder gives up every write.
pub const MARGIN: Duration = Duration::from_secs(5);

/// How often the holder renews the lease.
const RENEWAL: Duration = Duration::from_secs(5);
/// How long one request about the lease may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// How soon a failed renewal is tried again, and how often somebody who waits looks.
const PAUSE: Duration = Duration::from_secs(2);
/// When a holder that cannot renew stops trying. It has not written for a while by then; an API server that restarts is back.
const PATIENCE: Duration = Duration::from_secs(180);

/// How leases are served by every API server since v1.14. Asking for it by discovery would not tell more.
fn kind() -> ServedKind {
    ServedKind {
        kind: GroupKind::new("coordination.k8s.io", "Lease"),
        version: "v1".to_owned(),
        plural: "leases".to_owned(),
        namespaced: true,
    }
}
