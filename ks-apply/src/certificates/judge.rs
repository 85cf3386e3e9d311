//! Whether the certificate in a Secret serves, by the clock of this machine.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::{CertificateRequest, CertificateState};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use serde_json::Value;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Judges a live Secret. It serves when its key belongs to its certificate, which covers every name, is signed by the CA
/// beside it, and has more than a third of its life before it.
pub(crate) fn judge(secret: Option<&Value>, request: &CertificateRequest, now: SystemTime) -> CertificateState {
    match usable(secret, request, now) {
        Ok((certificate, ca)) => CertificateState::Usable { certificate, ca },
        Err(because) => CertificateState::Unusable { because },
    }
}

fn usable(secret: Option<&Value>, request: &CertificateRequest, now: SystemTime) -> Result<(String, String), String> {
    let secret = secret.ok_or("it does not exist")?;
    if secret.pointer("/metadata/deletionTimestamp").is_some() {
        return Err("it is being deleted".into());
    }
    let encoded = text(secret, "/data/tls.crt").ok_or("it has no tls.crt")?;
    let pem = decoded(encoded).ok_or("its tls.crt is no text")?;
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().unwrap_or_default();
    let [leaf, .., ca] = chain.as_slice() else {
        return Err(
            if chain.is_empty() { "its tls.crt holds no certificate" } else { "its tls.crt holds no CA" }.into()
        );
    };
    belongs(secret, leaf)?;
    names(leaf, request)?;
    dates(&chain, now)?;
    signed(&chain, leaf, ca, now)?;
    let start = pem.rfind(BEGIN).unwrap_or_default();
    Ok((encoded.to_owned(), STANDARD.encode(&pem[start..])))
}

fn text<'a>(secret: &'a Value, pointer: &str) -> Option<&'a str> {
    secret.pointer(pointer).and_then(Value::as_str)
}

fn decoded(encoded: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

fn belongs(secret: &Value, leaf: &CertificateDer<'static>) -> Result<(), String> {
    let pem = text(secret, "/data/tls.key").and_then(decoded).ok_or("it has no tls.key")?;
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok().and_then(|it| any_supported_type(&it).ok());
    let key = key.ok_or("its tls.key holds no key that can be read")?;
    let pair = CertifiedKey::new(vec![leaf.clone()], key);
    pair.keys_match().map_err(|_| "its tls.key is not the key of its certificate".to_owned())
}

fn names(leaf: &CertificateDer<'_>, request: &CertificateRequest) -> Result<(), String> {
    let certificate = EndEntityCert::try_from(leaf).map_err(|_| "its certificate cannot be read")?;
    let is_for = |name: &str| {
        let name = ServerName::try_from(name).ok();
        name.is_some_and(|it| certificate.verify_is_valid_for_subject_name(&it).is_ok())
    };
    let missing = request.dns_names.iter().find(|it| !is_for(it));
    missing.map_or(Ok(()), |name| Err(format!("its certificate is not for {name}")))
}

/// The certificate with the shortest life decides: a CA that has expired serves nobody.
fn dates(chain: &[CertificateDer<'_>], now: SystemTime) -> Result<(), String> {
    let now =
        i64::try_from(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()).unwrap_or(i64::MAX);
    for certificate in chain {
        let (_, certificate) = X509Certificate::from_der(certificate).map_err(|_| "its certificate cannot be read")?;
        let (from, to) = (certificate.validity().not_before, certificate.validity().not_after);
        let (start, end) = (from.timestamp(), to.timestamp());
        if now < start {
            return Err(format!("its certificate is not valid before {}", day(from)));
        } else if now >= end {
            return Err(format!("its certificate expired on {}", day(to)));
        } else if end - now <= (end - start) / 3 {
            return Err(format!("its certificate expires on {}", day(to)));
        }
    }
    Ok(())
}

fn day(time: ASN1Time) -> String {
    time.to_datetime().date().to_string()
}

fn signed(
    chain: &[CertificateDer<'_>],
    leaf: &CertificateDer<'_>,
    ca: &CertificateDer<'_>,
    now: SystemTime,
) -> Result<(), String> {
    let is_ca = X509Certificate::from_der(ca).is_ok_and(|(_, it)| it.is_ca());
    let anchor = anchor_from_trusted_cert(ca).ok().filter(|_| is_ca).ok_or("its tls.crt holds no CA")?;
    let certificate = EndEntityCert::try_from(leaf).map_err(|_| "its certificate cannot be read")?;
    let between = chain.get(1..chain.len() - 1).unwrap_or_default();
    let time = UnixTime::since_unix_epoch(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
    let (anchors, usage) = ([anchor], KeyUsage::server_auth());
    let path = certificate.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, between, time, usage, None, None);
    path.map(drop).map_err(|_| "its CA does not vouch for its certificate".to_owned())
}
