//! What a request can do to a cluster.

use http::{Method, Request};

/// Sorts requests by what they can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kube_cluster) enum RequestClass {
    /// Nothing.
    Read,
    /// Nothing, because the server is asked to store nothing.
    DryRun,
    /// Change something.
    Write,
}

impl RequestClass {
    /// Sorts one request.
    ///
    /// Only PATCH and POST count as dry runs: a DELETE carries its options in the body, where nobody here looks.
    pub(in crate::kube_cluster) fn of<B>(request: &Request<B>) -> Self {
        match *request.method() {
            Method::GET | Method::HEAD => Self::Read,
            Method::PATCH | Method::POST if is_dry_run(request.uri().query()) => Self::DryRun,
            _ => Self::Write,
        }
    }
}

/// A second `dryRun` with another value must not slip through, whichever of the two the server would take.
fn is_dry_run(query: Option<&str>) -> bool {
    let pairs = query.unwrap_or_default().split('&').map(|it| it.split_once('=').unwrap_or((it, "")));
    let values: Vec<&str> = pairs.filter(|(key, _)| *key == "dryRun").map(|(_, value)| value).collect();
    !values.is_empty() && values.iter().all(|value| *value == "All")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(method: Method, address: &str) -> RequestClass {
        RequestClass::of(&Request::builder().method(method).uri(address).body(()).unwrap())
    }

    #[test]
    fn only_reads_and_dry_runs_are_harmless() {
        assert_eq!(class(Method::GET, "/api/v1/pods?watch=true"), RequestClass::Read);
        assert_eq!(class(Method::PATCH, "/api/v1/x?force=true&dryRun=All"), RequestClass::DryRun);
        assert_eq!(class(Method::POST, "/api/v1/x?dryRun=All"), RequestClass::DryRun);
        for (method, address) in [
            (Method::PATCH, "/api/v1/x"),
            (Method::PATCH, "/api/v1/x?dryRun="),
            (Method::PATCH, "/api/v1/x?dryRun=all"),
            (Method::PATCH, "/api/v1/x?dryRun=All&dryRun=None"),
            (Method::PATCH, "/api/v1/x?fieldManager=dryRun=All"),
            (Method::POST, "/api/v1/x"),
            (Method::PUT, "/api/v1/x?dryRun=All"),
            (Method::DELETE, "/api/v1/x?dryRun=All"),
            (Method::CONNECT, "/"),
        ] {
            assert_eq!(class(method.clone(), address), RequestClass::Write, "{method} {address}");
        }
    }
}
