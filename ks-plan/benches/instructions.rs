//! How many instructions the steps of planning take, counted by valgrind: the same on every machine and at every load, so that a
//! change of a few hundredths is seen. How long they take is measured in `plan.rs`, by the same steps.
//!
//! It needs valgrind and a runner of the same version: `cargo install --locked gungraun-runner@0.20.0`.

use std::hint::black_box;

use gungraun::prelude::*;
use ks_scale::steps::{FIXED, GROWING, Outcome, Step, Taken, World};

/// The catalogue with everything on.
const CATALOGUE: usize = 161;
/// The catalogue several times.
const SEVERAL: usize = 1_000;

/// One step with all that it needs.
struct Prepared {
    step: Step,
    world: World,
    taken: Taken,
}

fn prepared(name: &str, size: usize) -> Prepared {
    let step = *GROWING.iter().chain(&FIXED).find(|it| it.name == name).expect("a step with this name");
    let world = World::new(size);
    let taken = (step.prepare)(&world);
    Prepared { step, world, taken }
}

// What is given back is dropped after the count.
#[library_benchmark]
#[benches::fixed(args = [("read the configuration", CATALOGUE), ("compile", CATALOGUE)], setup = prepared)]
#[benches::catalogue(
    args = [
        ("serde_json", CATALOGUE), ("graph", CATALOGUE), ("compare", CATALOGUE), ("plan, nothing changes", CATALOGUE),
        ("compare and drop, then plan", CATALOGUE), ("plan, empty cluster", CATALOGUE), ("schedule of a first install", CATALOGUE),
    ],
    setup = prepared
)]
#[benches::several(
    args = [
        ("serde_json", SEVERAL), ("graph", SEVERAL), ("compare", SEVERAL), ("plan, nothing changes", SEVERAL),
        ("compare and drop, then plan", SEVERAL), ("plan, empty cluster", SEVERAL), ("schedule of a first install", SEVERAL),
    ],
    setup = prepared
)]
fn step(prepared: Prepared) -> (World, Outcome) {
    let Prepared { step, world, taken } = prepared;
    let outcome = black_box((step.run)(black_box(&world), taken));
    (world, outcome)
}

library_benchmark_group!(name = planning, benchmarks = [step]);
main!(library_benchmark_groups = planning);
