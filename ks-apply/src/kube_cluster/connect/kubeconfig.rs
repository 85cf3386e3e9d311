//! Which kubeconfig, and which context of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError};
use serde_json::{Map, Value};

use super::ConnectOptions;
use super::proxy::Variable;
use crate::error::ClusterError;

/// What the search looks at besides the options; tests bring their own.
pub(super) struct Surroundings {
    /// Looks up a variable of the environment.
    pub(super) variable: Box<Variable>,
    /// The home folder.
    pub(super) home: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn real() -> Self {
        Self { variable: Box::new(|name: &str| std::env::var_os(name)), home: std::env::home_dir() }
    }
}

/// A kubeconfig, merged from its files, and the context to use.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kubeconfig: Kubeconfig,
    pub(super) context: String,
}

impl Found {
    /// Whether the kubeconfig itself names a proxy for its cluster.
    pub(super) fn has_own_proxy(&self) -> bool {
        let context = self.kubeconfig.contexts.iter().find(|it| it.name == self.context);
        let cluster = context.and_then(|it| it.context.as_ref()).map(|it| it.cluster.as_str());
        let mut clusters = self.kubeconfig.clusters.iter().filter(|it| Some(it.name.as_str()) == cluster);
        clusters.any(|it| it.cluster.as_ref().is_some_and(|it| it.proxy_url.is_some()))
    }
}

/// Finds the kubeconfig as kubectl does; `None` when there is none and nothing in it was asked for.
pub(super) fn find(options: &ConnectOptions, around: &Surroundings) -> Result<Option<Found>, ClusterError> {
    let mut merged = Kubeconfig::default();
    for path in files(options, around) {
        merged = merged.merge(read(&path)?).map_err(|error| no_cluster(&path, &error.to_string()))?;
    }
    let is_empty = merged.contexts.is_empty() && merged.clusters.is_empty();
    if is_empty && options.context.is_none() && options.kubeconfig.is_none() {
        return Ok(None);
    }
    let context = choose(options, &merged)?;
    Ok(Some(Found { kubeconfig: tidy(merged)?, context }))
}

/// A file that was named must be there; one of a list, or of the home folder, may be missing.
fn files(options: &ConnectOptions, around: &Surroundings) -> Vec<PathBuf> {
    if let Some(path) = &options.kubeconfig {
        return vec![path.clone()];
    }
    let listed = (around.variable)("KUBECONFIG").filter(|it: &OsString| !it.is_empty());
    let candidates: Vec<PathBuf> = match listed {
        Some(listed) => std::env::split_paths(&listed).filter(|it| !it.as_os_str().is_empty()).collect(),
        None => around.home.iter().map(|home| home.join(".kube").join("config")).collect(),
    };
    candidates.into_iter().filter(|path| path.exists()).collect()
}

/// The parser quotes the line at fault, which may hold a token; only the place is told.
fn read(path: &Path) -> Result<Kubeconfig, ClusterError> {
    Kubeconfig::read_from(path).map_err(|error| match error {
        KubeconfigError::ReadConfig(reason, _) => no_cluster(path, &reason.to_string()),
        KubeconfigError::Parse(error) => match error.location() {
            Some(place) => {
                no_cluster(path, &format!("line {}, column {}: not a kubeconfig", place.line(), place.column()))
            }
            None => no_cluster(path, "not a kubeconfig"),
        },
        other => no_cluster(path, &other.to_string()),
    })
}

fn choose(options: &ConnectOptions, kubeconfig: &Kubeconfig) -> Result<String, ClusterError> {
    let names = || {
        let names: Vec<&str> = kubeconfig.contexts.iter().map(|it| it.name.as_str()).collect();
        if names.is_empty() { "there are no contexts".into() } else { format!("there are {}", names.join(", ")) }
    };
    let current = kubeconfig.current_context.clone().filter(|it| !it.is_empty());
    let Some(context) = options.context.clone().or(current) else {
        return Err(ClusterError::NoCluster(format!("no context is chosen and none is current; {}", names())));
    };
    let Some(chosen) = kubeconfig.contexts.iter().find(|it| it.name == context).and_then(|it| it.context.as_ref())
    else {
        return Err(ClusterError::NoCluster(format!("context {context} does not exist; {}", names())));
    };
    let cluster = &chosen.cluster;
    if !kubeconfig.clusters.iter().any(|it| it.name == *cluster && it.cluster.is_some()) {
        return Err(ClusterError::NoCluster(format!("context {context}: cluster {cluster} does not exist")));
    }
    let user = chosen.user.as_deref().filter(|it| !it.is_empty());
    match user.filter(|user| !kubeconfig.auth_infos.iter().any(|it| it.name == **user)) {
        Some(user) => Err(ClusterError::NoCluster(format!("context {context}: user {user} does not exist"))),
        None => Ok(context),
    }
}

/// Drops empty texts, which kubectl takes for absent and kube for values, and white space around tokens.
fn tidy(kubeconfig: Kubeconfig) -> Result<Kubeconfig, ClusterError> {
    let broken = |_| ClusterError::NoCluster("the kubeconfig cannot be read back".into());
    let mut value = serde_json::to_value(kubeconfig).map_err(broken)?;
    for (list, inside) in [("clusters", "cluster"), ("users", "user")] {
        let entries = value.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        for entry in entries.filter_map(|it| it.get_mut(inside)?.as_object_mut()) {
            entry.retain(|_, value| value.as_str() != Some(""));
            tidy_token(entry);
        }
    }
    serde_json::from_value(value).map_err(broken)
}

/// A line break at the end of a token file is usual, and kube would refuse to send it: such a file is read here.
fn tidy_token(user: &mut Map<String, Value>) {
    if !user.contains_key("token")
        && let Some(path) = user.get("tokenFile").and_then(Value::as_str)
        && let Ok(text) = std::fs::read_to_string(path)
        && text.trim() != text
    {
        user.insert("token".into(), text.into());
    }
    if let Some(Value::String(token)) = user.get_mut("token") {
        *token = token.trim().to_owned();
    }
}

fn no_cluster(path: &Path, reason: &str) -> ClusterError {
    ClusterError::NoCluster(format!("{}: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn one(name: &str, token: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             contexts: [{{ name: {name}, context: {{ cluster: {name}, user: {name} }} }}]\n\
             clusters: [{{ name: {name}, cluster: {{ server: 'https://{name}.example.org', proxy-url: '' }} }}]\n\
             users: [{{ name: {name}, user: {{ token: {token:?} }} }}]\n"
        )
    }

    fn around(home: &Path, kubeconfig: Option<OsString>) -> Surroundings {
        let variable = move |name: &str| kubeconfig.clone().filter(|_| name == "KUBECONFIG");
        Surroundings { variable: Box::new(variable), home: Some(home.to_owned()) }
    }

    fn with_context(context: &str) -> ConnectOptions {
        ConnectOptions { context: Some(context.into()), ..ConnectOptions::default() }
    }

    #[test]
    fn the_files_of_the_variable_are_merged_and_missing_ones_do_not_matter() {
        let folder = TempDir::new().unwrap();
        let paths = ["a", "missing", "b"].map(|name| folder.path().join(name));
        fs::write(&paths[0], one("a", "x")).unwrap();
        fs::write(&paths[2], one("b", "y")).unwrap();
        let around = around(folder.path(), Some(std::env::join_paths(&paths).unwrap()));
        let found = find(&ConnectOptions::default(), &around).unwrap().unwrap();
        assert_eq!((found.context.as_str(), found.kubeconfig.contexts.len()), ("a", 2));
        assert_eq!(find(&with_context("b"), &around).unwrap().unwrap().context, "b");
        let error = find(&with_context("c"), &around).unwrap_err();
        assert_eq!(error.to_string(), "find a cluster: context c does not exist; there are a, b");
    }

    #[test]
    fn the_home_folder_comes_last_and_then_there_is_none() {
        let home = TempDir::new().unwrap();
        assert!(find(&ConnectOptions::default(), &around(home.path(), None)).unwrap().is_none());
        fs::create_dir(home.path().join(".kube")).unwrap();
        fs::write(home.path().join(".kube/config"), one("home", "x")).unwrap();
        let found = find(&ConnectOptions::default(), &around(home.path(), None)).unwrap().unwrap();
        assert_eq!(found.context, "home");
        assert!(!found.has_own_proxy(), "an empty proxy-url is none");
    }

    #[test]
    fn a_named_file_must_be_there() {
        let options = ConnectOptions { kubeconfig: Some("/nowhere/config".into()), ..ConnectOptions::default() };
        let error = find(&options, &around(Path::new("/nowhere"), None)).unwrap_err().to_string();
        assert!(error.starts_with("find a cluster: /nowhere/config: No such file"), "{error}");
    }

    #[test]
    fn a_broken_file_is_not_quoted() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("config");
        for text in
            ["users: sentinel-token", "users: [{ name: x, user: { token: [sentinel-token] } }]", "a: 'sentinel-token"]
        {
            fs::write(&path, text).unwrap();
            let options = ConnectOptions { kubeconfig: Some(path.clone()), ..ConnectOptions::default() };
            let error = find(&options, &around(folder.path(), None)).unwrap_err().to_string();
            assert!(error.contains("line 1") && !error.contains("sentinel"), "{error}");
        }
    }

    #[test]
    fn what_is_named_must_exist() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("config");
        let error = |text: &str| {
            fs::write(&path, text).unwrap();
            let options = ConnectOptions { kubeconfig: Some(path.clone()), ..ConnectOptions::default() };
            find(&options, &around(folder.path(), None)).unwrap_err().to_string()
        };
        assert!(error("{}").ends_with("no context is chosen and none is current; there are no contexts"));
        let context = "current-context: a\ncontexts: [{ name: a, context: { cluster: b, user: c } }]\n";
        assert!(error(context).ends_with("context a: cluster b does not exist"));
        let cluster = format!("{context}clusters: [{{ name: b, cluster: {{ server: 'https://b' }} }}]\n");
        assert!(error(&cluster).ends_with("context a: user c does not exist"));
    }

    #[test]
    fn a_token_file_with_a_line_break_is_read_without_it() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("token"), "secret\n").unwrap();
        let path = folder.path().join("config");
        fs::write(&path, one("a", "").replace("token: \"\"", "token: '', tokenFile: token")).unwrap();
        let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
        let found = find(&options, &around(folder.path(), None)).unwrap().unwrap();
        let user = serde_json::to_value(&found.kubeconfig.auth_infos[0]).unwrap();
        assert_eq!(user["user"]["token"], "secret");
    }
}
