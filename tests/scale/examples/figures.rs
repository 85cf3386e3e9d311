//! Prints how long the steps of planning take as tables, for `docs/performance.md`: `figures [ROUNDS [SIZE…]]`.
//!
//! The steps of one size are measured in turn, round after round, so that a ratio compares what ran at the same time.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program of its own, for people")]

use std::hint::black_box;
use std::time::Instant;

use ks_scale::SIZES;
use ks_scale::steps::{FIXED, GROWING, Step, World};

fn main() {
    let given: Vec<usize> = std::env::args().skip(1).map(|it| it.parse().unwrap()).collect();
    let rounds = given.first().copied().unwrap_or(11);
    let sizes = if given.len() > 1 { &given[1..] } else { &SIZES[..] };
    for size in sizes {
        let world = World::new(*size);
        println!("\n{} objects, {} kB of JSON\n", world.objects(), world.bytes() / 1000);
        println!("| step | least | median | largest | to serde_json |\n|---|---:|---:|---:|---:|");
        let fixed = if *size == SIZES[0] { &FIXED[..] } else { &[] };
        let steps: Vec<Step> = GROWING.iter().chain(fixed).copied().collect();
        let times = measured(&world, &steps, rounds);
        let yardstick = times[0][rounds / 2];
        for (step, times) in steps.iter().zip(&times) {
            let (least, median, largest) = (times[0], times[rounds / 2], times[rounds - 1]);
            let ratio = median / yardstick;
            println!("| {} | {least:.2} ms | {median:.2} ms | {largest:.2} ms | {ratio:.2} |", step.name);
        }
    }
}

/// The milliseconds of each step, sorted.
fn measured(world: &World, steps: &[Step], rounds: usize) -> Vec<Vec<f64>> {
    let mut times = vec![Vec::new(); steps.len()];
    for _ in 0..rounds {
        for (step, times) in steps.iter().zip(&mut times) {
            let taken = (step.prepare)(world);
            let start = Instant::now();
            let outcome = black_box((step.run)(world, taken));
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            drop(outcome);
        }
    }
    times.iter_mut().for_each(|it| it.sort_by(f64::total_cmp));
    times
}
