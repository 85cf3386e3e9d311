//! Queries are PromQL, and use variables that there are.

use std::collections::BTreeSet;

use ks_tests::promtool::Promtool;
use serde_json::{Value, json};

use crate::dashboard::{Dashboard, compiled, dashboards};

#[test]
fn prometheus_reads_every_query() {
    let Some(promtool) = Promtool::find_or_skip() else { return };
    let all = dashboards(&compiled());
    let mut rules = Vec::new();
    for (index, (place, query)) in all.iter().flat_map(Dashboard::queries).enumerate() {
        // Between quotes any text will do; a duration has to be one.
        let query = query.replace("$interval", "4h").replace("$resolution", "5m");
        rules.push(json!({ "record": format!("query{index}"), "expr": query, "labels": { "place": place } }));
    }
    let count = rules.len();
    assert!(count > 400, "only {count} queries");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queries.yaml");
    std::fs::write(&file, json!({ "groups": [{ "name": "queries", "rules": rules }] }).to_string()).unwrap();
    let output = promtool.check_rules(&[&file]).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("SUCCESS: {count} rules found")), "{said}");
}

#[test]
fn no_fragment_is_left_and_every_variable_is_there() {
    for it in dashboards(&compiled()) {
        let names: BTreeSet<&str> = it.variable_names().into_iter().collect();
        let asked = it.variables().iter().filter_map(|variable| variable["query"]["query"].as_str());
        for query in it.queries().map(|(_, query)| query).chain(asked) {
            assert!(!query.contains("<<"), "{}: {query}", it.name);
            for name in used_variables(query) {
                assert!(names.contains(name), "{}: ${name} in {query}", it.name);
            }
        }
        let titles = it.shown().map(|panel| panel["title"].as_str().unwrap());
        for name in titles.flat_map(used_variables) {
            assert!(names.contains(name), "{}: ${name}", it.name);
        }
    }
}

/// A variable is read only by those that come behind it.
#[test]
fn variables_read_those_before_them() {
    for it in dashboards(&compiled()) {
        let mut before = BTreeSet::new();
        for variable in it.variables() {
            let query = variable["query"]["query"].as_str().unwrap_or_default();
            for name in used_variables(query) {
                assert!(before.contains(name), "{}: {} reads ${name}", it.name, variable["name"]);
            }
            before.insert(variable["name"].as_str().unwrap());
        }
    }
}

/// The names behind `$`; those of the groups of a regular expression are numbers.
fn used_variables(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split('$').skip(1).map(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
    names.filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()))
}

#[test]
fn a_table_names_every_column() {
    for it in dashboards(&compiled()) {
        for panel in it.shown().filter(|panel| panel["type"] == "table") {
            let organize = &panel["transformations"][1]["options"];
            let shown: BTreeSet<&String> = organize["renameByName"].as_object().unwrap().keys().collect();
            let placed: BTreeSet<&String> = organize["indexByName"].as_object().unwrap().keys().collect();
            assert_eq!(shown, placed, "{}: {}", it.name, panel["title"]);
            for target in panel["targets"].as_array().unwrap() {
                let column = format!("Value #{}", target["refId"].as_str().unwrap());
                assert!(shown.contains(&column), "{}: {} {column}", it.name, panel["title"]);
                assert_eq!((&target["format"], &target["instant"]), (&Value::from("table"), &Value::Bool(true)));
            }
        }
    }
}
