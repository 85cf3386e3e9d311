//! What `ks doctor` found, for people and for programs.

mod words;

use ks_apply::RequestCount;
use ks_plan::display::Palette;
use ks_plan::doctor::{Check, Finding, Symptom, Verdict};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use self::words::Words;

/// The version of the form of `-o json`: the first number changes when a reader of an older one would go wrong.
const FORMAT_VERSION: &str = "1.0";
/// Where lines are broken, in characters.
const WIDTH: usize = 100;
/// How far what was found stands to the right.
const INDENT: usize = 18;

/// What `-o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report<'a> {
    /// The version of this form.
    format_version: &'static str,
    /// The cluster as people know it.
    cluster: String,
    /// The worst verdict of all.
    verdict: Verdict,
    /// What was found, check by check.
    findings: Vec<Told<'a>>,
    /// The requests that it took. None of them wrote.
    requests: RequestCount,
}

/// One finding with its words.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    /// The check.
    check: Check,
    /// How bad it is.
    verdict: Verdict,
    /// What was found, for programs.
    symptom: &'a Symptom,
    /// The same, for people.
    #[serde(flatten)]
    words: Words,
}

impl<'a> Report<'a> {
    /// Puts findings into words.
    pub fn new(cluster: String, findings: &'a [Finding], requests: RequestCount) -> Self {
        let verdict = findings.iter().map(|it| it.verdict).max().unwrap_or(Verdict::Ok);
        let told = |it: &'a Finding| Told {
            check: it.check,
            verdict: it.verdict,
            symptom: &it.symptom,
            words: Words::of(&it.symptom),
        };
        let findings = findings.iter().map(told).collect();
        Self { format_version: FORMAT_VERSION, cluster, verdict, findings, requests }
    }

    /// Whether something will not work.
    pub fn has_problem(&self) -> bool {
        self.verdict == Verdict::Problem
    }

    /// Writes it for people.
    pub fn text(&self) -> String {
        let palette = Palette::coloured();
        let mut page = format!("{}\n\n", palette.bold(&self.cluster));
        let mut last = None;
        for told in &self.findings {
            let name = if last == Some(told.check) { "" } else { name(told.check) };
            last = Some(told.check);
            told.write(&mut page, name, palette);
        }
        page.push_str(&format!("\n{}\n", self.tally(palette)));
        page
    }

    fn tally(&self, palette: Palette) -> String {
        let count = |verdict| self.findings.iter().filter(|it| it.verdict == verdict).count();
        let counted = |verdict, word: &str| match count(verdict) {
            0 => format!("no {word}"),
            1 => format!("1 {word}"),
            several => format!("{several} {word}s"),
        };
        let problems = counted(Verdict::Problem, "problem");
        let problems = if self.has_problem() { palette.bad(problems) } else { palette.good(problems) };
        let skipped = match count(Verdict::Skipped) {
            0 => String::new(),
            skipped => format!(", {skipped} not looked at"),
        };
        format!("{problems}, {}{skipped}", counted(Verdict::Warning, "warning"))
    }
}

impl Told<'_> {
    fn write(&self, page: &mut String, name: &str, palette: Palette) {
        let sign = match self.verdict {
            Verdict::Ok => palette.good('✓'),
            Verdict::Skipped => palette.dim('–'),
            Verdict::Warning => palette.caution('!'),
            Verdict::Problem => palette.bad('✗'),
        };
        let Words { found, details, means, next } = &self.words;
        let mut lines = wrapped(found).into_iter();
        let first = lines.next().unwrap_or_default();
        let shown = if self.verdict == Verdict::Skipped { palette.dim(first) } else { first };
        page.push_str(&format!("  {sign} {name:<width$}{shown}\n", width = INDENT - 4));
        let mut line = |text: &str| page.push_str(&format!("{:INDENT$}{text}\n", ""));
        lines.for_each(|it| line(&it));
        details.iter().for_each(|it| line(&format!("  {it}")));
        means.iter().flat_map(|it| wrapped(it)).for_each(|it| line(&palette.dim(it)));
        for step in next {
            for (index, text) in wrapped(step).into_iter().enumerate() {
                line(&format!("{} {text}", if index == 0 { "→" } else { " " }));
            }
        }
    }
}

/// The name of a check.
fn name(check: Check) -> &'static str {
    match check {
        Check::Connection => "connection",
        Check::Version => "version",
        Check::Configuration => "configuration",
        Check::Kinds => "kinds",
        Check::Access => "access",
        Check::Storage => "storage",
        Check::Installer => "installer",
        Check::Takeover => "takeover",
        Check::Namespaces => "namespaces",
        Check::Lease => "lease",
        Check::History => "history",
        Check::Services => "services",
        _ => "",
    }
}

/// The JSON schema (draft 2020-12) of `-o json`.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Report<'_>>().to_value()
}

/// A text broken into lines; a word that is too long stands alone.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH - INDENT => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use ks_plan::doctor::{Evidence, judge};
    use ks_tests::json_schema::check;

    use super::*;

    #[test]
    fn a_report_fits_its_schema() {
        let findings = judge(&Evidence::default());
        let report = Report::new("here".into(), &findings, RequestCount::default());
        assert_eq!(check(&schema(), &serde_json::to_value(&report).unwrap()), Ok(()));
        assert!(report.has_problem());
    }

    #[test]
    fn long_texts_are_broken_between_words() {
        let text = "word ".repeat(40);
        let lines = wrapped(text.trim_end());
        assert!(lines.len() > 1 && lines.iter().all(|it| it.len() <= WIDTH - INDENT), "{lines:?}");
        assert_eq!(lines.join(" "), text.trim_end());
    }
}
