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
        "The catalogue with everything on, {objects} objects, at one kube-apiserver; each command run {rounds} times, on {today}, on {}.\n\n",
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::contender::Story;
    use crate::figures::{Comparison, Row, Size};
    use crate::measure::Taken;
    use crate::requests::Requests;

    fn row(tool: &str, story: Story, millis: &[u64]) -> Row {
        let mut row = Row::new(tool, story);
        for wall in millis {
            let taken = Taken { wall: Duration::from_millis(*wall), memory: 160 << 20, ..Taken::default() };
            row.add(Ok((taken, Requests::default())));
        }
        row
    }

    fn figures() -> Figures {
        let mut broken = Row::new("kapp", Story::Plan);
        broken.add(Err("kapp ends with Some(1):\nunknown flag | --diff-run".to_owned()));
        let rows = vec![
            row("floor", Story::Plan, &[100, 110, 90]),
            row("ks", Story::Plan, &[120, 300, 119]),
            row("kubectl", Story::Plan, &[1100, 1200, 1300]),
            row("bare applies", Story::Install, &[1000]),
            row("ks", Story::Install, &[1600]),
            broken,
        ];
        let size = |objects, millis: u64| Size {
            objects,
            floor: row("floor", Story::Plan, &[millis]),
            ks: row("ks", Story::Plan, &[millis + 20]),
            kubectl: (objects == 5157).then(|| row("kubectl", Story::Plan, &[70_000])),
        };
        Figures {
            objects: 157,
            rounds: 3,
            versions: vec![("ks".to_owned(), "ks 0.1.0".to_owned())],
            comparisons: vec![Comparison { latency: 0, rows }],
            sizes: vec![size(157, 100), size(1157, 200), size(5157, 600), size(20_157, 2100)],
        }
    }

    #[test]
    fn what_is_asked_is_held_against_the_medians() {
        let table = asked::table(&asked::all(&figures()));
        let line = |what: &str| table.lines().find(|it| it.contains(what)).unwrap_or_else(|| panic!("{what}: {table}"));
        assert!(line("0 ms, to the floor").ends_with("| 1.20 | yes |"), "{table}");
        assert!(line("`kubectl diff` of the catalogue").ends_with("| 10.0 | yes |"), "{table}");
        assert!(line("to bare applies").ends_with("| 1.60 | **no** |"), "{table}");
        assert!(line("memory of that plan").ends_with("| 160.00 | **no** |"), "{table}");
        assert!(line("`kubectl diff` to that plan").ends_with("| 112.9 | yes |"), "{table}");
        assert!(line("time for each object").ends_with("| 1.00 | yes |"), "{table}");
    }

    #[test]
    fn nothing_outside_the_marks_is_written_and_a_tool_that_fails_is_told() {
        let docs = TempDir::new().unwrap();
        let page = docs.path().join(PAGE);
        fs::write(&page, format!("before\n{BEGIN}old\n{END}after\n")).unwrap();
        for _ in 0..2 {
            write(docs.path(), &figures(), "tests/peers/run");
        }
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.starts_with(&format!("before\n{BEGIN}")) && text.ends_with(&format!("{END}after\n")), "{text}");
        assert!(!text.contains("old\n"), "{text}");
        assert!(text.contains("| plan, unchanged | floor | 0.100 s | 0.090 to 0.110 (3) | 0.83 |"), "{text}");
        assert!(text.contains("kapp did not do it (plan, unchanged): unknown flag \\| --diff-run"), "{text}");
        assert!(!text.contains("| kapp |"), "{text}");
        for picture in ["performance-peers.svg", "performance-growth.svg"] {
            assert!(text.contains(&format!("]({picture})")), "{text}");
            let drawn = fs::read_to_string(docs.path().join(picture)).unwrap();
            assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n") && !drawn.contains("NaN"), "{drawn}");
        }
    }
}
