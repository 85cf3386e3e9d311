//! Server certificates in Secrets: which one a component needs, and what a cluster has.
//!
//! Keys have no place here: whatever is made from these values may be printed and stored.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GroupKind, ObjectRef};

/// Names a Secret: `NAMESPACE/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct SecretName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Says that a text names no Secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form `NAMESPACE/NAME`")]
pub struct SecretNameError(String);

impl SecretName {
    /// The identity of the Secret.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::namespaced(GroupKind::new("", "Secret"), &self.namespace, &self.name)
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl FromStr for SecretName {
    type Err = SecretNameError;

    fn from_str(text: &str) -> Result<Self, SecretNameError> {
        match text.split_once('/') {
            Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self { namespace: namespace.to_owned(), name: name.to_owned() })
            }
            _ => Err(SecretNameError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for SecretName {
    type Error = SecretNameError;

    fn try_from(text: String) -> Result<Self, SecretNameError> {
        text.parse()
    }
}

impl From<SecretName> for String {
    fn from(name: SecretName) -> Self {
        name.to_string()
    }
}

/// Says which server certificate a component needs, and in which Secret of type `kubernetes.io/tls` it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateRequest {
    /// The Secret: `tls.crt` holds the certificate and then its CA, `tls.key` the key.
    pub secret: SecretName,
    /// The DNS names that clients call the server by.
    pub dns_names: Vec<String>,
}

/// What a cluster has for a request. The key is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "camelCase", deny_unknown_fields)]
pub enum CertificateState {
    /// The Secret serves, and stays as it is.
    Usable {
        /// The certificate and its chain, as `tls.crt` holds them: PEM in base64.
        certificate: String,
        /// The CA that clients trust: PEM in base64.
        ca: String,
    },
    /// A new certificate is needed.
    Unusable {
        /// Why, in words: `it does not exist`.
        because: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_with_its_namespace() {
        assert_eq!("a/b".parse::<SecretName>().unwrap().object().to_string(), "Secret a/b");
        assert!(["", "a", "/b", "a/", "a/b/c"].iter().all(|it| it.parse::<SecretName>().is_err()));
    }
}
