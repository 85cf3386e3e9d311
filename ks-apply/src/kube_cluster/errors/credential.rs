//! What the server was shown, told without showing it.

use std::path::PathBuf;

use kube::client::AuthError;
use kube::config::AuthInfo;

/// Names the kind of credential in use; never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::kube_cluster) enum Credential {
    /// None at all.
    Nothing,
    /// A token in the kubeconfig.
    Token,
    /// A token in a file.
    TokenFile(PathBuf),
    /// Name and password.
    Password,
    /// A client certificate.
    Certificate,
    /// A credential plugin, with what its author says when it is not installed.
    Plugin {
        /// The program.
        command: String,
        /// How to install it.
        hint: Option<String>,
    },
    /// One of the old providers inside of client-go.
    Provider(String),
}

impl Credential {
    /// Finds out which of the credentials of a user kube takes, in its order.
    pub(in crate::kube_cluster) fn of(user: &AuthInfo) -> Self {
        if let Some(provider) = &user.auth_provider {
            Self::Provider(provider.name.clone())
        } else if user.username.is_some() && user.password.is_some() {
            Self::Password
        } else if user.token.is_some() {
            Self::Token
        } else if let Some(file) = &user.token_file {
            Self::TokenFile(file.into())
        } else if let Some(exec) = &user.exec {
            let command = exec.command.clone().unwrap_or_default();
            Self::Plugin { command, hint: exec.install_hint.clone() }
        } else if user.client_certificate.is_some() || user.client_certificate_data.is_some() {
            Self::Certificate
        } else {
            Self::Nothing
        }
    }

    /// What is likely wrong when the server does not accept it.
    pub(in crate::kube_cluster) fn suspicion(&self) -> String {
        match self {
            Self::Nothing => "no credentials were sent".into(),
            Self::Token => "the token may have expired".into(),
            Self::TokenFile(path) => format!("the token in {} may have expired", path.display()),
            Self::Password => "user name and password may be wrong".into(),
            Self::Certificate => "the client certificate may have expired".into(),
            Self::Plugin { command, .. } => format!("the credentials from `{command}` may have expired"),
            Self::Provider(name) => format!("the token of auth provider `{name}` may have expired"),
        }
    }
}

/// Says why credentials could not be had; the output of a plugin holds tokens and is never told.
pub(in crate::kube_cluster) fn explain_auth(error: &AuthError, credential: &Credential) -> String {
    let (command, hint) = match credential {
        Credential::Plugin { command, hint } => (command.as_str(), hint.as_deref()),
        _ => ("", None),
    };
    match error {
        AuthError::AuthExecStart(reason) => {
            let hint = hint.map(|it| format!("; {}", it.trim())).unwrap_or_default();
            format!("run credential plugin `{command}`: {reason}{hint}")
        }
        AuthError::AuthExecRun { out, .. } => {
            let words = String::from_utf8_lossy(&out.stderr);
            let last = words.lines().map(str::trim).rfind(|it| !it.is_empty()).unwrap_or_default();
            let words = if last.is_empty() { String::new() } else { format!(": {last}") };
            format!("run credential plugin `{command}`: {}{words}", out.status)
        }
        AuthError::AuthExecParse(_) => format!("run credential plugin `{command}`: it printed no ExecCredential"),
        AuthError::ExecPluginFailed => format!("run credential plugin `{command}`: its ExecCredential has no status"),
        AuthError::ReadTokenFile(reason, path) => format!("read token file {}: {reason}", path.display()),
        AuthError::InvalidBearerToken(_) => "the token holds characters that no token can hold".into(),
        AuthError::InvalidBasicAuth(_) => "user name or password holds characters that cannot be sent".into(),
        AuthError::ParseTokenKey(_) => "the auth provider printed no JSON".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{ExitStatus, Output};

    use super::*;

    #[test]
    fn a_failing_plugin_is_named_and_its_output_is_not_told() {
        let credential = Credential::Plugin { command: "aws".into(), hint: Some("install aws\n".into()) };
        let out = Output {
            status: ExitStatus::from_raw(256),
            stdout: b"the-token".to_vec(),
            stderr: b"traceback\nExpired SSO session\n".to_vec(),
        };
        let error = AuthError::AuthExecRun { cmd: "aws --token x".into(), out: Box::new(out) };
        let text = explain_auth(&error, &credential);
        assert_eq!(text, "run credential plugin `aws`: exit status: 1: Expired SSO session");
        let error = AuthError::AuthExecStart(std::io::ErrorKind::NotFound.into());
        assert!(explain_auth(&error, &credential).ends_with("; install aws"));
    }

    #[test]
    fn the_credential_in_use_is_the_one_that_kube_takes() {
        let user: AuthInfo = serde_json::from_value(serde_json::json!({
            "tokenFile": "/var/token", "client-certificate": "/etc/cert",
        }))
        .unwrap();
        assert_eq!(Credential::of(&user), Credential::TokenFile("/var/token".into()));
        assert_eq!(Credential::of(&AuthInfo::default()), Credential::Nothing);
    }
}
