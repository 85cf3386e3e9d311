//! The figures as tables in Markdown.

use std::fmt::Write;

use crate::contender::Story;
use crate::figures::{Comparison, Figures, Row, Size};

/// A table for each latency: for each story the tools, with the ratio to the median of `ks`.
pub fn comparison(comparison: &Comparison) -> String {
    let mut text = format!("### {} ms of added latency\n\n", comparison.latency);
    text += "| | tool | wall, median | min to max | to ks | processor | memory | requests |\n";
    text += "|---|---|---:|---:|---:|---:|---:|---|\n";
    for story in Story::ALL {
        let ours = comparison.find(story, "ks").map(Row::wall);
        for (place, row) in comparison.of(story).enumerate() {
            let title = if place == 0 { story.to_string() } else { String::new() };
            let [least, median, most] = row.walls();
            let ratio = ours.map_or_else(String::new, |ours| format!("{:.2}", median / ours));
            let (tool, runs, asked) = (&row.tool, row.rounds(), row.requests());
            let (cpu, memory, total) = (row.cpu(), row.memory(), asked.total());
            let _ = writeln!(
                text,
                "| {title} | {tool} | {median:.3} s | {least:.3} to {most:.3} ({runs}) | {ratio} | {cpu:.2} s | {memory:.0} MiB | {total}: {asked} |"
            );
        }
    }
    for row in comparison.rows.iter().filter(|it| !it.is_sound()) {
        let said = row.failure.as_deref().unwrap_or_default();
        let said = said.lines().last().unwrap_or_default().replace('|', "\\|");
        let _ = writeln!(text, "\n{} did not do it ({}): {said}", row.tool, row.story);
    }
    text
}

/// How a plan grows.
pub fn sizes(sizes: &[Size]) -> String {
    let mut text = String::from(
        "| objects | floor | min to max | `ks plan` | min to max | to the floor | requests, floor and ks | memory, floor and ks | `kubectl diff` |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    for Size { objects, floor, ks, kubectl } in sizes {
        let [floor_least, floor_median, floor_most] = floor.walls();
        let [least, median, most] = ks.walls();
        let (few, asked) = (floor.requests().total(), ks.requests().total());
        let other = kubectl.as_ref().map_or_else(String::new, |it| match &it.failure {
            None => format!("{:.1} s, {:.0} times ks, {}", it.wall(), it.wall() / median, it.requests()),
            Some(said) => said.lines().last().unwrap_or_default().to_owned(),
        });
        let _ = writeln!(
            text,
            "| {objects} | {floor_median:.3} s | {floor_least:.3} to {floor_most:.3} | {median:.3} s | {least:.3} to {most:.3} | {:.2} | {few}, {asked} | {:.0}, {:.0} MiB | {other} |",
            median / floor_median,
            floor.memory(),
            ks.memory(),
        );
    }
    text
}

/// The tools and their versions.
pub fn versions(figures: &Figures) -> String {
    figures.versions.iter().map(|(tool, said)| format!("- {tool}: {said}\n")).collect()
}
