//! Reasons in words.

use ks_model::{ObjectRef, Origin};

use super::value::inline;
use crate::change::Reason;
use crate::resolutions::Forgotten;
use crate::volumes::VolumeChange;

/// Says why an object is in the plan, in one line.
pub fn in_words(reason: &Reason) -> String {
    match reason {
        Reason::Wanted { file } => format!("{file} wants it"),
        Reason::Setting { name, value, origin } => setting_in_words(name, &inline(value), origin),
        Reason::GateClosed { reason } => reason.clone(),
        Reason::NoLongerWanted => "no component wants it any more".to_owned(),
        Reason::Ownership => {
            "no value changes: ks takes over fields that it shares or that an older tool wrote".to_owned()
        }
        Reason::Adoption { managers } => format!("ks adopts it from {}", managers.join(" and ")),
        Reason::BeingDeleted => "it is being deleted, and made anew once it is gone".to_owned(),
        Reason::GivenBack => "nothing wants these fields any more; the object itself stays".to_owned(),
        Reason::Inventory => "it keeps the list of what ks owns".to_owned(),
        Reason::Volume { of, change } => volume_in_words(change, of),
        Reason::PodsMadeAnew { by } => {
            format!("its operator makes {} {} anew: all its pods restart at once", by.kind.kind, by.name)
        }
        Reason::Destroyed => "everything that ks made goes".to_owned(),
        Reason::TakesAlong { count, some } => format!("it takes along {}", of_others(*count, some)),
        Reason::HasTenants { count, some } => format!("it stays: in it live {}", of_others(*count, some)),
        Reason::MadeBy { manager } => format!("it stays: {manager} made it"),
        Reason::Left => "it stays: the user leaves it".to_owned(),
        Reason::ClaimsStay { claims } => {
            let names: Vec<&str> = claims.iter().map(|it| it.name.as_str()).collect();
            format!("nothing uses {} any more: these claims stay, with their data", names.join(", "))
        }
    }
}

/// `3 objects of others: PersistentVolumeClaim a/b, ConfigMap a/c and 1 more`.
fn of_others(count: usize, some: &[ObjectRef]) -> String {
    let named: Vec<String> = some.iter().map(ToString::to_string).collect();
    let objects = if count == 1 { "1 object".to_owned() } else { format!("{count} objects") };
    let rest = count.saturating_sub(named.len());
    let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("{objects} of others: {}{rest}", named.join(", "))
}

fn volume_in_words(change: &VolumeChange, of: &ObjectRef) -> String {
    let owner = format!("{} {}", of.kind.kind, of.name);
    let why = match change {
        VolumeChange::Expanded => {
            return format!("{owner} wants more room, and the class lets its claims grow in place");
        }
        VolumeChange::Unwanted => return format!("{owner} stores its data elsewhere; one replica follows the other"),
        VolumeChange::OfAnotherClass => "another class, which no claim can change",
        VolumeChange::TooLarge => "less room, and no claim can shrink; to keep its data, keep its size",
        VolumeChange::TooSmall { class } if class.is_empty() => "more room, and no claim without a class can grow",
        VolumeChange::TooSmall { class } => {
            return format!(
                "{owner} wants more room, and class {class} lets no claim grow; one replica follows the other"
            );
        }
        VolumeChange::Unbound => "more room, and only a bound claim can grow",
    };
    format!("{owner} wants {why}; one replica follows the other")
}

/// Says what a setting is and where that comes from: `replicas is 2: monitoring.prometheusReplicas at cc.yaml:12`.
pub fn setting_in_words(name: &str, value: &str, origin: &Origin) -> String {
    match origin {
        Origin::Configured { field, location: Some(place) } => format!("{name} is {value}: {field} at {place}"),
        Origin::Configured { field, location: None } => format!("{name} is {value}: {field}"),
        Origin::Kept { field } => format!("{name} stays {value}: kept from {field}"),
        Origin::Found { search } => format!("{name} is what {search} finds"),
        Origin::LiveCertificate { secret } => format!("{name} stays as it is in Secret {secret}"),
        Origin::Generated { secret, because } => format!("{name} is made by apply: Secret {secret}: {because}"),
        Origin::Default { expression: Some(text) } => format!("{name} is {value}: default, {text}"),
        Origin::Default { expression: None } => format!("{name} is {value}: default"),
        _ => format!("{name} is {value}"),
    }
}

/// Says why a field is kept no longer.
pub fn why_forgotten(because: Forgotten) -> &'static str {
    match because {
        Forgotten::Taken => "ks takes it",
        Forgotten::Unwanted => "nothing wants it any more",
        Forgotten::Absent => "the object is not there, and is made as it is wanted",
        Forgotten::Unowned => "nobody else owns it any more, so that it is written as it is wanted",
        Forgotten::Replaced => "the object is made again, as it is wanted",
    }
}

/// Whether a reason tells more than that the component is on: the user or the cluster has a hand in it.
pub fn is_telling(reason: &Reason) -> bool {
    match reason {
        Reason::Setting { origin, .. } => !matches!(**origin, Origin::Default { .. }),
        Reason::Wanted { .. } => false,
        _ => true,
    }
}
