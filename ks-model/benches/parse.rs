//! How long it takes to read what plans are made of: the configuration, and the objects of a cluster as manifests.

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Manifest, Quantity};
use ks_scale::{SIZES, catalogue, compiled, configuration};
use serde_json::Value;

/// A run that only looks whether the benchmarks work is content with the smallest size.
#[expect(clippy::disallowed_methods, reason = "a program of its own, not part of the crate")]
fn sizes() -> &'static [usize] {
    if std::env::args().any(|it| it == "--bench") { &SIZES } else { &SIZES[..1] }
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
    for (name, text) in
        [("shipped", configuration::EXAMPLE.to_owned()), ("everything on", configuration::everything_on())]
    {
        let source = Source::new("cluster-configuration.yaml", &text);
        group.throughput(Throughput::Bytes(u64::try_from(text.len()).unwrap_or_default()));
        group.bench_function(BenchmarkId::new("configuration", name), |bencher| {
            bencher.iter_with_large_drop(|| ClusterConfiguration::parse(&source));
        });
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("quantity", |bencher| bencher.iter(|| "1536Mi".parse::<Quantity>()));
    for size in sizes() {
        let values = values(*size);
        group.throughput(Throughput::Elements(u64::try_from(values.len()).unwrap_or_default()));
        let read = |values: Vec<Value>| values.into_iter().map(Manifest::parse).collect::<Vec<_>>();
        group.bench_function(BenchmarkId::new("manifests", size), |bencher| {
            bencher.iter_batched(|| values.clone(), read, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn values(count: usize) -> Vec<Value> {
    let bundles = compiled(&catalogue(), count).bundles;
    bundles.iter().flat_map(|it| &it.objects).map(|it| it.manifest.value().clone()).collect()
}

criterion_group!(benches, reading);
criterion_main!(benches);
