//! What Grafana needs to lay a dashboard out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::dashboard::{Dashboard, compiled, dashboards};

/// The panels that Grafana 8.3 has by itself, of those that are used.
const TYPES: [&str; 7] = ["bargauge", "gauge", "row", "stat", "table", "text", "timeseries"];

/// The units of Grafana that are used.
const UNITS: [&str; 10] = ["Bps", "bytes", "iops", "none", "ops", "percentunit", "pps", "reqps", "s", "short"];

#[test]
fn it_is_the_model_of_grafana_8_3() {
    for it in dashboards(&compiled()) {
        assert_eq!(it.value["schemaVersion"], 34, "{}", it.name);
        for panel in it.panels() {
            assert!(TYPES.contains(&panel["type"].as_str().unwrap()), "{}: {}", it.name, panel["type"]);
            assert!(!panel["title"].as_str().unwrap().is_empty(), "{}", it.name);
            let config = &panel["fieldConfig"];
            let properties =
                config["overrides"].as_array().into_iter().flatten().flat_map(|it| it["properties"].as_array());
            let overridden = properties.flatten().filter(|it| it["id"] == "unit").map(|it| &it["value"]);
            for unit in overridden.chain([&config["defaults"]["unit"]]).filter_map(Value::as_str) {
                assert!(UNITS.contains(&unit), "{}: {} {unit}", it.name, panel["title"]);
            }
        }
    }
}

#[test]
fn panels_have_numbers_of_their_own() {
    for it in dashboards(&compiled()) {
        let ids: BTreeSet<i64> = it.panels().iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
        assert_eq!(ids.len(), it.panels().len(), "{}", it.name);
    }
}

#[test]
fn panels_lie_beside_each_other_in_24_columns() {
    for it in dashboards(&compiled()) {
        let places: Vec<Place> = it.panels().iter().map(Place::of).collect();
        for (index, place) in places.iter().enumerate() {
            assert!(place.width > 0 && place.height > 0 && place.right() <= 24, "{}: {place:?}", it.name);
            for other in &places[index + 1..] {
                assert!(!place.overlaps(other), "{}: {place:?} {other:?}", it.name);
            }
        }
    }
}

#[test]
fn everything_asks_the_chosen_source() {
    let source = json!({ "type": "prometheus", "uid": "${datasource}" });
    for it in dashboards(&compiled()) {
        let targets = it.shown().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
        let variables = it.variables().iter().filter(|variable| variable["type"] == "query");
        for asking in it.panels().iter().chain(targets).chain(variables) {
            assert_eq!(asking["datasource"], source, "{}: {asking}", it.name);
        }
        let chosen = it.variables().iter().find(|variable| variable["type"] == "datasource").unwrap();
        assert_eq!((&chosen["name"], &chosen["query"]), (&json!("datasource"), &json!("prometheus")), "{}", it.name);
    }
}

#[test]
fn a_panel_without_queries_is_a_text() {
    for it in dashboards(&compiled()) {
        for panel in it.shown() {
            let targets = panel["targets"].as_array().map_or(&[][..], Vec::as_slice);
            assert_eq!(targets.is_empty(), panel["type"] == "text", "{}: {}", it.name, panel["title"]);
            let ids: BTreeSet<&str> = targets.iter().map(|target| target["refId"].as_str().unwrap()).collect();
            assert_eq!(ids.len(), targets.len(), "{}: {}", it.name, panel["title"]);
        }
    }
}

/// A link from a table leads to a dashboard that there is, and sets variables that it has.
#[test]
fn links_lead_somewhere() {
    let all = dashboards(&compiled());
    let mut count = 0;
    for it in &all {
        for url in links(it) {
            let (uid, query) = url.strip_prefix("/d/").unwrap().split_once('?').unwrap();
            let target = all.iter().find(|other| other.value["uid"] == uid).unwrap_or_else(|| panic!("{url}"));
            for variable in query.split('&').map(|pair| pair.split_once('=').unwrap().0) {
                let name = variable.strip_prefix("var-").unwrap();
                assert!(target.variable_names().contains(&name), "{}: {url} sets {name}", it.name);
            }
            count += 1;
        }
    }
    assert!(count > 10, "only {count} links");
}

fn links(dashboard: &Dashboard) -> Vec<&str> {
    let overrides = dashboard.shown().flat_map(|it| it["fieldConfig"]["overrides"].as_array().into_iter().flatten());
    let properties = overrides.flat_map(|it| it["properties"].as_array().unwrap());
    let links = properties.filter(|it| it["id"] == "links").flat_map(|it| it["value"].as_array().unwrap());
    links.map(|it| it["url"].as_str().unwrap()).collect()
}

#[derive(Debug)]
struct Place {
    x: i64,
    y: i64,
    width: i64,
    height: i64,
}

impl Place {
    fn of(panel: &Value) -> Self {
        let [x, y, width, height] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_i64().unwrap());
        Self { x, y, width, height }
    }

    fn right(&self) -> i64 {
        self.x + self.width
    }

    fn bottom(&self) -> i64 {
        self.y + self.height
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}
