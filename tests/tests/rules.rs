//! The rules of the catalogue: as many as there should be, and what Prometheus itself makes of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::{Catalogue, compile};
use ks_tests::configuration::everything_on;
use ks_tests::promtool::Promtool;
use ks_tests::rule_files::RuleFiles;
use tempfile::TempDir;

/// The groups of recording rules that the installer had, each with the number of its rules.
const RECORDS: &[(&str, usize)] = &[
    ("prometheus.rules", 2),
    ("etcd.rules", 15),
    ("etcd_histogram.rules", 6),
    ("k8s.rules", 5),
    ("node.rules", 33),
    ("cluster.rules", 9),
    ("namespace.rules", 16),
    ("apiserver.rules", 5),
    ("scheduler.rules", 4),
    ("scheduler_histogram.rules", 3),
    ("controller_manager.rules", 1),
    ("coredns.rules", 1),
    ("kube-apiserver-burnrate.rules", 14),
    ("kube-apiserver-histogram.rules", 5),
    ("kube-apiserver-availability.rules", 16),
    ("kubelet.rules", 3),
];

/// The groups that it did not have: what dashboards ask for by name, and nothing recorded.
const RECORDS_OF_DASHBOARDS: &[(&str, usize)] =
    &[("dashboard-containers.rules", 3), ("dashboard-pods.rules", 10), ("dashboard-nodes.rules", 7)];

/// The alerting rules of each GlobalRuleGroup.
const ALERTS: &[(&str, usize)] = &[
    ("alertmanager-rules", 8),
    ("config-reloaders", 1),
    ("etcd", 13),
    ("general-rules", 3),
    ("ks-apiserver", 2),
    ("ks-controller-manager", 1),
    ("kube-apiserver-slos", 4),
    ("kube-state-metrics", 4),
    ("kubernetes-apps", 15),
    ("kubernetes-resources", 8),
    ("kubernetes-storage", 3),
    ("kubernetes-system", 2),
    ("kubernetes-system-apiserver", 6),
    ("kubernetes-system-controller-manager", 1),
    ("kubernetes-system-kubelet", 13),
    ("kubernetes-system-scheduler", 1),
    ("node-exporter", 18),
    ("node-network", 1),
    ("prometheus", 18),
    ("prometheus-operator", 7),
    ("thanos-rule", 11),
];

fn rules() -> RuleFiles {
    let source = Source::new("cluster-configuration.yaml", everything_on());
    let config = ClusterConfiguration::parse(&source).unwrap().config;
    let catalogue = Catalogue::embedded().unwrap();
    RuleFiles::of(&compile(&catalogue, &config, &Facts::default()).unwrap())
}

fn written(rules: &RuleFiles) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    rules.write_into(folder.path()).unwrap();
    folder
}

/// The files of rule tests, in order.
fn rule_tests() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|it| it == "yaml"));
    files.sort();
    files
}

#[test]
fn every_group_has_its_rules() {
    let rules = rules();
    let records = RECORDS.iter().chain(RECORDS_OF_DASHBOARDS).copied();
    assert_eq!(RuleFiles::sizes(&rules.records), records.collect::<BTreeMap<_, _>>());
    assert_eq!(RuleFiles::sizes(&rules.alerts), ALERTS.iter().copied().collect::<BTreeMap<_, _>>());
    assert_eq!(RECORDS.iter().map(|(_, rules)| rules).sum::<usize>(), 138);
}

#[test]
fn a_rule_of_a_prometheus_rule_records_and_one_of_a_global_rule_group_alerts() {
    let rules = rules();
    for (groups, verb) in [(&rules.records, "record"), (&rules.alerts, "alert")] {
        for rule in groups.iter().flat_map(|group| group["rules"].as_array().unwrap()) {
            assert!(rule[verb].is_string(), "{rule}");
        }
    }
}

#[test]
fn prometheus_reads_every_rule() {
    let Some(promtool) = Promtool::find_or_skip() else { return };
    let rules = rules();
    let folder = written(&rules);
    for (name, groups) in [(RuleFiles::RECORDS, &rules.records), (RuleFiles::ALERTS, &rules.alerts)] {
        let output = promtool.check_rules(&[&folder.path().join(name)]).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let count: usize = RuleFiles::sizes(groups).values().sum();
        assert!(said.contains(&format!("SUCCESS: {count} rules found")), "{count} rules in {name}, but {said}");
    }
}

#[test]
fn rules_say_of_series_what_they_should() {
    let Some(promtool) = Promtool::find_or_skip() else { return };
    let folder = written(&rules());
    let tests = rule_tests();
    assert!(!tests.is_empty());
    let mut failures = String::new();
    for test in tests {
        let copy = folder.path().join(test.file_name().unwrap());
        // A test of the name of a rule file would stand in its place.
        assert!(!copy.exists(), "{}", copy.display());
        fs::copy(&test, &copy).unwrap();
        let output = promtool.test_rules(&copy).unwrap();
        if !output.status.success() {
            failures.push_str(&String::from_utf8_lossy(&output.stdout));
            failures.push_str(&String::from_utf8_lossy(&output.stderr));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
