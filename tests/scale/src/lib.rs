//! Wanted states of any size, and clusters that are as wanted, the same at every call.
//!
//! The first objects are those of the catalogue with everything on. Each further round is the catalogue once more, in namespaces and
//! under names of its own, so that kinds and sizes are mixed as in the catalogue however many objects there are.

#![expect(clippy::expect_used, reason = "what is shipped compiles, or nothing can be measured")]

pub mod cluster;
pub mod configuration;
mod copies;
mod status;
pub mod steps;

use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Bundle, Facts};
use ks_plan::{Catalogue, Compiled, Desired, Inventory, compile};

/// The sizes that figures are given for. The first is the catalogue with everything on, which has a few more objects.
pub const SIZES: [usize; 3] = [150, 1_000, 10_000];

/// The configuration that switches everything on.
///
/// # Panics
/// When the shipped example is no configuration.
pub fn configured() -> ClusterConfiguration {
    let text = configuration::everything_on();
    ClusterConfiguration::parse(&Source::new("cluster-configuration.yaml", &text)).expect("a configuration").config
}

/// The shipped catalogue.
///
/// # Panics
/// When it cannot be read.
pub fn catalogue() -> Catalogue {
    Catalogue::embedded().expect("the catalogue can be read")
}

/// What the catalogue makes of the configuration, and copies of it up to `count` objects.
///
/// # Panics
/// When the catalogue does not compile.
pub fn compiled(catalogue: &Catalogue, count: usize) -> Compiled {
    let mut compiled = compile(catalogue, &configured(), &Facts::default()).expect("the catalogue compiles");
    let originals = compiled.bundles.clone();
    let mut lacking = count.saturating_sub(objects(&originals));
    for round in 1.. {
        if lacking == 0 {
            break;
        }
        let copies = copies::of(&originals, round, lacking);
        lacking -= objects(&copies);
        compiled.bundles.extend(copies);
    }
    compiled
}

fn objects(bundles: &[Bundle]) -> usize {
    bundles.iter().map(|it| it.objects.len()).sum()
}

/// The same, ready to be compared with a cluster.
///
/// # Panics
/// When the objects cannot be ordered.
pub fn desired(catalogue: &Catalogue, compiled: Compiled) -> Desired {
    Desired::of(catalogue, compiled, Inventory::default()).expect("the objects have an order")
}
