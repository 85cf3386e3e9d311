//! The history: a table of applies, and one of them in full.

use ks_plan::Summary;
use ks_plan::display::Palette;
use ks_plan::history::{Counts, Outcome, Record};
use serde::Serialize;

use crate::command_error::{CommandError, Kind};
use crate::commands::history::Found;
use crate::session::counted;

/// One line of the table, and one item of the document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row<'a> {
    number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_to: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

impl<'a> Row<'a> {
    /// The line of a record.
    pub fn of(found: &'a Found) -> Self {
        let record = found.record.as_ref().ok();
        Self {
            number: found.number,
            started: record.map(|it| it.started.as_str()),
            ended: record.and_then(|it| it.ended.as_deref()),
            who: record.map(|it| it.who.as_str()),
            version: record.map(|it| it.version.as_str()),
            outcome: record.map_or("unreadable", |it| outcome(it, found.is_running)),
            counts: record.and_then(|it| it.counts),
            summary: record.map(|it| it.summary),
            rollback_to: record.and_then(|it| it.rollback_to),
            fault: found.record.as_ref().err().map(ToString::to_string),
        }
    }
}

/// The table for people.
pub fn table(rows: &[Row<'_>], cluster: &str) -> String {
    if rows.is_empty() {
        return format!("Nothing was applied to {cluster} that a history knows of.\n");
    }
    let head = ["NUMBER", "STARTED", "WHO", "VERSION", "OUTCOME", "CHANGED"].map(str::to_owned);
    let lines: Vec<[String; 6]> = [head].into_iter().chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().map(|it| it[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |cells: &[String; 6]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

fn cells(row: &Row<'_>) -> [String; 6] {
    let text = |it: Option<&str>| it.unwrap_or_default().to_owned();
    let changed = row.summary.map(|it| changed(&it)).or_else(|| row.fault.clone()).unwrap_or_default();
    let changed = match row.rollback_to {
        Some(number) => format!("{changed} (rollback to {number})"),
        None => changed,
    };
    [row.number.to_string(), text(row.started), text(row.who), text(row.version), row.outcome.to_owned(), changed]
}

fn outcome(record: &Record, is_running: bool) -> &'static str {
    match record.outcome {
        Outcome::Running if is_running => "running",
        Outcome::Running => "unfinished",
        Outcome::Succeeded => "succeeded",
        Outcome::Failed => "failed",
        Outcome::Interrupted => "interrupted",
        _ => "unknown",
    }
}

fn changed(summary: &Summary) -> String {
    let Summary { create, update, replace, delete, .. } = summary;
    let parts = [(create, '+'), (update, '~'), (replace, '±'), (delete, '-')];
    let parts = parts.iter().filter(|(count, _)| **count > 0).map(|(count, symbol)| format!("{symbol}{count}"));
    parts.collect::<Vec<_>>().join(" ")
}

/// One apply in full.
pub struct Page<'a> {
    /// What is known of it.
    pub record: &'a Record,
    /// Whether it is under way right now.
    pub is_running: bool,
}

impl Page<'_> {
    /// The page for people.
    ///
    /// # Errors
    /// When the configuration does not become YAML, which is a bug.
    pub fn text(&self) -> Result<String, CommandError> {
        let (record, palette) = (self.record, Palette::coloured());
        let mut text = format!("{}\n", palette.bold(format!("Apply {}", record.number)));
        let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<9} {value}\n"));
        line("started", &record.started);
        line("ended", record.ended.as_deref().unwrap_or("-"));
        line("by", &format!("{} with ks {}", record.who, record.version));
        let counts = record.counts.map(|it| format!(": {}", ended(&it))).unwrap_or_default();
        line("outcome", &format!("{}{counts}", outcome(record, self.is_running)));
        line("changed", &changed(&record.summary));
        if let Some(number) = record.rollback_to {
            line("rollback", &format!("to apply {number}"));
        }
        let Some(configuration) = &record.configuration else {
            text.push_str("\nThe configuration is not in the record.\n");
            return Ok(text + &self.plan());
        };
        if let Some(digest) = &configuration.manifests {
            line("manifests", &format!("a folder of its own, SHA-256 {digest}"));
        }
        let from = configuration.source.file.as_deref().map(|it| format!(" from {it}")).unwrap_or_default();
        let title = palette.bold(format!("Configuration{from}, as far as ks reads it"));
        let spec = configuration.object(&configuration.spec);
        let yaml = serde_saphyr::to_string(&spec)
            .map_err(|error| CommandError::new(Kind::Bug, format!("write the configuration as YAML: {error}")))?;
        text.push_str(&format!("\n{title}\n{yaml}"));
        Ok(text + &self.plan())
    }

    fn plan(&self) -> String {
        let (plan, title) = (&self.record.plan, Palette::coloured().bold("Plan"));
        let shown = plan.text.as_deref().map(|it| format!("\n{title}\n{it}")).unwrap_or_default();
        let left_out = plan.left_out.as_ref().map(|it| format!("\nNot in the record: {it}.\n")).unwrap_or_default();
        shown + &left_out
    }
}

fn ended(counts: &Counts) -> String {
    let Counts { applied, deleted, failed, timed_out, skipped, interrupted } = *counts;
    let rest = [(deleted, "deleted"), (failed, "failed"), (timed_out, "timed out"), (skipped, "skipped")];
    let rest = rest.into_iter().chain([(interrupted, "interrupted")]).filter(|(count, _)| *count > 0);
    let rest = rest.map(|(count, word)| format!(", {count} {word}"));
    format!("{}{}", counted(applied as u64, "write"), rest.collect::<String>())
}
