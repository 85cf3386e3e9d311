//! What other tools left behind.

use ks_model::ObjectRef;
use ks_plan::doctor::Symptom;

use super::{Words, objects};

/// What other tools left behind.
pub(super) fn of_others(symptom: &Symptom) -> Option<Words> {
    Some(match symptom {
        Symptom::NoInstaller => Words::found("nothing of ks-installer is left"),
        Symptom::InstallerRuns { object } => Words::found(format!("{object} runs"))
            .means(
                "At each change of the ClusterConfiguration it writes the same objects as ks, and undoes what ks did.",
            )
            .next(stop(object)),
        Symptom::InstallerStopped { object } => Words::found(format!("{object} is there and has no pods"))
            .means("It writes nothing as long as it stays so."),
        Symptom::InstallerRights { objects: rights } => Words::found(format!("{} still gives rights", objects(rights)))
            .means("The ServiceAccount of ks-installer may do nearly everything; ks does not need it.")
            .next("once no module needs it any more: kubectl delete clusterrolebinding,clusterrole ks-installer"),
        Symptom::NothingToTakeOver { releases } if releases.is_empty() => Words::found("nothing to take over"),
        Symptom::NothingToTakeOver { releases } => {
            Words::found(format!("nothing to take over; Helm has releases beside: {}", releases.join(", ")))
                .means("`helm uninstall` deletes what a release once made, also what ks has taken over since.")
        }
        Symptom::ToTakeOver { objects, managers, releases } => {
            let managers = managers.join(", ");
            let words =
                Words::found(format!("{objects} of the wanted objects: written by {managers}, ks takes them over"))
                    .means("What these tools set and ks does not want goes; edits of people stay theirs.")
                    .next("ks plan --full shows it field by field, before anything is done");
            match releases.as_slice() {
                [] => words,
                some => words.next(format!("never `helm uninstall` {}: it deletes the objects", some.join(", "))),
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
                .next(format!("what keeps it: kubectl get namespace {name} -o yaml"))
        }
        _ => return None,
    })
}

fn stop(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!("stop it: kubectl -n {namespace} scale deployment {} --replicas=0", object.name)
}

fn time(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}
