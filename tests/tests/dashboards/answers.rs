//! What queries answer, with the series of a small cluster and what the rules of the catalogue record of them.

use std::collections::BTreeMap;

use ks_tests::promtool::Promtool;
use ks_tests::rule_files::RuleFiles;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::dashboard::{Dashboard, compiled, dashboards};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    series: Vec<Value>,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    dashboard: String,
    panel: String,
    query: usize,
    #[serde(default)]
    with: BTreeMap<String, String>,
    says: BTreeMap<String, f64>,
}

#[test]
fn panels_say_what_is_so() {
    let Some(promtool) = Promtool::find_or_skip() else { return };
    let story: Story = serde_saphyr::from_str(include_str!("answers.yaml")).unwrap();
    let compiled = compiled();
    let all = dashboards(&compiled);
    let asked: Vec<Value> = story.answers.iter().map(|it| it.expectation(&all)).collect();
    let folder = tempfile::tempdir().unwrap();
    RuleFiles::of(&compiled).write_into(folder.path()).unwrap();
    let file = json!({
        "rule_files": [RuleFiles::RECORDS],
        "evaluation_interval": "1m",
        "tests": [{ "interval": "1m", "input_series": story.series, "promql_expr_test": asked }],
    });
    let path = folder.path().join("answers.yaml");
    std::fs::write(&path, file.to_string()).unwrap();
    let output = promtool.test_rules(&path).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

impl Answer {
    /// The query with its variables filled in, and what it should answer.
    fn expectation(&self, all: &[Dashboard]) -> Value {
        let dashboard = all.iter().find(|it| it.name == self.dashboard).unwrap();
        let mut panels = dashboard.shown().filter(|panel| panel["title"] == self.panel);
        let panel = panels.next().unwrap_or_else(|| panic!("{} has no {}", self.dashboard, self.panel));
        let mut query = panel["targets"][self.query]["expr"].as_str().unwrap().to_owned();
        for name in dashboard.variable_names() {
            query = query.replace(&format!("${name}"), self.with.get(name).map_or("", String::as_str));
        }
        let samples: Vec<Value> =
            self.says.iter().map(|(labels, value)| json!({ "labels": labels, "value": value })).collect();
        json!({ "expr": query, "eval_time": "15m", "exp_samples": samples })
    }
}
