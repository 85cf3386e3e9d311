//! Server certificates: judges those that a cluster has, and makes new ones.
//!
//! Keys exist in memory and in the Secret that they are for. Nothing here prints one, and no type that holds one can.

mod judge;
mod make;

pub(crate) use judge::judge;
pub use make::Made;

#[cfg(test)]
mod tests;
