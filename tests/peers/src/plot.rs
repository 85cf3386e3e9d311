//! The figures as pictures: SVG, written by hand.

use std::fmt::Write;

use crate::contender::Story;
use crate::figures::{Comparison, Row, Size};

const WIDTH: f64 = 860.0;
/// Where bars begin, and how long the longest is.
const LEFT: f64 = 190.0;
const LONGEST: f64 = 500.0;
const LINE: f64 = 20.0;

const OURS: &str = "#0b7a75";
const FLOOR: &str = "#9aa5b1";
const OTHER: &str = "#d98e04";

/// Bars: the median of each tool, story by story, with a line from the shortest time to the longest.
pub fn bars(comparisons: &[Comparison]) -> String {
    let mut body = String::new();
    let mut y = 30.0;
    for comparison in comparisons {
        text(&mut body, 20.0, y, "start", "bold", &format!("{} ms of added latency", comparison.latency));
        y += 8.0;
        for story in Story::ALL {
            let rows: Vec<&Row> = comparison.of(story).collect();
            if rows.is_empty() {
                continue;
            }
            let most = rows.iter().map(|it| it.walls()[2]).fold(0.0, f64::max);
            let ours = comparison.find(story, "ks").map(Row::wall);
            y += LINE;
            text(&mut body, 20.0, y, "start", "italic", &story.to_string());
            for row in rows {
                y += LINE;
                bar(&mut body, y, row, most, ours);
            }
            y += 6.0;
        }
        y += 40.0;
    }
    picture(y - 20.0, &body)
}

fn bar(body: &mut String, y: f64, row: &Row, most: f64, ours: Option<f64>) {
    let [least, median, longest] = row.walls();
    let colour = match row.tool.as_str() {
        "ks" => OURS,
        it if it == "floor" || it.starts_with("bare") => FLOOR,
        _ => OTHER,
    };
    let long = |seconds: f64| seconds / most * LONGEST;
    text(body, LEFT - 8.0, y, "end", "", &row.tool);
    let _ = writeln!(
        body,
        r##"<rect x="{LEFT}" y="{:.1}" width="{:.1}" height="13" rx="2" fill="{colour}"/>"##,
        y - 11.0,
        long(median).max(1.0)
    );
    let _ = writeln!(
        body,
        r##"<path d="M{:.1} {:.1}H{:.1}" stroke="#1f2933" stroke-width="1.5"/>"##,
        LEFT + long(least),
        y - 4.5,
        LEFT + long(longest)
    );
    let ratio =
        ours.filter(|_| row.tool != "ks").map_or_else(String::new, |ours| format!(", {:.2} × ks", median / ours));
    text(body, LEFT + long(longest.max(median)) + 6.0, y, "start", "", &format!("{median:.3} s{ratio}"));
}

/// Two panels: how time and memory of a plan grow with the objects.
pub fn growth(sizes: &[Size]) -> String {
    let mut body = String::new();
    let panel = |body: &mut String, x: f64, title: &str, of: &dyn Fn(&Row) -> f64| {
        let (width, height, top) = (300.0, 220.0, 60.0);
        let widest = sizes.iter().map(|it| it.objects as f64).fold(1.0, f64::max);
        let highest = sizes.iter().flat_map(|it| [of(&it.floor), of(&it.ks)]).fold(0.0, f64::max) * 1.1;
        let place = |objects: f64, value: f64| (x + objects / widest * width, top + height - value / highest * height);
        text(body, x, top - 22.0, "start", "bold", title);
        let _ =
            writeln!(body, r##"<path d="M{x} {top}V{}H{}" stroke="#52606d" fill="none"/>"##, top + height, x + width);
        for quarter in [0.0, 0.5, 1.0] {
            let (_, y) = place(0.0, highest / 1.1 * quarter);
            text(
                body,
                x - 6.0,
                y + 4.0,
                "end",
                "",
                &format!("{:.1$}", highest / 1.1 * quarter, usize::from(highest < 20.0) * 2),
            );
            let (at, _) = place(widest * quarter, 0.0);
            text(body, at, top + height + 18.0, "middle", "", &format!("{:.0}", widest * quarter));
        }
        for (name, colour, row) in [("floor", FLOOR, 0), ("ks plan", OURS, 1)] {
            let points: Vec<(f64, f64)> = sizes
                .iter()
                .map(|it| place(it.objects as f64, of(if row == 0 { &it.floor } else { &it.ks })))
                .collect();
            let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = writeln!(
                body,
                r##"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2.5"/>"##,
                line.join(" ")
            );
            for (x, y) in &points {
                let _ = writeln!(body, r##"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"##);
            }
            if let Some((x, y)) = points.last() {
                text(body, x + 8.0, y + 4.0, "start", "", name);
            }
        }
        text(body, x + width / 2.0, top + height + 38.0, "middle", "", "objects");
    };
    panel(&mut body, 70.0, "seconds", &Row::wall);
    panel(&mut body, 490.0, "largest memory, MiB", &Row::memory);
    picture(330.0, &body)
}

fn text(body: &mut String, x: f64, y: f64, anchor: &str, style: &str, said: &str) {
    let style = match style {
        "bold" => r#" font-weight="bold" font-size="15""#,
        "italic" => r##" font-style="italic" fill="#52606d""##,
        _ => "",
    };
    let said = said.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(body, r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}"{style}>{said}</text>"#);
}

/// The background is part of it: pages may be dark.
fn picture(height: f64, body: &str) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#1f2933">
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>
{body}</svg>
"##
    )
}
