//! How many instructions it takes to read what plans are made of, counted by valgrind: the same on every machine and at every load.
//! How long it takes is measured in `parse.rs`.
//!
//! It needs valgrind and a runner of the same version: `cargo install --locked gungraun-runner@0.20.0`.

use std::hint::black_box;

use gungraun::prelude::*;
use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Manifest, ManifestError};
use ks_scale::{catalogue, compiled, configuration};
use serde_json::Value;

fn values(count: usize) -> Vec<Value> {
    let bundles = compiled(&catalogue(), count).bundles;
    bundles.iter().flat_map(|it| &it.objects).map(|it| it.manifest.value().clone()).collect()
}

#[library_benchmark]
#[bench::everything_on(configuration::everything_on())]
fn read_configuration(text: String) -> bool {
    black_box(ClusterConfiguration::parse(&Source::new("cluster-configuration.yaml", black_box(&text)))).is_ok()
}

// What is given back is dropped after the count.
#[library_benchmark]
#[benches::sizes(args = [161, 1_000], setup = values)]
fn read_manifests(values: Vec<Value>) -> Vec<Result<Manifest, ManifestError>> {
    black_box(black_box(values).into_iter().map(Manifest::parse).collect())
}

library_benchmark_group!(name = reading, benchmarks = [read_configuration, read_manifests]);
main!(library_benchmark_groups = reading);
