//! The section of the documentation that the figures make, and its pictures.

use std::fs;
use std::path::Path;

use k8s_openapi::jiff::Timestamp;

use crate::asked;
use crate::figures::Figures;
use crate::{plot, table};

const PAGE: &str = "performance.md";
const BEGIN: &str = "<!-- written by tests/peers/run --write: from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Writes the figures into the page and the pictures beside it.
pub fn write(docs: &Path, figures: &Figures, command: &str) {
    let path = docs.join(PAGE);
    let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.unwrap_or_else(|| panic!("{} has no place for the figures", path.display()));
    fs::write(docs.join("performance-peers.svg"), plot::bars(&figures.comparisons)).unwrap();
    if figures.sizes.len() > 1 {
        fs::write(docs.join("performance-growth.svg"), plot::growth(&figures.sizes)).unwrap();
    }
    fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", text(figures, command))).unwrap();
}

/// The section.
pub fn text(figures: &Figures, command: &str) -> String {
    let Figures { objects, rounds, comparisons, sizes, .. } = figures;
    let today = Timestamp::now().to_string();
    let today = today.split('T').next().unwrap_or_default();
    let mut text = format!("\n    {command}\n\n");
    text += &format!(
        "The catalogue with everything on, {objects} objects, at one kube-apiserver; {rounds} runs of each command, measured on {today} on {}.\n\n",
        machine()
    );
    text += &table::versions(figures);
    text += "\n`tests/peers/README.md` says what each command does. `floor` sends the requests of `ks plan` and does nothing else; the bare\n";
    text += "applies are those of a first install, in whatever order and in the order in which the server takes each at once.\n\n";
    let asked = asked::all(figures);
    if !asked.is_empty() {
        text += &format!("{}\n", asked::table(&asked));
    }
    if !comparisons.is_empty() {
        text += "![Bars of the times below](performance-peers.svg)\n\n";
    }
    for comparison in comparisons {
        text += &format!("{}\n", table::comparison(comparison));
    }
    if !sizes.is_empty() {
        text += "### More and more objects\n\nThe same plan, unchanged, beside small applications; no latency is added.\n\n";
        text += &format!("{}\n", table::sizes(sizes));
    }
    if sizes.len() > 1 {
        text += "![Time and memory by the number of objects](performance-growth.svg)\n\n";
    }
    text
}

/// The processors, in words.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|it| it.strip_prefix("model name")?.split_once(": ").map(|it| it.1.trim()));
    format!("{cores} cores ({})", model.unwrap_or("of an unknown model"))
}
