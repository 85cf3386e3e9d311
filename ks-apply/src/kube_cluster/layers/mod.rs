//! What watches over every request on its way out: a guard, a counter and an observer.

mod class;
mod count;
mod observe;

pub(super) use self::class::RequestClass;
pub(super) use self::count::Counts;
pub(super) use self::observe::{ObserveLayer, Warnings};

/// Says that the guard of read-only mode let a request not pass.
#[derive(Debug, thiserror::Error)]
#[error("a request that may change the cluster")]
pub(super) struct Refused;

/// Lets through what cannot change the cluster.
pub(super) fn guard<B>(request: http::Request<B>) -> Result<http::Request<B>, Refused> {
    match RequestClass::of(&request) {
        RequestClass::Read | RequestClass::DryRun => Ok(request),
        RequestClass::Write => Err(Refused),
    }
}
