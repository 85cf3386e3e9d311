//! What a cluster refused, and what to do about it.

use std::collections::BTreeSet;

use ks_apply::ClusterError;
use ks_plan::rbac::MissingRule;

use super::{CommandError, Kind, chain};

/// How many missing rules are told one by one.
const TOLD: usize = 5;

impl From<ClusterError> for CommandError {
    fn from(error: ClusterError) -> Self {
        Self { kind: kind(&error), message: chain(&error), hints: hints(&error) }
    }
}

fn kind(error: &ClusterError) -> Kind {
    match error {
        ClusterError::NoCluster(_) => Kind::NoCluster,
        ClusterError::Unreachable { .. } | ClusterError::TimedOut { .. } | ClusterError::Transient { .. } => {
            Kind::Unreachable
        }
        ClusterError::Unauthorized { .. } => Kind::Unauthorized,
        ClusterError::Forbidden { .. } => Kind::Forbidden,
        ClusterError::NotServed { .. } => Kind::NotServed,
        ClusterError::ReadOnly(_) => Kind::Bug,
        ClusterError::LeaseLost { .. } => Kind::LeaseLost,
        _ => Kind::Failed,
    }
}

/// What to type or look at next.
pub fn hints(error: &ClusterError) -> Vec<String> {
    let hints: &[&str] = match error {
        ClusterError::NoCluster(_) => &[
            "name a kubeconfig with --kubeconfig FILE or KUBECONFIG, and a context with --context NAME",
            "without any cluster, try --sandbox",
        ],
        ClusterError::Unreachable { .. } => {
            &["check the address in the kubeconfig, VPN and proxy; `kubectl version` asks the same server"]
        }
        ClusterError::TimedOut { .. } => &["the server is slow or overloaded; running ks again is safe"],
        ClusterError::Transient { .. } => &["this may pass by itself; running ks again is safe"],
        ClusterError::Unauthorized { .. } => &[
            "log in again, or renew the certificate or token of this context; `kubectl auth whoami` shows who you are",
        ],
        ClusterError::Forbidden { message, .. } => {
            let found = missing([message.as_str()]);
            if !found.is_empty() {
                return found;
            }
            &["ask for this right, or use another --context; `kubectl auth can-i --list` shows what you may do"]
        }
        ClusterError::NotServed { .. } => &[
            "its CustomResourceDefinition may be missing or of another version: `kubectl api-resources` lists what is served",
        ],
        ClusterError::LeaseLost { .. } => &["another runner may be at work; when it is done, run ks apply again"],
        ClusterError::Conflict { fields, .. } if !fields.is_empty() => {
            &["`ks plan` shows who owns which field; --take writes it, --keep leaves it to its owner"]
        }
        ClusterError::Conflict { .. } => &["the object changed meanwhile; run ks again"],
        ClusterError::Invalid { .. } => &["`ks render` shows the object as it was sent"],
        ClusterError::ReadOnly(_) => {
            &["this is a bug in ks: planning must not write; nothing was sent. Please report it"]
        }
        ClusterError::Protocol { .. } => &["is this the address of a Kubernetes API server? -v logs the requests"],
        _ => &[],
    };
    hints.iter().map(|it| (*it).to_owned()).collect()
}

/// The rules that are missing where the server said these words, each once, and what prints all that are needed.
pub fn missing<'m>(messages: impl IntoIterator<Item = &'m str>) -> Vec<String> {
    let rules: BTreeSet<MissingRule> = messages.into_iter().filter_map(MissingRule::read).collect();
    if rules.is_empty() {
        return Vec::new();
    }
    let mut hints: Vec<String> = rules.iter().take(TOLD).map(|it| format!("missing rule: {it}")).collect();
    if rules.len() > TOLD {
        hints.push(format!("and {} more missing rules", rules.len() - TOLD));
    }
    hints.push("`ks rbac` prints the roles with all rules that a configuration needs".to_owned());
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORBIDDEN: &str =
        r#"pods "b" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "a""#;

    fn every_variant() -> Vec<ClusterError> {
        let (action, message) = (|| "get Pod a/b".to_owned(), || "no".to_owned());
        let conflict = ks_apply::FieldConflict { field: ".spec.replicas".into(), manager: "kubectl".into() };
        vec![
            ClusterError::NoCluster("no kubeconfig".into()),
            ClusterError::Unreachable { server: "https://a".into(), reason: "refused".into() },
            ClusterError::TimedOut { action: action(), seconds: 3 },
            ClusterError::Unauthorized { action: action(), message: message() },
            ClusterError::Forbidden { action: action(), message: message() },
            ClusterError::Forbidden { action: action(), message: FORBIDDEN.to_owned() },
            ClusterError::NotServed { action: action(), kind: "v9 Pod".into() },
            ClusterError::Conflict { action: action(), message: message(), fields: vec![conflict] },
            ClusterError::Conflict { action: action(), message: message(), fields: vec![] },
            ClusterError::Invalid { action: action(), message: message(), causes: vec![] },
            ClusterError::Transient { action: action(), message: message(), retry_after: None },
            ClusterError::LeaseLost { action: action(), reason: "b took it".into() },
            ClusterError::ReadOnly("apply Pod a/b".into()),
            ClusterError::Protocol { action: action(), message: message() },
        ]
    }

    #[test]
    fn every_error_of_a_cluster_has_a_code_and_a_hint() {
        let table: Vec<String> = every_variant()
            .into_iter()
            .map(CommandError::from)
            .map(|it| format!("{:>3} {}\n    {}", it.kind.code(), it.message, it.hints.join("\n    ")))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }
}
