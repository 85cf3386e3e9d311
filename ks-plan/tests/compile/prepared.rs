//! Definitions of custom kinds are most of the catalogue, and most commands look at few of them.

use ks_model::{Facts, Manifest};
use ks_plan::generated::applicable;
use ks_plan::{Catalogue, Desired, Inventory, compile};

use crate::support::{EXAMPLE, config};

#[test]
fn rendering_reads_no_prepared_definition_and_looking_ahead_reads_all() {
    let catalogue = Catalogue::embedded().unwrap();
    let compiled = compile(&catalogue, &config(EXAMPLE), &Facts::default()).unwrap();
    let desired = Desired::of(&catalogue, compiled.clone(), Inventory::default()).unwrap();
    desired.manifests().for_each(|it| drop(applicable(it)));
    let prepared: Vec<&Manifest> = desired.manifests().filter(|it| it.pieces().is_some()).collect();
    assert!(prepared.len() > 10, "{}", prepared.len());
    assert!(!prepared.iter().any(|it| it.is_read()));
    let ahead = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    ahead.read_whole();
    assert!(ahead.manifests().all(Manifest::is_read));
}
