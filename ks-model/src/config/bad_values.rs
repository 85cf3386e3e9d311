//! Bad values in every field: each is refused at its place, or taken for a reason that stands here.

use super::fields::{Field, Kind, fields};
use super::{ClusterConfiguration, Problem, Source};

/// What is said about a value: refused with a code, taken with the code of a warning, or taken in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Refused(&'static str),
    Warned(&'static str),
    Taken,
}

use Said::{Refused, Taken, Warned};

const TYPE: Said = Refused("wrong-type");

/// Values as they may be written, with what is said about them.
fn cases(kind: Kind) -> &'static [(&'static str, Said)] {
    match kind {
        Kind::Bool => &[
            ("\"true\"", TYPE),
            ("enabled", TYPE),
            ("1", TYPE),
            ("-1", TYPE),
            ("\"\"", TYPE),
            ("[true]", TYPE),
            ("{ on: true }", TYPE),
            // YAML 1.1, which kubectl reads: the same word in other clothes.
            ("yes", Taken),
            // Not set.
            ("null", Taken),
        ],
        Kind::Replicas => &[
            ("-1", Refused("bad-number")),
            ("2147483648", Refused("bad-number")),
            ("99999999999999999999", TYPE),
            ("1.5", TYPE),
            ("\"2\"", TYPE),
            ("many", TYPE),
            ("\"\"", TYPE),
            ("true", TYPE),
            ("[1]", TYPE),
            ("{ count: 1 }", TYPE),
            // A way to stop something for a while.
            ("0", Warned("no-replicas")),
            ("null", Taken),
        ],
        Kind::Port => &[
            ("0", Refused("bad-number")),
            ("-1", Refused("bad-number")),
            ("65536", Refused("bad-number")),
            ("80.5", TYPE),
            ("\"9100\"", TYPE),
            ("http", TYPE),
            ("\"\"", TYPE),
            ("true", TYPE),
            ("[9100]", TYPE),
            ("{ port: 9100 }", TYPE),
            ("null", Taken),
        ],
        Kind::Volume => &[
            ("0", Refused("bad-quantity")),
            ("-20Gi", Refused("bad-quantity")),
            ("20GB", Refused("bad-quantity")),
            ("20 Gi", Refused("bad-quantity")),
            ("20parsecs", Refused("bad-quantity")),
            ("big", Refused("bad-quantity")),
            ("\"\"", Refused("bad-quantity")),
            ("true", TYPE),
            ("[20Gi]", TYPE),
            ("{ size: 20Gi }", TYPE),
            // A size for sure, though hardly the one that was meant.
            ("20", Warned("tiny-quantity")),
            ("20m", Warned("tiny-quantity")),
            ("null", Taken),
        ],
        Kind::Cpu => &[
            ("-1", Refused("bad-quantity")),
            ("-100m", Refused("bad-quantity")),
            ("1core", Refused("bad-quantity")),
            ("fast", Refused("bad-quantity")),
            ("\"\"", Refused("bad-quantity")),
            ("true", TYPE),
            ("[1]", TYPE),
            ("{ cores: 1 }", TYPE),
            ("null", Taken),
        ],
        Kind::Memory => &[
            ("-1Gi", Refused("bad-quantity")),
            ("1GB", Refused("bad-quantity")),
            ("lots", Refused("bad-quantity")),
            ("\"\"", Refused("bad-quantity")),
            ("true", TYPE),
            ("[1Gi]", TYPE),
            ("{ size: 1Gi }", TYPE),
            ("512", Warned("tiny-quantity")),
            ("512m", Warned("tiny-quantity")),
            ("null", Taken),
        ],
        Kind::Duration => &[
            ("7", TYPE),
            ("-7d", Refused("bad-duration")),
            ("0d", Refused("bad-duration")),
            ("7 days", Refused("bad-duration")),
            ("7parsecs", Refused("bad-duration")),
            ("1d1w", Refused("bad-duration")),
            ("300y", Refused("bad-duration")),
            ("\"\"", Refused("bad-duration")),
            ("true", TYPE),
            ("[7d]", TYPE),
            ("{ days: 7 }", TYPE),
            ("null", Taken),
        ],
        Kind::StorageClass => &[
            ("Local", Refused("bad-name")),
            ("local path", Refused("bad-name")),
            ("-local", Refused("bad-name")),
            ("7", TYPE),
            ("true", TYPE),
            ("[local]", TYPE),
            ("{ name: local }", TYPE),
            // No class is named, as in the shipped configuration.
            ("\"\"", Taken),
            ("null", Taken),
        ],
        // Any text is taken: registries, repositories and addresses have no grammar that all of them follow.
        Kind::Text => &[("7", TYPE), ("-1", TYPE), ("true", TYPE), ("[a]", TYPE), ("{ a: b }", TYPE), ("null", Taken)],
        Kind::Labels => &[
            ("{ disk: 7 }", TYPE),
            ("{ disk: true }", TYPE),
            ("{ disk: null }", TYPE),
            ("{ disk: [ssd] }", TYPE),
            ("{ \"-disk\": ssd }", Refused("bad-name")),
            ("{ disk: \"-ssd\" }", Refused("bad-name")),
            ("disk", TYPE),
            ("7", TYPE),
            ("[disk]", TYPE),
            ("\"\"", TYPE),
            // No node is excluded.
            ("{}", Taken),
            ("null", Taken),
        ],
        // What is in the items is Kubernetes' own: the API server judges it in the dry run of the plan.
        Kind::Mappings => &[
            ("key", TYPE),
            ("7", TYPE),
            ("{ key: a }", TYPE),
            ("[a]", TYPE),
            ("[[a]]", TYPE),
            ("\"\"", TYPE),
            ("[]", Taken),
            ("null", Taken),
        ],
        Kind::MetricLabels => &[
            ("{ cluster: 7 }", TYPE),
            ("{ cluster: true }", TYPE),
            ("{ cluster: null }", TYPE),
            ("{ cluster: [a] }", TYPE),
            ("{ \"a-b\": c }", Refused("bad-name")),
            ("{ \"1a\": c }", Refused("bad-name")),
            ("cluster", TYPE),
            ("[cluster]", TYPE),
            // A value may be any text.
            ("{ cluster: \"a b/c\" }", Taken),
            ("{}", Taken),
            ("null", Taken),
        ],
        // What else is in the items prometheus-operator's definition judges in the plan.
        Kind::RemoteWrites => &[
            ("http://a.example", TYPE),
            ("{ url: a }", TYPE),
            ("[a]", TYPE),
            ("[{ url: a, bearerToken: b }]", Refused("secret-in-text")),
            ("[{ url: \"http://a.example\" }]", Taken),
            ("[]", Taken),
            ("null", Taken),
        ],
        Kind::Mapping => {
            &[("key", TYPE), ("7", TYPE), ("[a]", TYPE), ("\"\"", TYPE), ("true", TYPE), ("{}", Taken), ("null", Taken)]
        }
        Kind::GpuKinds => &[
            ("gpu", TYPE),
            ("{ resourceName: gpu }", TYPE),
            ("[gpu]", TYPE),
            ("[{ resourceName: 7 }]", TYPE),
            ("[{ default: \"yes\" }]", TYPE),
            ("[{ vendor: a }]", Warned("unknown-key")),
            ("[]", Taken),
            ("null", Taken),
        ],
    }
}

/// A configuration that says one thing.
fn configuration(path: &str, value: &str) -> String {
    let mut text = "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
                    metadata: { name: ks-installer, namespace: kubesphere-system }\nspec:\n"
        .to_owned();
    let keys: Vec<&str> = path.split('.').collect();
    for (depth, key) in keys.iter().enumerate() {
        let end = if depth + 1 == keys.len() { format!(" {value}") } else { String::new() };
        text.push_str(&format!("{}{key}:{end}\n", "  ".repeat(depth + 1)));
    }
    text
}

/// What is said, with the problem that says it.
fn said(text: &str) -> (Result<Vec<Problem>, Vec<Problem>>, Option<Problem>) {
    match ClusterConfiguration::parse(&Source::new("cc.yaml", text)) {
        Ok(parsed) => {
            let first = parsed.warnings.first().cloned();
            (Ok(parsed.warnings), first)
        }
        Err(problems) => {
            let problems = problems.into_vec();
            let first = problems.iter().find(|it| it.severity == super::Severity::Error).cloned();
            (Err(problems), first)
        }
    }
}

#[test]
fn every_field_says_what_is_wrong_with_a_value_and_where() {
    let mut faults = Vec::new();
    let mut count = 0;
    for Field { path, kind, legacy } in fields() {
        for spelling in std::iter::once(&path).chain(&legacy) {
            for (value, expected) in cases(kind) {
                count += 1;
                let text = configuration(spelling, value);
                let (outcome, problem) = said(&text);
                let found = match (&outcome, &problem) {
                    (Err(_), Some(it)) => Refused(it.code),
                    (Ok(_), Some(it)) => Warned(it.code),
                    _ => Taken,
                };
                // A switch of etcd alone asks for the addresses, and so on: rules over several fields have their own tests.
                let is_own = |it: &Problem| it.field.starts_with(spelling.as_str());
                let foreign = problem.as_ref().is_some_and(|it| !is_own(it));
                if found != *expected && !(foreign && *expected == Taken) {
                    faults.push(format!("{spelling}: {value} is {found:?}, not {expected:?}"));
                }
                if let (Refused(_), Some(it)) = (expected, &problem) {
                    let pointed = it.span.map(|span| text[span.start..span.end].to_owned()).unwrap_or_default();
                    if pointed.is_empty() || !it.message.contains(spelling.as_str()) {
                        faults.push(format!("{spelling}: {value} is told without its place: {it}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 900, "only {count} cases");
}

#[test]
fn a_key_that_nobody_reads_beside_a_field_is_told() {
    for Field { path, .. } in fields().iter().filter(|it| it.path.contains('.')) {
        let (section, _) = path.rsplit_once('.').unwrap_or_default();
        let text = configuration(&format!("{section}.noSuchKey"), "1");
        let (outcome, problem) = said(&text);
        assert!(outcome.is_ok(), "{section}: other versions may read it");
        let problem = problem.unwrap_or_else(|| panic!("nothing is said about {section}.noSuchKey"));
        // A resource such as `nvidia.com/gpu` exists, only not here.
        let code = if section.contains(".resources.") { "dropped-resource" } else { "unknown-key" };
        assert_eq!((problem.code, problem.field.as_str()), (code, format!("{section}.noSuchKey").as_str()));
    }
}
