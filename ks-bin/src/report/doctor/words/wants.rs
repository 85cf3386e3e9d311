//! What is wanted, and by whom it may be done.

use ks_plan::doctor::{MissingKind, Symptom};
use ks_plan::rbac::MissingRule;

use super::{Words, counted};

/// What is wanted, and by whom it may be done.
pub(super) fn of_wants(symptom: &Symptom) -> Option<Words> {
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
        words.means("Plans and applies stop where one is needed. Not every right was asked for: it may be fewer.")
    } else {
        words.means("Plans and applies stop where one of them is needed.")
    };
    words.next("somebody who may: `ks rbac --user NAME | kubectl apply -f -` gives all of them, and no more")
}

fn missing_kind(missing: &MissingKind) -> String {
    let MissingKind { kind, api_version, served, components } = missing;
    let served = if served.is_empty() { String::new() } else { format!(", served only in {}", served.join(", ")) };
    format!("{} of {api_version}{served}, wanted by {}", kind.kind, components.join(", "))
}

fn validate(source: &str) -> String {
    match source.contains(" in ") {
        // The live object has no lines, so it becomes a file first.
        true => "ks init --from-cluster -o cc.yaml && ks validate -f cc.yaml shows each at its line".to_owned(),
        false => format!("ks validate -f {source} shows each at its line"),
    }
}
