//! How many instructions each step of planning takes for the catalogue: the same at every run, so that a small regression shows.
//!
//! `docs/performance.md` says what is needed to run it.

#![expect(
    missing_docs,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the macros write a program of its own"
)]

use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use ks_scale::SIZES;
use ks_scale::steps::{FIXED, GROWING, Outcome, Step, Taken, World};

/// By how many per cent more instructions than at the run before a step has become slower.
const LIMIT: f64 = 3.0;

/// A step with all that it needs.
type Prepared = (&'static Step, World, Taken);

fn prepare(name: &str) -> Prepared {
    let step = GROWING.iter().chain(&FIXED).find(|it| it.name == name).expect("a step");
    let world = World::new(SIZES[0]);
    let taken = (step.prepare)(&world);
    (step, world, taken)
}

// Gives back the world, so that dropping it is not counted.
#[library_benchmark]
#[benches::named(args = [
    "serde_json",
    "graph and schemas",
    "graph",
    "compare",
    "plan, nothing changes",
    "compare and drop, then plan",
    "plan, one in ten changes",
    "plan, empty cluster",
    "schedule of a first install",
    "read the configuration",
    "read the catalogue",
    "compile",
    "compare one Deployment",
    "merge one Deployment",
], setup = prepare)]
fn step((step, world, taken): Prepared) -> (Outcome, World) {
    ((step.run)(&world, taken), world)
}

library_benchmark_group!(name = planning; benchmarks = step);
main!(
    config = LibraryBenchmarkConfig::default()
        .tool(Callgrind::with_args(["--cache-sim=no"]).soft_limits([(EventKind::Ir, LIMIT)]));
    library_benchmark_groups = planning
);
