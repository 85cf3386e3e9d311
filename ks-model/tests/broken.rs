//! Broken configurations, and what is said about each.
//!
//! A case is a small file in `broken/`; the snapshot of its group holds the exact messages, each with its code and with
//! the text that the caret stands under. Read a changed snapshot as a user would: does it say what to write?

use ks_model::config::{ClusterConfiguration, Problem, Source};

/// Tells what is said about a case.
fn said(name: &str, text: &str) -> String {
    let file = format!("{name}.yaml");
    let (verdict, problems) = match ClusterConfiguration::parse(&Source::new(file, text)) {
        Ok(parsed) => ("taken", parsed.warnings),
        Err(problems) => ("refused", problems.into_vec()),
    };
    let lines = problems.iter().map(|problem| line(problem, text));
    std::iter::once(format!("{name}: {verdict}")).chain(lines).collect::<Vec<_>>().join("\n")
}

fn line(problem: &Problem, text: &str) -> String {
    let pointed = problem.span.map(|span| &text[span.start..span.end]).unwrap_or_default();
    format!("  {problem}\n    [{}] field {:?}, caret under {pointed:?}", problem.code, problem.field)
}

macro_rules! broken {
    ($group:ident: $($case:literal),+ $(,)?) => {
        #[test]
        fn $group() {
            let said = [$(said($case, include_str!(concat!("broken/", $case, ".yaml")))),+];
            insta::with_settings!({ snapshot_path => "broken", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(stringify!($group), said.join("\n\n"));
            });
        }
    };
}

broken!(documents: "document-a-list", "document-beside-others", "document-comments-only", "document-empty", "document-lower-case-kind", "document-misspelt-kind", "document-misspelt-spec", "document-other-kinds", "document-spec-is-text", "document-spec-not-indented", "document-two-configurations", "document-without-kind", "document-without-metadata", "document-without-spec", "document-wrong-name", "document-wrong-version");
broken!(durations: "duration-order", "duration-too-long", "duration-unit", "duration-without-unit", "duration-zero");
broken!(etcd: "etcd-addresses", "etcd-localhost", "etcd-off", "etcd-without-addresses");
broken!(external: "external-type", "external-without-endpoint");
broken!(keys: "key-bare-resources", "key-extra-resources", "key-image", "key-misspelt", "key-overridden", "key-without-effect", "key-without-relatives", "key-wrong-case", "key-wrong-level");
broken!(names: "name-labels", "name-storage-class");
broken!(numbers: "number-no-replicas", "number-octal-port", "number-port", "number-replicas");
broken!(quantities: "quantity-limit-below-request", "quantity-nonsense", "quantity-sign", "quantity-tiny", "quantity-unit", "quantity-volume-below-zero");
broken!(types: "type-gpu-kinds", "type-list-for-text", "type-node-selector", "type-number-for-text", "type-quoted-boolean", "type-quoted-number", "type-resources", "type-section-is-scalar", "type-tolerations");
broken!(yaml: "yaml-alias-bomb", "yaml-alias-in-itself", "yaml-at-sign", "yaml-bad-indentation", "yaml-duplicate-key", "yaml-duplicate-word", "yaml-infinity", "yaml-merge-of-text", "yaml-missing-colon", "yaml-no-space-after-colon", "yaml-null-key", "yaml-second-colon", "yaml-tab-indentation", "yaml-tag-mismatch", "yaml-unclosed-bracket", "yaml-unclosed-quote", "yaml-unknown-alias");
