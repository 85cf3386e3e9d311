//! Findings in words: what was found, what it means, what to do next.

use ks_model::ObjectRef;
use ks_plan::doctor::{MissingKind, Symptom};
use ks_plan::rbac::MissingRule;
use schemars::JsonSchema;
use serde::Serialize;

/// How many of a list are told one by one.
const TOLD: usize = 5;

/// A finding in words.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Words {
    /// What was found, in a line.
    pub(super) found: String,
    /// The same one by one, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<String>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) means: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) next: Vec<String>,
}

impl Words {
    fn found(found: impl Into<String>) -> Self {
        Self { found: found.into(), ..Self::default() }
    }

    fn means(mut self, means: impl Into<String>) -> Self {
        self.means = Some(means.into());
        self
    }

    fn next(mut self, next: impl Into<String>) -> Self {
        self.next.push(next.into());
        self
    }

    fn details(mut self, all: impl IntoIterator<Item = String>) -> Self {
        let all: Vec<String> = all.into_iter().collect();
        self.details = all.iter().take(TOLD).cloned().collect();
        if all.len() > TOLD {
            self.details.push(format!("and {} more", all.len() - TOLD));
        }
        self
    }

    /// Tells a symptom.
    pub(super) fn of(symptom: &Symptom) -> Self {
        of_server(symptom)
            .or_else(|| of_wants(symptom))
            .or_else(|| of_storage(symptom))
            .or_else(|| of_others(symptom))
            .or_else(|| of_runs(symptom))
            .unwrap_or_default()
    }
}

/// The server, and what can be told of everything.
fn of_server(symptom: &Symptom) -> Option<Words> {
    Some(match symptom {
        Symptom::NotSeen { because } => Words::found(format!("not looked at: {because}")),
        Symptom::Answers { median_ms, slowest_ms, requests } => {
            let words =
                Words::found(format!("answers in {median_ms} ms (the slowest of {requests} in {slowest_ms} ms)"));
            match median_ms {
                0..500 => words,
                _ => words
                    .means("A plan waits for some ten answers one after the other, so it takes seconds; it works all the same.")
                    .next("run ks nearer to the cluster, or look at the load of the API server"),
            }
        }
        Symptom::DoesNotAnswer { because } => Words::found(because)
            .means("Without the API server nothing can be planned, applied or looked at.")
            .next("check the address in the kubeconfig, VPN and proxy: `kubectl version` asks the same server")
            .next("another cluster is named with --kubeconfig FILE or --context NAME"),
        Symptom::Version { version, oldest, newest } => {
            let number = format!("{}.{}", version.major, version.minor);
            let words = Words::found(format!("{version}; ks is tried with {oldest} to {newest}"));
            let (minor, of) =
                (version.minor, |it: &String| it.rsplit('.').next().and_then(|it| it.parse::<u32>().ok()));
            if of(oldest).is_some_and(|it| minor < it) || of(newest).is_some_and(|it| minor > it) {
                words
                    .means(format!(
                        "ks was never run on {number}. It may work; a plan shows what it would do, and writes nothing."
                    ))
                    .next("look at `ks plan` with care before the first apply")
            } else {
                words
            }
        }
        Symptom::TooOld { version, oldest } => {
            Words::found(format!("{version} is too old: ks needs {oldest} or later"))
                .means("Server-side apply, on which every plan rests, came with that version.")
                .next("upgrade the cluster first")
        }
        Symptom::ServicesAvailable { services: 0 } => Words::found("no aggregated API"),
        Symptom::ServicesAvailable { services } => {
            Words::found(format!("{} available", counted(*services, "aggregated API")))
        }
        Symptom::ServiceDown { name, because, is_needed } => {
            let means = match is_needed {
                true => "Objects of its group are wanted, and cannot be read or written until it is back.",
                false => "While it is down no namespace can be deleted, and discovery of its kinds fails.",
            };
            Words::found(format!("APIService {name} is down: {because}"))
                .means(means)
                .next(format!("kubectl describe apiservice {name}"))
                .next("bring its Service back, or delete the APIService if what served it is gone for good")
        }
        _ => return None,
    })
}

/// What is wanted, and by whom it may be done.
fn of_wants(symptom: &Symptom) -> Option<Words> {
    Some(match symptom {
        Symptom::Configured { source, warnings: 0 } => Words::found(format!("{source} is valid")),
        Symptom::Configured { source, warnings } => {
            Words::found(format!("{source} is valid, with {}", counted(*warnings, "warning")))
                .means("A warning is about something that has no effect: often a key that is misspelt.")
                .next(validate(source))
        }
        Symptom::NotConfigured => Words::found("no file is named, and the cluster has no ClusterConfiguration")
            .means("The checks below are about the defaults.")
            .next("write one: `ks init`, then `ks doctor -f cluster-configuration.yaml`"),
        Symptom::ConfigurationRefused { source, errors } => {
            Words::found(format!("{source} has {}", counted(*errors, "error")))
                .means("Nothing can be planned from it. The checks below are about the defaults.")
                .next(validate(source))
        }
        Symptom::DoesNotCompile { because } => Words::found(because)
            .means("The components and the configuration do not go together, so there is nothing to plan.")
            .next("with --manifests: correct the folder; else this is a bug in ks, please report it"),
        Symptom::KindsServed { kinds, brought } => {
            let brought = if *brought == 0 { String::new() } else { format!(", {brought} of them with the apply") };
            Words::found(format!("all {kinds} that are wanted are served{brought}"))
        }
        Symptom::KindsMissing { kinds } => {
            Words::found(format!("{} missing, and nothing brings them", counted(kinds.len(), "kind")))
                .details(kinds.iter().map(missing_kind))
                .means("Objects of these kinds cannot be written, so a plan is refused as a whole.")
                .next("install what defines them, or switch the components off that want them")
        }
        Symptom::Allowed { everything: true, .. } => Words::found("you may do everything"),
        Symptom::Allowed { needed, .. } => Words::found(format!("you may do all that it takes ({needed} rights)")),
        Symptom::NotAllowed { needed, missing, unsure } => not_allowed(*needed, missing, *unsure),
        _ => return None,
    })
}

fn not_allowed(needed: usize, missing: &[MissingRule], unsure: bool) -> Words {
    let words = Words::found(format!("{} of {needed} rights are missing", missing.len()))
        .details(missing.iter().map(ToString::to_string));
    let words = if unsure {
        words.means("Plans and applies stop where one is needed. An authorizer of this cluster does not list its rules, so it may be fewer.")
    } else {
        words.means("Plans and applies stop where one of them is needed. Nothing is done by halves because of that: running again goes on.")
    };
    words.next("somebody who may: `ks rbac --user NAME | kubectl apply -f -` gives all of them, and no more")
}

fn missing_kind(missing: &MissingKind) -> String {
    let MissingKind { kind, api_version, served, components } = missing;
    let served = if served.is_empty() { String::new() } else { format!(", served only in {}", served.join(", ")) };
    format!("{} of {api_version}{served}, wanted by {}", kind.kind, components.join(", "))
}

/// Where volumes come from.
fn of_storage(symptom: &Symptom) -> Option<Words> {
    let there = |classes: &[String]| match classes {
        [] => "The cluster has no storage class.".to_owned(),
        some => format!("There are {}.", some.join(", ")),
    };
    Some(match symptom {
        Symptom::NoVolumes => Words::found("no volume is wanted"),
        Symptom::ClassesFit { classes } => Words::found(format!("volumes come from {}, and can grow", classes.join(", "))),
        Symptom::NoDefaultClass { owners, classes } => {
            Words::found(format!("no default class for the volumes of {}", objects(owners)))
                .means(format!("Their claims would wait for a volume for ever, and their pods with them. {}", there(classes)))
                .next("name one: monitoring.storageClass, or persistence.storageClass for the whole platform")
                .next(
                    "or make one the default: kubectl annotate storageclass NAME storageclass.kubernetes.io/is-default-class=true",
                )
        }
        Symptom::SeveralDefaultClasses { classes } => {
            Words::found(format!("several classes are the default: {}", classes.join(", ")))
                .means("Kubernetes takes the one that was made last, which may not be the one you mean.")
                .next("name one in monitoring.storageClass, or leave the annotation at one of them only")
        }
        Symptom::ClassMissing { class, owners, classes } => {
            Words::found(format!("class {class}, for the volumes of {}, does not exist", objects(owners)))
                .means(format!("Their claims would wait for a volume for ever, and their pods with them. {}", there(classes)))
                .next("name another one in monitoring.storageClass or persistence.storageClass, or make this one")
        }
        Symptom::ClassCannotGrow { class, owners } => {
            Words::found(format!("volumes of class {class} cannot grow: {}", objects(owners)))
                .means("A larger volume later means a new one, without the data of the old.")
                .next("choose the sizes for the time to come, or a class with allowVolumeExpansion: true")
        }
        _ => return None,
    })
}

/// What other tools left behind.
fn of_others(symptom: &Symptom) -> Option<Words> {
    Some(match symptom {
        Symptom::NoInstaller => Words::found("nothing of ks-installer is left"),
        Symptom::InstallerRuns { object } => Words::found(format!("{object} runs"))
            .means(
                "It looks at every change of the ClusterConfiguration and writes the same objects as ks: each would undo what \
                 the other did.",
            )
            .next(stop(object)),
        Symptom::InstallerStopped { object } => Words::found(format!("{object} is there and has no pods"))
            .means("It writes nothing as long as it stays so."),
        Symptom::InstallerRights { objects: rights } => Words::found(format!("{} still gives rights", objects(rights)))
            .means("The ServiceAccount of ks-installer may do nearly everything in the cluster; ks does not need it.")
            .next("kubectl delete clusterrolebinding,clusterrole ks-installer, once no module needs ks-installer any more"),
        Symptom::NothingToTakeOver { releases } if releases.is_empty() => Words::found("no object of other tools is wanted"),
        Symptom::NothingToTakeOver { releases } => {
            Words::found(format!("no object of other tools is wanted; Helm has releases beside: {}", releases.join(", ")))
                .means("`helm uninstall` deletes what a release once made, also what ks has taken over since.")
        }
        Symptom::ToTakeOver { objects, managers, releases } => {
            let words = Words::found(format!(
                "{} by {}: the next apply takes them over",
                counted(*objects, "wanted object was written").replace("writtens", "written"),
                managers.join(", ")
            ))
            .means("What these tools set and ks does not want goes; edits of people stay theirs. Pods restart only where a plan says so.")
            .next("ks plan --full shows it field by field, before anything is done");
            match releases.as_slice() {
                [] => words,
                some => words.next(format!("do not `helm uninstall` {}: that would delete the objects", some.join(", "))),
            }
        }
        Symptom::NamespacesStay => Words::found("none hangs while it is deleted"),
        Symptom::NamespaceLeaves { name, seconds, is_wanted, kept_by } => {
            let means = match is_wanted {
                true => "Nothing can be made in it, and an apply fails, until it has gone.",
                false => "Something in it, often a finalizer whose controller is gone, keeps it from going.",
            };
            Words::found(format!("namespace {name} is being deleted for {}", time(*seconds)))
                .details(kept_by.iter().cloned())
                .means(means)
                .next(format!("kubectl get namespace {name} -o jsonpath='{{.status.conditions}}' tells what keeps it"))
        }
        _ => return None,
    })
}

/// Runs of ks.
fn of_runs(symptom: &Symptom) -> Option<Words> {
    let since = |it: &Option<String>| it.as_ref().map(|it| format!(" since {it}")).unwrap_or_default();
    Some(match symptom {
        Symptom::LeaseFree => Words::found("free"),
        Symptom::LeaseHeld { holder, since: begun } => Words::found(format!("held by {holder}{}", since(begun)))
            .means("Another run of ks is at work; an apply waits for it or ends with exit code 11.")
            .next("wait for it: ks apply --lock-timeout 10m"),
        Symptom::LeaseAbandoned { holder, since: begun } => {
            Words::found(format!("held by {holder}{}, who does not renew it", since(begun)))
                .means(
                    "That run was killed or lost the cluster. The next apply watches the lease for 30 s and takes it.",
                )
                .next("run ks apply again; nothing has to be removed by hand")
        }
        Symptom::NoHistory => Words::found("nothing was applied yet"),
        Symptom::LastApplySucceeded { number, started } => {
            Words::found(format!("apply {number} of {started} succeeded"))
        }
        Symptom::ApplyRuns { number, who, started } => {
            Words::found(format!("apply {number} of {who} is under way since {started}"))
        }
        Symptom::ApplyUnfinished { number, who, started } => {
            Words::found(format!("apply {number} of {who}, begun {started}, never ended"))
                .means("It was killed or lost its lease, so a part of its plan may not be done.")
                .next("ks plan shows the rest, ks apply does it")
                .next(format!("ks history show {number} shows what it was about"))
        }
        Symptom::ApplyFailed { number, who, started } => {
            Words::found(format!("apply {number} of {who}, begun {started}, did not succeed"))
                .means("A part of its plan may not be done.")
                .next("ks status tells what is not ready, ks plan what is left to do")
        }
        _ => return None,
    })
}

fn validate(source: &str) -> String {
    match source.contains(" in ") {
        // The live object has no lines, so it becomes a file first.
        true => "ks init --from-cluster -o live.yaml, then ks validate -f live.yaml shows each at its line".to_owned(),
        false => format!("ks validate -f {source} shows each at its line"),
    }
}

fn stop(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!("stop it: kubectl -n {namespace} scale deployment {} --replicas=0", object.name)
}

fn objects(all: &[ObjectRef]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}
