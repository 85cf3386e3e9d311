//! The one table of exit codes.

/// The kind of an ending, which decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Done, or nothing to do.
    Done,
    /// Something did not work.
    Failed,
    /// Wrong usage or bad input.
    BadInput,
    /// `plan --detailed-exitcode` found changes.
    Changes,
    /// No configuration leads to a cluster.
    NoCluster,
    /// The cluster does not answer.
    Unreachable,
    /// The credentials are not accepted.
    Unauthorized,
    /// The user may not do it.
    Forbidden,
    /// A kind, or its version, is not served.
    NotServed,
    /// The user's consent is missing.
    NoConsent,
    /// The cluster is not as it was when the plan was saved.
    Stale,
    /// Another runner holds the lease.
    Locked,
    /// The lease was lost during an apply.
    LeaseLost,
    /// The user interrupted.
    Interrupted,
    /// Whoever read the output went away.
    BrokenPipe,
    /// A bug of ks.
    Bug,
}

const TABLE: [(Kind, u8, &str); 16] = [
    (Kind::Done, 0, "done, or nothing to do"),
    (
        Kind::Failed,
        1,
        "failed: the server refused an object, or one did not become ready; `status`: not all is ready; `doctor`: a problem",
    ),
    (Kind::BadInput, 2, "wrong usage, or a configuration or a file with errors"),
    (Kind::Changes, 3, "`plan --detailed-exitcode` found changes"),
    (Kind::NoCluster, 4, "no cluster: no kubeconfig, an unknown context, a sandbox that cannot be opened"),
    (Kind::Unreachable, 5, "the cluster does not answer"),
    (Kind::Unauthorized, 6, "the cluster does not accept the credentials"),
    (Kind::Forbidden, 7, "the user may not do this"),
    (Kind::NotServed, 8, "the cluster does not serve a kind, or not in this version"),
    (
        Kind::NoConsent,
        9,
        "refused for lack of consent: not confirmed, conflicts, loss of data, or a file that is there already",
    ),
    (Kind::Stale, 10, "refused: the cluster is not as it was when the plan was saved"),
    (Kind::Locked, 11, "refused: another runner holds the lease"),
    (Kind::LeaseLost, 12, "stopped: the lease was lost during the apply"),
    (Kind::Bug, 101, "a bug in ks"),
    (Kind::Interrupted, 130, "interrupted"),
    (Kind::BrokenPipe, 141, "the reader of the output went away"),
];

impl Kind {
    /// The exit code.
    pub fn code(self) -> u8 {
        TABLE.iter().find(|(kind, ..)| *kind == self).map_or(1, |(_, code, _)| *code)
    }
}

/// The table, for the help.
pub fn exit_codes() -> String {
    let lines: Vec<String> = TABLE.iter().map(|(_, code, meaning)| format!("  {code:>3}  {meaning}")).collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_stands_once() {
        let codes: BTreeSet<u8> = TABLE.iter().map(|(_, code, _)| *code).collect();
        assert_eq!(codes.len(), TABLE.len());
        assert!(TABLE.iter().all(|(kind, code, _)| kind.code() == *code));
    }
}
