//! Queries read what is recorded or scraped. What is neither is listed, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use ks_plan::Compiled;
use ks_tests::rule_files::RuleFiles;
use regex_lite::Regex;
use serde::Deserialize;

use crate::dashboard::{Dashboard, compiled, dashboards};
use crate::promql::metric_names;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    scraped: BTreeMap<String, BTreeSet<String>>,
    missing: BTreeMap<String, BTreeSet<String>>,
}

/// Whose metrics a ServiceMonitor filters: which one, and which of its endpoints.
const FILTERS: [(&str, &str, usize); 3] =
    [("node-exporter", "node-exporter", 0), ("kubelet", "kubelet", 0), ("cadvisor", "kubelet", 1)];

fn known() -> Known {
    serde_saphyr::from_str(include_str!("metrics.yaml")).unwrap()
}

#[test]
fn every_metric_is_known_and_every_known_metric_is_read() {
    let known = known();
    let compiled = compiled();
    let rules = RuleFiles::of(&compiled).records;
    let rules = rules.iter().flat_map(|group| group["rules"].as_array().unwrap());
    let recorded: BTreeSet<String> = rules.map(|rule| rule["record"].as_str().unwrap().to_owned()).collect();

    let all = dashboards(&compiled);
    let mut read = BTreeMap::new();
    for (place, query) in all.iter().flat_map(Dashboard::queries) {
        read.extend(metric_names(query).into_iter().map(|name| (name.to_owned(), place.clone())));
    }
    let listed: BTreeSet<String> = known.scraped.into_values().chain(known.missing.into_values()).flatten().collect();
    let unknown: Vec<_> =
        read.iter().filter(|(name, _)| !recorded.contains(*name) && !listed.contains(*name)).collect();
    assert!(unknown.is_empty(), "neither recorded nor scraped: {unknown:#?}");
    let unread: Vec<_> = listed.iter().filter(|name| !read.contains_key(*name)).collect();
    assert!(unread.is_empty(), "listed and read by no query: {unread:?}");
    let both: Vec<_> = listed.intersection(&recorded).collect();
    assert!(both.is_empty(), "recorded, and so not to be listed: {both:?}");
}

#[test]
fn what_is_missing_is_what_the_filters_drop() {
    let (known, compiled) = (known(), compiled());
    for (whose, monitor, endpoint) in FILTERS {
        let kept = kept(&compiled, monitor, endpoint);
        for name in &known.scraped[whose] {
            assert!(kept.is_match(name), "{whose}: {name} is dropped");
        }
        for name in &known.missing[whose] {
            assert!(!kept.is_match(name), "{whose}: {name} is kept");
        }
    }
}

/// The names that pass the filter of an endpoint.
fn kept(compiled: &Compiled, monitor: &str, endpoint: usize) -> Regex {
    let mut values = compiled.bundles.iter().flat_map(|bundle| &bundle.objects).map(|it| it.manifest.value());
    let monitor = values.find(|it| it["kind"] == "ServiceMonitor" && it["metadata"]["name"] == monitor).unwrap();
    let rules = monitor["spec"]["endpoints"][endpoint]["metricRelabelings"].as_array().unwrap();
    let keep = rules.iter().find(|rule| rule["action"] == "keep").unwrap();
    Regex::new(&format!("^(?:{})$", keep["regex"].as_str().unwrap())).unwrap()
}
