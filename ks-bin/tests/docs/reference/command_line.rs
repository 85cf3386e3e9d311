//! The help of every command.

use super::{MADE, ks};

/// The page.
pub fn page() -> String {
    let whole = ks(&["--help"]);
    let (above, sections) = sections(&whole);
    let shared: Vec<&str> = sections.iter().filter(|(title, _)| is_shared(title)).map(|(_, text)| *text).collect();
    let commands = sections.iter().find(|(title, _)| *title == "Commands:").map(|(_, text)| *text).unwrap();
    let mut page = format!(
        "{MADE}\n\n# The command line\n\nEvery command with its arguments, as `ks help COMMAND` prints them. After this page you know \
         what can be typed.\n\n```text\n{}\n\n{}\n```\n\n## Options of all commands\n\n```text\n{}\n```\n",
        above.trim_end(),
        commands.trim_end(),
        shared.concat().trim_end()
    );
    for name in names(commands) {
        page.push_str(&format!("\n## ks {name}\n\n```text\n{}\n```\n", own(&ks(&[name, "--help"]), &shared)));
    }
    page
}

/// The names of all commands.
pub fn names(commands: &str) -> Vec<&str> {
    let rows = commands.lines().filter_map(|it| it.strip_prefix("  ")).filter(|it| !it.starts_with(' '));
    rows.filter_map(|it| it.split_whitespace().next()).filter(|it| *it != "help").collect()
}

/// The help of a command without the options of all commands.
fn own(help: &str, shared: &[&str]) -> String {
    let kept =
        shared.iter().fold(format!("{}\n", help.trim_end()), |help, section| help.replace(section.trim_end(), ""));
    let mut text = String::new();
    for line in kept.trim_end().lines().map(str::trim_end) {
        if !(line.is_empty() && text.ends_with("\n\n")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}

fn is_shared(title: &str) -> bool {
    ["Configuration:", "Cluster:", "Screen:"].contains(&title)
}

/// What stands above the first section of a help, and its sections with their titles.
fn sections(help: &str) -> (&str, Vec<(&str, &str)>) {
    let mut starts = Vec::new();
    let mut at = 0;
    for line in help.split_inclusive('\n') {
        let title = line.trim_end();
        if title.ends_with(':') && title.starts_with(|it: char| it.is_ascii_uppercase()) {
            starts.push((at, title));
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([help.len()]);
    let sections = starts.iter().zip(ends).map(|((start, title), end)| (*title, &help[*start..end]));
    (&help[..starts.first().map_or(0, |(at, _)| *at)], sections.collect())
}
