//! Reasons in words.

use ks_model::language::Phrasebook;
use ks_model::{Language, ObjectRef, Origin, say};

use super::sentences::{all_of, listed};
use super::value::inline;
use crate::change::Reason;
use crate::chinese;
use crate::resolutions::Forgotten;
use crate::volumes::VolumeChange;

/// Says why an object is in the plan, in one line.
pub fn in_words(book: Phrasebook, reason: &Reason) -> String {
    match reason {
        Reason::Wanted { file } => say!(book, "{file} wants it", file),
        Reason::Setting { name, value, origin } => setting(book, name, &inline(value), origin),
        Reason::GateClosed { reason } => gate(book, reason),
        Reason::NoLongerWanted => say!(book, "no component wants it any more"),
        Reason::Ownership => {
            say!(book, "no value changes: ks takes over fields that it shares or that an older tool wrote")
        }
        Reason::Adoption { managers } => say!(book, "ks adopts it from {managers}", managers = all_of(book, managers)),
        Reason::BeingDeleted => say!(book, "it is being deleted, and made anew once it is gone"),
        Reason::GivenBack => say!(book, "nothing wants these fields any more; the object itself stays"),
        Reason::Inventory => say!(book, "it keeps the list of what ks owns"),
        Reason::Volume { of, change } => volume_in_words(book, change, of),
        Reason::PodsMadeAnew { by } => {
            let (kind, name) = (&by.kind.kind, &by.name);
            say!(book, "its operator makes {kind} {name} anew: all its pods restart at once", kind, name)
        }
        Reason::Destroyed => say!(book, "everything that ks made goes"),
        Reason::TakesAlong { count, some } => {
            say!(book, "it takes along {objects}", objects = of_others(book, *count, some))
        }
        Reason::HasTenants { count, some } => {
            say!(book, "it stays: in it live {objects}", objects = of_others(book, *count, some))
        }
        Reason::MadeBy { manager } => say!(book, "it stays: {manager} made it", manager),
        Reason::Left => say!(book, "it stays: the user leaves it"),
        Reason::ClaimsStay { claims } => {
            let names: Vec<String> = claims.iter().map(|it| it.name.clone()).collect();
            let names = listed(book, &names);
            say!(book, "nothing uses {names} any more: these claims stay, with their data", names)
        }
    }
}

/// Says why a component is off, in a language: the reason of a closed gate is English.
pub fn gate_in_words(reason: &str, language: Language) -> String {
    gate(chinese::phrasebook(language), reason)
}

/// Why a component is off: the values that its condition looked at, which come in as English.
pub fn gate(book: Phrasebook, reason: &str) -> String {
    let whole = chinese::in_gates(book).read(reason);
    if whole != reason || book.is_english() {
        return whole.into_owned();
    }
    let clues = reason.split(", ").map(|it| (chinese::in_clues(book).read(it), it));
    clues.fold(String::new(), |mut words, (clue, english)| {
        // What is no clue of its own belongs to the value before it, which stays as it is.
        let parted = if clue == english { ", ".to_owned() } else { say!(book, ", ") };
        words.push_str(if words.is_empty() { "" } else { &parted });
        words + &clue
    })
}

/// `3 objects of others: PersistentVolumeClaim a/b, ConfigMap a/c and 1 more`.
fn of_others(book: Phrasebook, count: usize, some: &[ObjectRef]) -> String {
    let named: Vec<String> = some.iter().map(ToString::to_string).collect();
    let objects = if count == 1 { say!(book, "1 object") } else { say!(book, "{count} objects", count) };
    let more = count.saturating_sub(named.len());
    let rest = if more == 0 { String::new() } else { say!(book, " and {more} more", more) };
    say!(book, "{objects} of others: {named}{rest}", objects, named = listed(book, &named), rest)
}

fn volume_in_words(book: Phrasebook, change: &VolumeChange, of: &ObjectRef) -> String {
    let owner = format!("{} {}", of.kind.kind, of.name);
    match change {
        VolumeChange::Expanded => {
            say!(book, "{owner} wants more room, and the class lets its claims grow in place", owner)
        }
        VolumeChange::Unwanted => {
            say!(book, "{owner} stores its data elsewhere; one replica follows the other", owner)
        }
        VolumeChange::OfAnotherClass => {
            say!(book, "{owner} wants another class, which no claim can change; one replica follows the other", owner)
        }
        VolumeChange::TooLarge => say!(
            book,
            "{owner} wants less room, and no claim can shrink; to keep its data, keep its size; \
             one replica follows the other",
            owner
        ),
        VolumeChange::TooSmall { class } if class.is_empty() => say!(
            book,
            "{owner} wants more room, and no claim without a class can grow; one replica follows the other",
            owner
        ),
        VolumeChange::TooSmall { class } => say!(
            book,
            "{owner} wants more room, and class {class} lets no claim grow; one replica follows the other",
            owner,
            class
        ),
        VolumeChange::Unbound => {
            say!(book, "{owner} wants more room, and only a bound claim can grow; one replica follows the other", owner)
        }
    }
}

/// Says what a setting is and where that comes from: `replicas is 2: monitoring.prometheusReplicas at cc.yaml:12`.
pub fn setting_in_words(name: &str, value: &str, origin: &Origin) -> String {
    setting(Phrasebook::ENGLISH, name, value, origin)
}

fn setting(book: Phrasebook, name: &str, value: &str, origin: &Origin) -> String {
    match origin {
        Origin::Configured { field, location: Some(place) } => {
            say!(book, "{name} is {value}: {field} at {place}", name, value, field, place)
        }
        Origin::Configured { field, location: None } => say!(book, "{name} is {value}: {field}", name, value, field),
        Origin::Kept { field } => say!(book, "{name} stays {value}: kept from {field}", name, value, field),
        Origin::Found { search } => say!(book, "{name} is what {search} finds", name, search),
        Origin::LiveCertificate { secret } => say!(book, "{name} stays as it is in Secret {secret}", name, secret),
        Origin::Generated { secret, because } => {
            let why = book.read(because);
            say!(book, "{name} is made by apply: Secret {secret}: {why}", name, secret, why)
        }
        Origin::Default { expression: Some(text) } => {
            say!(book, "{name} is {value}: default, {text}", name, value, text)
        }
        Origin::Default { expression: None } => say!(book, "{name} is {value}: default", name, value),
        _ => say!(book, "{name} is {value}", name, value),
    }
}

/// Says why a field is kept no longer.
pub fn why_forgotten(book: Phrasebook, because: Forgotten) -> String {
    match because {
        Forgotten::Taken => say!(book, "ks takes it"),
        Forgotten::Unwanted => say!(book, "nothing wants it any more"),
        Forgotten::Absent => say!(book, "the object is not there, and is made as it is wanted"),
        Forgotten::Unowned => say!(book, "nobody else owns it any more, so that it is written as it is wanted"),
        Forgotten::Replaced => say!(book, "the object is made again, as it is wanted"),
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
