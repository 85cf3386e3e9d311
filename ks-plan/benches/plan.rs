//! How long planning takes without a cluster, step by step and size by size, with `serde_json` as the measure beside it.

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ks_scale::SIZES;
use ks_scale::steps::{FIXED, GROWING, Step, World};

/// A run that only looks whether the benchmarks work is content with the smallest size.
#[expect(clippy::disallowed_methods, reason = "a program of its own, not part of the crate")]
fn sizes() -> &'static [usize] {
    if std::env::args().any(|it| it == "--bench") { &SIZES } else { &SIZES[..1] }
}

fn planning(criterion: &mut Criterion) {
    for size in sizes() {
        let world = World::new(*size);
        let mut group = criterion.benchmark_group("plan");
        group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
        group.throughput(Throughput::Elements(u64::try_from(world.objects()).unwrap_or_default()));
        let fixed = if *size == SIZES[0] { &FIXED[..] } else { &[] };
        GROWING.iter().chain(fixed).for_each(|step| measure(&mut group, step, &world, *size));
        group.finish();
    }
}

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, step: &Step, world: &World, size: usize) {
    group.bench_function(BenchmarkId::new(step.name, size), |bencher| {
        bencher.iter_batched(|| (step.prepare)(world), |taken| (step.run)(world, taken), BatchSize::PerIteration);
    });
}

criterion_group!(benches, planning);
criterion_main!(benches);
