//! How long planning takes without a cluster: compile, graph, and the diff against recorded objects.

mod synthetic;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ks_model::{Bundle, Facts};
use ks_plan::{LiveState, plan};
use synthetic::{bundles, desired, real, settled};

fn sizes() -> Vec<(String, Vec<Bundle>)> {
    let synthetic = [150, 1_000, 10_000].into_iter().map(|count| (format!("synthetic {count}"), bundles(count)));
    [("catalogue".to_owned(), real())].into_iter().chain(synthetic).collect()
}

fn compiling(criterion: &mut Criterion) {
    criterion.bench_function("compile/catalogue", |bencher| bencher.iter(real));
}

fn planning(criterion: &mut Criterion) {
    let facts = Facts::default();
    for (name, bundles) in sizes() {
        let wanted = desired(bundles.clone());
        let live = settled(&wanted);
        let count = u64::try_from(wanted.manifests().count()).unwrap_or_default();
        let mut group = criterion.benchmark_group("plan");
        group.throughput(Throughput::Elements(count)).sample_size(10);
        group.bench_function(BenchmarkId::new("graph", &name), |bencher| {
            bencher.iter_batched(|| bundles.clone(), desired, BatchSize::LargeInput);
        });
        group.bench_function(BenchmarkId::new("unchanged", &name), |bencher| {
            bencher.iter(|| plan(&wanted, &live, &facts));
        });
        group.bench_function(BenchmarkId::new("empty cluster", &name), |bencher| {
            bencher.iter(|| plan(&wanted, &LiveState::default(), &facts));
        });
        group.finish();
    }
}

criterion_group!(benches, compiling, planning);
criterion_main!(benches);
