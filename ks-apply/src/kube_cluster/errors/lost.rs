//! A request without an answer.

use std::error::Error;
use std::io;

use kube::client::AuthError;

use super::{Fault, explain_auth};
use crate::error::ClusterError;
use crate::kube_cluster::layers::Refused;
use crate::kube_cluster::wire::Wire;

/// Finds out why there is no answer.
pub(in crate::kube_cluster) fn lost(action: &str, error: &kube::Error, wire: &Wire) -> Fault {
    let chain = Chain::of(error);
    if chain.find::<Refused>().is_some() {
        return ClusterError::ReadOnly(action.to_owned()).into();
    }
    if let Some(error) = chain.find::<AuthError>() {
        let message = explain_auth(error, &wire.credential);
        return ClusterError::Unauthorized { action: action.to_owned(), message }.into();
    }
    let is_connect = chain.find::<hyper_util::client::legacy::Error>().is_some_and(|it| it.is_connect());
    if is_connect || chain.says("received fatal alert") {
        let (reason, may_pass) = chain.reason_of_unreachable(&wire.server);
        return Fault::Lost { error: ClusterError::Unreachable { server: wire.server.to_string(), reason }, may_pass };
    }
    if chain.io().any(|it| it.kind() == io::ErrorKind::TimedOut) {
        return wire.late(action).into();
    }
    let message = format!("the connection was lost ({})", chain.innermost());
    let error = ClusterError::Transient { action: action.to_owned(), message, retry_after: None };
    Fault::Lost { error, may_pass: true }
}

/// An error and all that caused it.
struct Chain<'a>(Vec<&'a (dyn Error + 'static)>);

impl<'a> Chain<'a> {
    fn of(error: &'a (dyn Error + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |it| cause_of(*it));
        Self(causes.take(16).collect())
    }

    fn find<E: Error + 'static>(&self) -> Option<&'a E> {
        self.0.iter().find_map(|it| it.downcast_ref::<E>())
    }

    fn io(&self) -> impl Iterator<Item = &'a io::Error> {
        self.0.iter().filter_map(|it| it.downcast_ref::<io::Error>())
    }

    fn says(&self, words: &str) -> bool {
        self.0.iter().any(|it| it.to_string().contains(words))
    }

    fn innermost(&self) -> String {
        self.0.last().map(ToString::to_string).unwrap_or_default()
    }

    /// What to tell of a connection that was not made, and whether it may be made a moment later.
    fn reason_of_unreachable(&self, server: &str) -> (String, bool) {
        let innermost = self.innermost();
        let host = server.split("://").last().unwrap_or(server);
        if self.says("dns error") {
            return (format!("the host name is not known ({innermost})"), true);
        }
        if self.says("invalid peer certificate") {
            let words = innermost.split("invalid peer certificate: ").last().unwrap_or(&innermost).to_owned();
            return (format!("its certificate is not trusted ({words})"), false);
        }
        if self.says("received corrupt message") || self.says("InvalidContentType") {
            return (format!("{host} does not speak TLS"), false);
        }
        if self.says("received fatal alert") {
            return (format!("it refuses the TLS connection ({innermost})"), false);
        }
        if self.says("tunnel error") || self.says("SOCKS") {
            return (format!("the proxy does not let through ({innermost})"), false);
        }
        match self.io().map(io::Error::kind).last() {
            Some(io::ErrorKind::ConnectionRefused) => ("connection refused".into(), true),
            Some(io::ErrorKind::TimedOut) => ("no answer to the attempt to connect".into(), false),
            _ => (innermost, true),
        }
    }
}

/// An `io::Error` that wraps another error skips it in `source`, so it is asked for its inside first.
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
