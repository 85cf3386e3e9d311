//! Which proxy the environment wants.

use std::ffi::OsString;
use std::net::IpAddr;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::error::ClusterError;

/// Looks up a variable of the environment.
pub(super) type Variable = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// The proxy for a server, by the rules of kubectl: `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the server, unless
/// `NO_PROXY` names the server or it runs on this machine.
pub(super) fn from_environment(server: &Uri, variable: &Variable) -> Result<Option<Uri>, ClusterError> {
    let name = if server.scheme_str() == Some("http") { "HTTP_PROXY" } else { "HTTPS_PROXY" };
    let Some(proxy) = either_case(name, variable) else { return Ok(None) };
    let host = server.host().unwrap_or_default();
    let never = either_case("NO_PROXY", variable).unwrap_or_default();
    if is_this_machine(host) || is_named(server, &never) {
        return Ok(None);
    }
    let with_scheme = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    match with_scheme.parse() {
        Ok(proxy) => Ok(Some(proxy)),
        // The value may hold a password.
        Err(_) => Err(ClusterError::NoCluster(format!("the value of {name} is no address"))),
    }
}

fn either_case(name: &str, variable: &Variable) -> Option<String> {
    let value = |name: &str| variable(name)?.into_string().ok().filter(|it| !it.trim().is_empty());
    value(name).or_else(|| value(&name.to_lowercase())).map(|it| it.trim().to_owned())
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|it| it.is_loopback())
}

fn is_named(server: &Uri, never: &str) -> bool {
    Matcher::builder().all("http://proxy.invalid").no(never).build().intercept(server).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(server: &str, variables: &[(&str, &str)]) -> Option<String> {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let variable =
            move |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, value)| OsString::from(value));
        from_environment(&server.parse().unwrap(), &variable).unwrap().map(|it| it.to_string())
    }

    #[test]
    fn the_scheme_of_the_server_chooses_the_variable() {
        let both = [("HTTPS_PROXY", "http://a:1"), ("http_proxy", "b:2")];
        assert_eq!(proxy("https://api.example.org", &both).as_deref(), Some("http://a:1/"));
        assert_eq!(proxy("http://api.example.org", &both).as_deref(), Some("http://b:2/"));
        assert_eq!(proxy("https://api.example.org", &[]), None);
    }

    #[test]
    fn no_proxy_names_servers_and_not_proxies() {
        for never in ["api.example.org", ".example.org", "*", "10.0.0.0/8,example.org"] {
            let variables = [("HTTPS_PROXY", "http://10.1.1.1:1"), ("NO_PROXY", never)];
            assert_eq!(proxy("https://api.example.org:6443", &variables), None, "{never}");
        }
        let variables = [("HTTPS_PROXY", "http://10.1.1.1:1"), ("NO_PROXY", "10.1.1.1,192.168.0.0/16")];
        assert!(proxy("https://api.example.org", &variables).is_some());
        assert_eq!(proxy("https://192.168.3.4:6443", &variables), None);
    }

    #[test]
    fn a_cluster_on_this_machine_needs_no_proxy() {
        for server in ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"] {
            assert_eq!(proxy(server, &[("HTTPS_PROXY", "http://a:1")]), None, "{server}");
        }
    }
}
