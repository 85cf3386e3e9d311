//! The texts in the sources: string literals that read as words, and those that `say!` takes.

use std::path::{Path, PathBuf};

/// One string literal.
pub struct Literal {
    /// Its text, without escapes.
    pub text: String,
    /// Whether it is what `say!` looks up; everything else is read back from a finished text.
    pub is_said: bool,
}

/// The files that speak to people on the way from a configuration to its end, each with the words in it that need no Chinese:
/// bugs of ks, help of the command line, and sentences that are put together from parts, which snapshots show.
pub fn rooms() -> Vec<(PathBuf, Vec<&'static str>)> {
    let rooms: &[(&str, &[&str])] = &[
        ("ks-model/src/config/check/kinds.rs", &[]),
        (
            "ks-model/src/config/check/names.rs",
            &[
                "`{}`: {:?} is no {wanted}",
                "key of a label",
                "name of a label of metrics, which has letters, digits and `_`",
            ],
        ),
        ("ks-model/src/config/check/numbers.rs", &[]),
        ("ks-model/src/config/check/prometheus.rs", &[]),
        (
            "ks-model/src/config/validate.rs",
            &[
                "is no IP address",
                "is a loopback address, which an Endpoints object must not hold",
                "is the unspecified address, which an Endpoints object must not hold",
                "is a link-local address, which an Endpoints object must not hold",
            ],
        ),
        ("ks-model/src/config/normalize.rs", &[]),
        ("ks-model/src/config/suggest.rs", &["the spec", "{place} has no key `{}`; it has no effect"]),
        ("ks-model/src/config/fields/known.rs", &[]),
        ("ks-model/src/config/document.rs", &[]),
        ("ks-model/src/config/cluster_configuration.rs", &[]),
        ("ks-model/src/config/yaml/fault.rs", &[]),
        ("ks-model/src/config/yaml/builder.rs", &[]),
        ("ks-model/src/config/yaml/scalar.rs", &[]),
        ("ks-plan/src/display/text.rs", &[]),
        ("ks-plan/src/display/reason.rs", &[]),
        ("ks-plan/src/display/sentences.rs", &[]),
        ("ks-plan/src/display/groups.rs", &[]),
        ("ks-plan/src/display/diff/mod.rs", &["more line"]),
        ("ks-plan/src/display/markdown/mod.rs", &[]),
        (
            "ks-plan/src/display/markdown/page.rs",
            &[
                "new object",
                "the fields of ",
                "changed object",
                "the fields and reasons of ",
                "all but the first lines of ",
                "in the lists ",
                "what is known of ",
            ],
        ),
        ("ks-plan/src/display/markdown/object.rs", &[]),
        ("ks-plan/src/readiness/mod.rs", &[]),
        ("ks-plan/src/readiness/workload.rs", &[]),
        ("ks-plan/src/readiness/core.rs", &[]),
        ("ks-plan/src/readiness/definition.rs", &[]),
        ("ks-plan/src/readiness/operated.rs", &[]),
        ("ks-plan/src/readiness/rules.rs", &[]),
        ("ks-plan/src/readiness/condition.rs", &[]),
        ("ks-plan/src/volumes/owner.rs", &[]),
        (
            "ks-plan/src/diagnosis/advice.rs",
            &[
                "kubectl describe pod -n {namespace} {pod}",
                "kubectl get events",
                "kubectl logs -n {namespace} {pod}{container}{previous}",
            ],
        ),
        ("ks-plan/src/diagnosis/trouble.rs", &[]),
        ("ks-plan/src/compile/gate.rs", &["{condition}, which is off", "{condition} does not hold"]),
        ("ks-plan/src/compile/clue.rs", &["{} is not set"]),
        ("ks-plan/src/saved/expectation.rs", &["what is settled for a plan to be saved is sieved for saving"]),
        ("ks-plan/src/resolutions/problem.rs", &[]),
        ("ks-plan/src/resolutions/address.rs", &[]),
        ("ks-plan/src/steps.rs", &["everything is written", "wait until {object} is gone"]),
        ("ks-apply/src/certificates/judge.rs", &[]),
        ("ks-apply/src/error.rs", &[]),
        ("ks-apply/src/wait.rs", &[]),
        ("ks-apply/src/worker.rs", &[]),
        ("ks-apply/src/kube_cluster/errors/credential.rs", &["run credential plugin `{command}`: {reason}{hint}"]),
        ("ks-apply/src/kube_cluster/connect/mod.rs", &["in the cluster"]),
        ("ks-apply/src/kube_cluster/discover/mod.rs", &["discover the served kinds"]),
        ("ks-apply/src/kube_cluster/version.rs", &["ask for the server version"]),
        ("ks-apply/src/kube_cluster/list.rs", &[]),
        ("ks-apply/src/lease/held.rs", &[]),
        ("ks-apply/src/kube_cluster/connect/kubeconfig.rs", &[]),
        (
            "ks-apply/src/kube_cluster/errors/lost.rs",
            &[
                "received fatal alert",
                "dns error",
                "invalid peer certificate",
                "invalid peer certificate: ",
                "received corrupt message",
                "tunnel error",
            ],
        ),
        ("ks-apply/src/sandbox/error.rs", &[]),
        ("ks-bin/src/input.rs", &[]),
        ("ks-bin/src/session.rs", &["dry run"]),
        ("ks-bin/src/saved_plan.rs", &[]),
        ("ks-bin/src/cluster.rs", &[]),
        ("ks-bin/src/catalogue.rs", &[]),
        ("ks-bin/src/command_error/mod.rs", &["load the components:{}", "compile the components:{}"]),
        ("ks-bin/src/command_error/from_cluster.rs", &["missing rule: {it}"]),
        (
            "ks-bin/src/command_error/from_lease.rs",
            &[
                ", until {it} unless it is renewed",
                "another runner is at work: {} holds {object}{since}{ends}; nothing was done",
            ],
        ),
        ("ks-bin/src/command_error/from_resolutions.rs", &[]),
        ("ks-bin/src/commands/apply.rs", &["there is no way to the cluster"]),
        ("ks-bin/src/commands/apply_saved.rs", &["{error}; nothing was done{}"]),
        ("ks-bin/src/commands/consent.rs", &[]),
        ("ks-bin/src/commands/destroy.rs", &[]),
        (
            "ks-bin/src/commands/lock.rs",
            &[
                "compare plans: {error}",
                "{holder} holds the lease{since} and does not seem to renew it: watching it until it ends{so_far}",
                "waiting for {holder}, which holds the lease{since}{so_far}",
            ],
        ),
        ("ks-bin/src/commands/plan.rs", &[]),
        ("ks-bin/src/commands/resolve.rs", &[]),
        ("ks-bin/src/commands/validate.rs", &[]),
        ("ks-bin/src/commands/wait.rs", &["there is no way to the cluster"]),
        ("ks-bin/src/commands/written_down.rs", &[]),
        ("ks-bin/src/report/ledger.rs", &["; not done in time: {}", "the time for the whole apply was up{late}"]),
        ("ks-bin/src/report/progress.rs", &[]),
        ("ks-bin/src/report/status.rs", &[]),
        ("ks-bin/src/report/words.rs", &[]),
        ("ks-bin/src/ui/mod.rs", &[]),
        ("ks-bin/src/ui/problems.rs", &[]),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    rooms.iter().map(|(file, others)| (root.join(file), others.to_vec())).collect()
}

/// The literals of a file that read as words, those of its tests and of examples on the command line left out.
pub fn literals(file: &Path) -> Vec<Literal> {
    let source = std::fs::read_to_string(file).unwrap();
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = source;
    let mut said = false;
    while let Some(start) = rest.find(['"', '/', '\'', 's', 'r']) {
        let at = &rest[start..];
        if at.starts_with("//") {
            rest = at.split_once('\n').map_or("", |(_, it)| it);
        } else if let Some(after) = at.strip_prefix("'\"'") {
            rest = after;
        } else if let Some(after) = at.strip_prefix("say!(") {
            said = true;
            rest = after;
        } else if let Some(raw) = at.strip_prefix("r#\"") {
            let (text, after) = raw.split_once("\"#").unwrap();
            found.push(Literal { text: text.to_owned(), is_said: false });
            rest = after;
        } else if let Some(quoted) = at.strip_prefix('"') {
            let (text, after) = literal(quoted);
            found.push(Literal { text, is_said: std::mem::take(&mut said) });
            rest = after;
        } else {
            rest = &at[1..];
        }
    }
    found.retain(|it| it.is_said || is_words(&it.text));
    found
}

/// The text up to the closing quote, and what follows.
fn literal(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = source.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (text, &source[place + 1..]),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((next, '\n')) => {
                    let margin = source[next + 1..].len() - source[next + 1..].trim_start().len();
                    letters.by_ref().take(margin).for_each(|_| {});
                }
                Some((_, other)) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    (text, "")
}

/// Whether a text has two words side by side.
fn is_words(text: &str) -> bool {
    let is_word = |it: &str| it.len() > 1 && it.bytes().all(|c| c.is_ascii_lowercase());
    let words: Vec<&str> = text.split(' ').map(|it| it.trim_matches([',', ':', ';', '.'])).collect();
    !text.starts_with("Examples:") && words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1]))
}
