//! What is asked of `ks`, held against the figures.

use crate::contender::Story;
use crate::figures::{Comparison, Figures, Row, Size};

/// One thing that is asked.
pub struct Asked {
    what: String,
    measured: String,
    is_met: bool,
}

impl Asked {
    fn at_most(what: String, value: f64, most: f64) -> Self {
        Self { what: format!("{what}: at most {most}"), measured: format!("{value:.2}"), is_met: value <= most }
    }

    fn at_least(what: String, value: f64, least: f64) -> Self {
        Self { what: format!("{what}: at least {least}"), measured: format!("{value:.1}"), is_met: value >= least }
    }
}

/// Everything that the figures can say something of.
pub fn all(figures: &Figures) -> Vec<Asked> {
    let compared = figures.comparisons.iter().flat_map(of_comparison);
    compared.chain(of_sizes(&figures.sizes)).collect()
}

/// As a table in Markdown.
pub fn table(asked: &[Asked]) -> String {
    let line =
        |it: &Asked| format!("| {} | {} | {} |\n", it.what, it.measured, if it.is_met { "yes" } else { "**no**" });
    let lines: String = asked.iter().map(line).collect();
    format!("| asked | measured | met |\n|---|---:|---|\n{lines}")
}

fn of_comparison(comparison: &Comparison) -> Vec<Asked> {
    let at = format!("{} ms", comparison.latency);
    let mut asked = Vec::new();
    if let Some(ks) = comparison.find(Story::Plan, "ks") {
        if let Some(floor) = comparison.find(Story::Plan, "floor") {
            asked.push(Asked::at_most(
                format!("plan of the catalogue, {at}, to the floor"),
                ks.wall() / floor.wall(),
                1.3,
            ));
        }
        if let Some(kubectl) = comparison.find(Story::Plan, "kubectl") {
            let what = format!("`kubectl diff` of the catalogue, {at}, to the plan");
            asked.push(Asked::at_least(what, kubectl.wall() / ks.wall(), 10.0));
        }
        let peers: Vec<&Row> =
            comparison.of(Story::Plan).filter(|it| !["ks", "floor"].contains(&it.tool.as_str())).collect();
        if let Some(quickest) = peers.iter().map(|it| it.wall()).reduce(f64::min) {
            let what = format!("plan of the catalogue, {at}, to that of the quickest peer");
            asked.push(Asked::at_most(what, ks.wall() / quickest, 1.0));
        }
        if let Some(fewest) = peers.iter().map(|it| it.requests().total()).min() {
            let requests = ks.requests().total();
            let what = format!("requests of a plan, {at}: fewer than the {fewest} of the peer that asks least");
            asked.push(Asked { what, measured: requests.to_string(), is_met: requests < fewest });
        }
    }
    if let Some(ks) = comparison.find(Story::Install, "ks") {
        for bare in ["bare applies", "bare applies in order"] {
            if let Some(floor) = comparison.find(Story::Install, bare) {
                let what = format!("first install without waits, {at}, to {bare}");
                asked.push(Asked::at_most(what, ks.wall() / floor.wall(), 1.5));
            }
        }
    }
    asked
}

fn of_sizes(sizes: &[Size]) -> Vec<Asked> {
    let mut asked = Vec::new();
    for size in sizes.iter().filter(|it| (5_000..6_000).contains(&it.objects)) {
        let (objects, ks) = (size.objects, &size.ks);
        asked.push(Asked::at_most(
            format!("plan of {objects} objects to the floor"),
            ks.wall() / size.floor.wall(),
            1.3,
        ));
        asked.push(Asked::at_most("memory of that plan, in MiB".to_owned(), ks.memory(), 150.0));
        if let Some(kubectl) = size.kubectl.as_ref().filter(|it| it.is_sound()) {
            asked.push(Asked::at_least("`kubectl diff` to that plan".to_owned(), kubectl.wall() / ks.wall(), 50.0));
        }
    }
    // From the second on: the first is the catalogue, whose objects are others.
    if let [_, first, .., before, last] = sizes {
        let slope =
            |from: &Size, to: &Size| (to.ks.wall() - from.ks.wall()) / (to.objects as f64 - from.objects as f64);
        let what = format!(
            "time for each object from {} to {}, to that from {} on",
            before.objects, last.objects, first.objects
        );
        asked.push(Asked::at_most(what, slope(before, last) / slope(first, before), 1.3));
    }
    asked
}
