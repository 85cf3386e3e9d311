//! Values that compiling does not know: what apply makes, and keys that only the live object has.
//!
//! In manifests a placeholder stands for such a value, as a text of its own that no real value can be. A placeholder is
//! never sent to a cluster and never shown: apply fills it, and readers see [`SHOWN`].

use std::borrow::Cow;
use std::collections::BTreeSet;

use ks_model::manifest::with_texts;
use ks_model::{CertificateRequest, CertificateState, Manifest, ObjectRef, Origin, SecretName, Setting};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Starts every placeholder. Neither a name nor a line of text nor base64 holds this character.
const MARK: char = '\u{1}';

/// What readers see in place of a value that apply makes.
pub const SHOWN: &str = "<made by apply>";

/// Where a Secret of type `kubernetes.io/tls` keeps its key.
const KEY: &str = "/data/tls.key";
const CERTIFICATE: &str = "/data/tls.crt";

/// One part of a certificate as templates see it, each a text in base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The certificate followed by its CA, as PEM.
    Certificate,
    /// The private key, as PEM.
    Key,
    /// The CA alone, as PEM.
    Ca,
}

/// A value that stands in no manifest before apply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Generated {
    /// Apply makes it.
    Made {
        /// The certificate that it belongs to.
        request: CertificateRequest,
        /// Which part of it.
        part: Part,
    },
    /// The key of the live Secret stays.
    LiveKey {
        /// The Secret.
        secret: SecretName,
    },
}

impl Generated {
    /// The placeholder for it.
    pub fn placeholder(&self) -> String {
        format!("{MARK}{}", json!(self))
    }

    /// Reads a placeholder; every other text is none.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text.strip_prefix(MARK)?).ok()
    }

    /// Whether it may stand in an object. A key has one place: the Secret that it is for.
    pub fn may_stand_in(&self, object: &ObjectRef) -> bool {
        match self {
            Self::Made { part: Part::Certificate | Part::Ca, .. } => true,
            Self::Made { part: Part::Key, request } => request.secret.object() == *object,
            Self::LiveKey { secret } => secret.object() == *object,
        }
    }
}

/// The setting for a certificate: what the Secret has when it serves, else what apply will make.
pub(crate) fn setting(request: &CertificateRequest, state: Option<&CertificateState>) -> Setting {
    let secret = request.secret.clone();
    let because = match state {
        Some(CertificateState::Usable { certificate, ca }) => {
            let key = Generated::LiveKey { secret: secret.clone() }.placeholder();
            let value = json!({ "certificate": certificate, "key": key, "ca": ca });
            return Setting { value, origin: Origin::LiveCertificate { secret } };
        }
        Some(CertificateState::Unusable { because }) => because.clone(),
        None => "no cluster was asked for it".to_owned(),
    };
    let part = |part| Generated::Made { request: request.clone(), part }.placeholder();
    let value = json!({ "certificate": part(Part::Certificate), "key": part(Part::Key), "ca": part(Part::Ca) });
    Setting { value, origin: Origin::Generated { secret, because } }
}

/// The generated values that a manifest waits for.
pub fn waiting(manifest: &Manifest) -> BTreeSet<Generated> {
    let mut found = BTreeSet::new();
    if manifest.pieces().is_some() {
        // What was known when the program was built waits for nothing, and is not read for that.
        return found;
    }
    manifest.with_texts(&mut |text| {
        found.extend(Generated::parse(text));
        None
    });
    found
}

/// Whether a manifest has a placeholder where it must not be: inside another text, or a key outside of its Secret.
pub(crate) fn is_misplaced(manifest: &Manifest) -> bool {
    let mut misplaced = false;
    manifest.with_texts(&mut |text| {
        let may = Generated::parse(text).is_some_and(|it| it.may_stand_in(manifest.object()));
        misplaced |= text.contains(MARK) && !may;
        None
    });
    misplaced
}

/// The manifest with the values that `value` knows.
pub fn filled<'a>(manifest: &'a Manifest, mut value: impl FnMut(&Generated) -> Option<String>) -> Cow<'a, Manifest> {
    let mut replace = |text: &str| {
        let generated = Generated::parse(text).filter(|it| it.may_stand_in(manifest.object()))?;
        value(&generated)
    };
    manifest.with_texts(&mut replace).map_or(Cow::Borrowed(manifest), Cow::Owned)
}

/// The manifest with the key that the live object has, so that a Secret that stays compares as equal. A key belongs to its
/// certificate: beside another one than was judged it is not taken. Nothing but a Secret looks at the live object.
pub(crate) fn with_live_key<'a, 'l>(
    manifest: &'a Manifest,
    live: impl FnOnce() -> Option<&'l Value>,
) -> Cow<'a, Manifest> {
    if !manifest.object().kind.is("", "Secret") {
        return Cow::Borrowed(manifest);
    }
    let live = live().filter(|it| it.pointer(CERTIFICATE) == manifest.value().pointer(CERTIFICATE));
    let key = live.and_then(|it| it.pointer(KEY)).and_then(Value::as_str);
    filled(manifest, |it| key.filter(|_| matches!(it, Generated::LiveKey { .. })).map(str::to_owned))
}

/// Whether a manifest waits for a key that was there at first and is gone now.
pub(crate) fn lacks_live_key(manifest: &Manifest) -> bool {
    manifest.object().kind.is("", "Secret")
        && waiting(manifest).iter().any(|it| matches!(it, Generated::LiveKey { .. }))
}

/// What is left of a manifest for somebody else to apply: fields that wait for a certificate are left out, and a Secret
/// that waits for its key altogether.
pub fn applicable(manifest: &Manifest) -> Option<Cow<'_, Manifest>> {
    let waiting = waiting(manifest);
    let is_key = |it: &Generated| matches!(it, Generated::LiveKey { .. } | Generated::Made { part: Part::Key, .. });
    if waiting.iter().any(is_key) {
        return None;
    } else if waiting.is_empty() {
        return Some(Cow::Borrowed(manifest));
    }
    let mut value = manifest.value().clone();
    leave_out(&mut value);
    Manifest::parse(value).ok().map(Cow::Owned)
}

fn leave_out(value: &mut Value) {
    let is_known = |it: &Value| it.as_str().is_none_or(|text| Generated::parse(text).is_none());
    match value {
        Value::Object(members) => {
            members.retain(|_, it| is_known(it));
            members.values_mut().for_each(leave_out);
        }
        Value::Array(items) => {
            items.retain(is_known);
            items.iter_mut().for_each(leave_out);
        }
        _ => {}
    }
}

/// A value as readers see it: without placeholders.
pub fn shown(value: &Value) -> Cow<'_, Value> {
    let replaced = with_texts(value, &mut |text| text.contains(MARK).then(|| shown_text(text)));
    replaced.map_or(Cow::Borrowed(value), Cow::Owned)
}

fn shown_text(text: &str) -> String {
    match Generated::parse(text) {
        Some(Generated::LiveKey { .. }) => "<kept by apply>".to_owned(),
        Some(Generated::Made { .. }) => SHOWN.to_owned(),
        // Some text of a user that only looks like one.
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
