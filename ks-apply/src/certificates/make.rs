//! Makes the certificates that a plan waits for, once in each run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::manifest::with_texts;
use ks_model::{CertificateRequest, Manifest};
use ks_plan::generated::{Generated, Part, filled, waiting};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use serde_json::Value;

use crate::error::ClusterError;

/// The common name of every CA. A new one is made with each certificate, and its key is forgotten.
const CA: &str = "webhook-ca";
/// How long certificate and CA hold. Every apply renews them when a third of that is left.
const LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Clocks that are behind by this much accept a new certificate.
const SLACK: Duration = Duration::from_secs(3600);

/// Holds what one run makes, so that every object of the run gets the same. Cannot be printed.
pub struct Made {
    values: BTreeMap<Generated, String>,
}

impl Made {
    /// Makes every certificate that one of the manifests waits for.
    ///
    /// # Errors
    /// When this machine has no randomness to make a key of.
    pub fn for_all<'a>(manifests: impl IntoIterator<Item = &'a Manifest>) -> Result<Self, ClusterError> {
        let waited = manifests.into_iter().flat_map(waiting);
        let requests: BTreeSet<CertificateRequest> = waited
            .filter_map(|it| match it {
                Generated::Made { request, .. } => Some(request),
                _ => None,
            })
            .collect();
        let mut values = BTreeMap::new();
        for request in requests {
            let parts = certificate(&request, SystemTime::now()).map_err(|error| ClusterError::Certificate {
                secret: request.secret.to_string(),
                message: error.to_string(),
            })?;
            values.extend(parts.map(|(part, pem)| {
                let request = request.clone();
                (Generated::Made { request, part }, STANDARD.encode(pem))
            }));
        }
        Ok(Self { values })
    }

    /// The manifest with what was made for it.
    pub fn fill<'a>(&self, manifest: &'a Manifest) -> Cow<'a, Manifest> {
        filled(manifest, |it| self.values.get(it).cloned())
    }

    /// The object with placeholders again, so that a plan does not depend on what a dry run was given.
    pub(crate) fn hide(&self, object: Value) -> Value {
        if self.values.is_empty() {
            return object;
        }
        let known = |text: &str| self.values.iter().find(|(_, made)| *made == text).map(|(it, _)| it.placeholder());
        with_texts(&object, &mut |text| known(text)).unwrap_or(object)
    }
}

/// A new CA and a certificate of its own that it signs, as PEM.
fn certificate(request: &CertificateRequest, now: SystemTime) -> Result<[(Part, String); 3], rcgen::Error> {
    let ca_key = KeyPair::generate()?;
    let mut ca = parameters(Vec::new(), CA, now)?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, ca_key);

    let key = KeyPair::generate()?;
    let host = request.dns_names.first().and_then(|it| it.split('.').next()).unwrap_or_default();
    let mut leaf = parameters(request.dns_names.clone(), host, now)?;
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let leaf_pem = leaf.signed_by(&key, &issuer)?.pem();
    Ok([(Part::Certificate, leaf_pem + &ca_pem), (Part::Key, key.serialize_pem()), (Part::Ca, ca_pem)])
}

fn parameters(names: Vec<String>, common_name: &str, now: SystemTime) -> Result<CertificateParams, rcgen::Error> {
    let now = date_time_ymd(1970, 1, 1) + now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let mut made = CertificateParams::new(names)?;
    (made.not_before, made.not_after) = (now - SLACK, now + LIFE);
    made.distinguished_name = rcgen::DistinguishedName::new();
    made.distinguished_name.push(DnType::CommonName, common_name);
    Ok(made)
}
