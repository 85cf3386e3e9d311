//! Plans once, so that the memory of it can be measured in a process that does nothing else:
//!
//! - `plan_once SIZE record FILE` writes down a cluster in which nothing is to be changed, one object to a line;
//! - `plan_once SIZE unchanged FILE` plans against it, page by page: each object is compared as it is read, and dropped;
//! - `plan_once SIZE whole FILE` plans against it with all objects in memory, as a plan from a snapshot does;
//! - `plan_once SIZE wanted` only makes what is wanted;
//! - `plan_once SIZE empty` plans against a cluster that has nothing.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program of its own, not part of the crate"
)]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::sync::Arc;

use ks_model::{Facts, Manifest, ObjectRef};
use ks_plan::{Desired, LiveState, Observation, Sieve, plan};
use ks_scale::cluster::settled;
use ks_scale::{catalogue, compiled, desired};
use serde_json::Value;

/// How many objects a page of a LIST has.
const PAGE: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let size: usize = arguments.next().unwrap_or_default().parse()?;
    let mode = arguments.next().unwrap_or_default();
    let file = arguments.next().unwrap_or_default();
    let wanted = {
        let catalogue = catalogue();
        Arc::new(desired(&catalogue, compiled(&catalogue, size)))
    };
    let facts = Facts::default();
    let live = match mode.as_str() {
        "record" => return record(&settled(&wanted), &file),
        "wanted" => {
            println!("{} objects are wanted", wanted.manifests().count());
            return Ok(());
        }
        "unchanged" => paged(&wanted, &facts, &file)?,
        "whole" => whole(&file)?,
        _ => LiveState::default(),
    };
    let plan = plan(&wanted, &live, &facts)?;
    let (changes, steps) = (plan.changes.len(), plan.steps.len());
    println!(
        "{} objects, {changes} changes, {} unchanged, {steps} steps",
        wanted.manifests().count(),
        plan.summary().unchanged
    );
    Ok(())
}

/// The inventory stands in the first line.
fn record(live: &LiveState, file: &str) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(file)?);
    let is_inventory = |object: &ObjectRef| object.kind.is("", "ConfigMap") && object.name == "ks";
    let (first, rest): (Vec<_>, Vec<_>) = live.present().partition(|(object, _)| is_inventory(object));
    for (_, value) in first.into_iter().chain(rest) {
        writeln!(file, "{value}")?;
    }
    Ok(file.flush()?)
}

type Read = Result<(ObjectRef, Value), Box<dyn Error>>;

fn lines(file: &str) -> Result<impl Iterator<Item = Read>, Box<dyn Error>> {
    let lines = BufReader::new(File::open(file)?).lines();
    Ok(lines.map(|line| {
        let value: Value = serde_json::from_str(&line?)?;
        let identity = serde_json::json!({ "apiVersion": value["apiVersion"], "kind": value["kind"], "metadata": {
            "name": value["metadata"]["name"], "namespace": value["metadata"]["namespace"] } });
        Ok((Manifest::parse(identity)?.object().clone(), value))
    }))
}

fn whole(file: &str) -> Result<LiveState, Box<dyn Error>> {
    let mut live = LiveState::default();
    for line in lines(file)? {
        let (object, value) = line?;
        live.observe(object, Observation::Present(value));
    }
    Ok(live)
}

fn paged(wanted: &Arc<Desired>, facts: &Facts, file: &str) -> Result<LiveState, Box<dyn Error>> {
    let (mut live, mut lines) = (LiveState::default(), lines(file)?);
    let first = lines.next().transpose()?;
    let sieve = Sieve::new(Arc::clone(wanted), facts, first.as_ref().map(|(_, inventory)| inventory));
    if let Some((inventory, value)) = first {
        live.observe(inventory, Observation::Present(value));
    }
    loop {
        let page = lines.by_ref().take(PAGE).collect::<Result<Vec<_>, _>>()?;
        if page.is_empty() {
            return Ok(live);
        }
        for (object, value) in page {
            let sifted = sieve.sift(&object, value);
            live.put(object, sifted);
        }
    }
}
