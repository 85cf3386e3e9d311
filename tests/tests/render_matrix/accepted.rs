//! A real API server takes every object that any row renders, strictly.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use ks_apply::certificates::Made;
use ks_apply::{ApplyMode, Cluster, ClusterError, ConnectOptions, Discovery, KubeCluster};
use ks_model::{GroupKind, Manifest, Ownership};
use ks_plan::{Catalogue, Readiness, readiness};
use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::json;

use crate::row::Row;

const APPLY: ApplyMode = ApplyMode { dry_run: false, force: true };
const DRY_RUN: ApplyMode = ApplyMode { dry_run: true, force: true };

/// How many requests are under way at the same time.
const CONCURRENCY: usize = 16;

/// What only an API server before 1.25 serves.
const OF_OLD: [&str; 1] = ["policy/v1beta1 PodDisruptionBudget"];

/// An object with the first row that renders it.
type Case = (Manifest, String);

#[tokio::test(flavor = "multi_thread")]
async fn a_current_api_server_takes_every_object_of_every_row() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let (ours, cases) = (room(&plane).await, cases());
    let is_of_old =
        |case: &&Case| OF_OLD.contains(&format!("{} {}", case.0.api_version(), case.0.object().kind.kind).as_str());
    let current: Vec<&Case> = cases.iter().filter(|it| !is_of_old(it)).collect();
    assert!(current.len() > 150, "only {} objects", current.len());
    ours.takes(&current).await;

    let of_old: Vec<&Case> = cases.iter().filter(is_of_old).collect();
    assert!(!of_old.is_empty(), "no row has an old server");
    let Some(plane) = ControlPlane::old() else { return };
    room(&plane).await.takes(&of_old).await;
}

/// All objects of all rows, each once.
fn cases() -> Vec<Case> {
    let catalogue = Catalogue::embedded().unwrap();
    let (mut seen, mut cases) = (BTreeSet::new(), Vec::new());
    let rows = Row::all();
    assert!(rows.len() >= 40, "only {} rows", rows.len());
    for row in rows {
        let desired = row.desired(&catalogue);
        // What is wanted in objects of others is no object to make.
        for manifest in desired.manifests().filter(|it| desired.ownership(it.object()) != Ownership::Fields) {
            if seen.insert(manifest.value().to_string()) {
                cases.push((manifest.clone(), row.name.clone()));
            }
        }
    }
    // The server looks into certificates, so they are made as an apply makes them.
    let made = Made::for_all(cases.iter().map(|(manifest, _)| manifest)).unwrap();
    cases.into_iter().map(|(manifest, row)| (made.fill(&manifest).into_owned(), row)).collect()
}

/// A cluster to ask, with what is served there.
struct Room {
    cluster: KubeCluster,
    served: Discovery,
}

async fn room(plane: &ControlPlane) -> Room {
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
    let cluster = KubeCluster::connect(options).await.unwrap();
    let served = cluster.discover().await.unwrap();
    Room { cluster, served }
}

impl Room {
    /// Makes the namespaces and definitions that the objects need, then asks about every object.
    async fn takes(mut self, cases: &[&Case]) {
        self.found(cases).await;
        let answers = stream::iter(cases)
            .map(async |case| (*case, self.send(&case.0, DRY_RUN).await))
            .buffer_unordered(CONCURRENCY)
            .collect::<Vec<_>>()
            .await;
        let refused: BTreeMap<String, Vec<String>> =
            answers.into_iter().fold(BTreeMap::new(), |mut refused, (case, answer)| {
                if let Err(error) = answer {
                    refused.entry(error.to_string()).or_default().push(format!("{}: {}", case.1, case.0.object()));
                }
                refused
            });
        assert!(refused.is_empty(), "{refused:#?}");
    }

    async fn found(&mut self, cases: &[&Case]) {
        let mut homes: BTreeSet<&str> = cases.iter().filter_map(|it| it.0.object().namespace.as_deref()).collect();
        homes.remove("kube-system");
        for home in homes {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": home } });
            self.send(&Manifest::parse(namespace).unwrap(), APPLY).await.unwrap();
        }
        let kind = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
        let definitions: Vec<&Manifest> = cases.iter().map(|it| &it.0).filter(|it| it.object().kind == kind).collect();
        for definition in &definitions {
            self.send(definition, APPLY).await.unwrap();
        }
        let served = self.served.preferred(&kind).unwrap();
        for definition in definitions {
            let mut states = self.cluster.watch(served, definition.object());
            while let Some(state) = states.next().await {
                if readiness::readiness(state.unwrap().as_ref(), None) == Readiness::Ready {
                    break;
                }
            }
        }
        self.served = self.cluster.discover().await.unwrap();
    }

    async fn send(&self, manifest: &Manifest, mode: ApplyMode) -> Result<(), ClusterError> {
        let (kind, version) = (&manifest.object().kind, manifest.version());
        let served = self.served.find(kind, version).unwrap_or_else(|| panic!("{kind} is not served in {version}"));
        self.cluster.apply(served, manifest, mode).await.map(|_| ())
    }
}
