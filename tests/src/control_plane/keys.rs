//! Keys, certificates, users and their kubeconfigs. All of it lives as long as the control plane.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::json;

use super::unavailable::Unavailable;

/// The user that tests act as.
pub(super) const ADMIN: &str = "ks-admin";
/// The user that this harness and the parts of the control plane act as; the audit log leaves it out.
pub(super) const HARNESS: &str = "ks-harness";
/// The user that the prometheus-operator acts as.
pub(super) const OPERATOR: &str = "prometheus-operator";

pub(super) const CA: &str = "ca.crt";
pub(super) const SERVER_CERTIFICATE: &str = "server.crt";
pub(super) const SERVER_KEY: &str = "server.key";
pub(super) const SERVICE_ACCOUNT_KEY: &str = "service-accounts.key";
pub(super) const SERVICE_ACCOUNT_PUBLIC_KEY: &str = "service-accounts.pub";
pub(super) const TOKENS: &str = "tokens.csv";

/// Writes every key and kubeconfig into the folder.
pub(super) fn write(folder: &Path, server: &str) -> Result<(), Unavailable> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    ca.distinguished_name.push(DnType::CommonName, "ks test control plane");
    let ca_certificate = ca.self_signed(&ca_key)?;

    let server_key = KeyPair::generate()?;
    let names = ["127.0.0.1", "localhost", "kubernetes.default.svc"].map(str::to_owned);
    let mut leaf = CertificateParams::new(names.to_vec())?;
    leaf.distinguished_name.push(DnType::CommonName, "kube-apiserver");
    let server_certificate = leaf.signed_by(&server_key, &Issuer::new(ca, ca_key))?;

    let service_account_key = KeyPair::generate()?;
    let users = [ADMIN, HARNESS, OPERATOR];
    let tokens: String = users.map(|user| format!("{user}-token,{user},{user},system:masters\n")).concat();

    let write =
        |name: &str, text: &str| fs::write(folder.join(name), text).map_err(Unavailable::io(format!("write {name}")));
    write(CA, &ca_certificate.pem())?;
    write(SERVER_CERTIFICATE, &server_certificate.pem())?;
    write(SERVER_KEY, &server_key.serialize_pem())?;
    write(SERVICE_ACCOUNT_KEY, &service_account_key.serialize_pem())?;
    write(SERVICE_ACCOUNT_PUBLIC_KEY, &service_account_key.public_key_pem())?;
    write(TOKENS, &tokens)?;
    for user in users {
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "ks", "cluster": {"server": server, "certificate-authority": folder.join(CA)}}],
            "users": [{"name": user, "user": {"token": format!("{user}-token")}}],
            "contexts": [{"name": "ks", "context": {"cluster": "ks", "user": user}}],
            "current-context": "ks",
        });
        write(&format!("{user}.kubeconfig"), &config.to_string())?;
    }
    Ok(())
}

/// The path of a user's kubeconfig.
pub(super) fn kubeconfig(folder: &Path, user: &str) -> PathBuf {
    folder.join(format!("{user}.kubeconfig"))
}
