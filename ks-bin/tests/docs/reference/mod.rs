//! The reference pages, written from the program.

mod command_line;
mod components;
mod configuration;
mod exit_codes;
mod known;
mod schemas;

use std::process::Command;

use super::pages::hold;

/// What a written page says before all else.
const MADE: &str =
    "<!-- Written from the program by `KS_DOCS=write cargo test -p ks-bin --test docs`; not to be edited. -->";

#[test]
fn the_command_line() {
    hold("docs/reference/command-line.md", &command_line::page());
}

#[test]
fn the_exit_codes() {
    hold("docs/reference/exit-codes.md", &exit_codes::page());
}

#[test]
fn the_components() {
    hold("docs/reference/components.md", &known::with_everything_on(components::page));
}

#[test]
fn the_configuration() {
    hold("docs/reference/configuration.md", &known::with_everything_on(configuration::page));
}

#[test]
fn the_schemas() {
    for (file, text) in schemas::files() {
        hold(format!("docs/{file}"), &text);
    }
    hold("docs/reference/schemas.md", &schemas::page());
}

/// What `ks` prints.
fn ks(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ks")).args(arguments).env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A row of a table.
fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|it| it.replace('|', "\\|").replace('\n', " ")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// The head of a table.
fn head(names: &[&str]) -> String {
    format!("| {} |\n|{}\n", names.join(" | "), "---|".repeat(names.len()))
}

/// Text as code.
fn code(text: impl std::fmt::Display) -> String {
    format!("`{text}`")
}
