//! Where the configuration comes from: a file, standard input, or the live object.

use std::io::Read;
use std::path::Path;

use ks_apply::{Cluster, ClusterError, ServedKind};
use ks_model::config::{ClusterConfiguration, Parsed, Problem, Problems, Source};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::saved::ConfigurationSource;
use serde_json::Value;

use crate::command_error::{CommandError, Kind};
use crate::ui::{self, Ui};

/// A configuration that was read, sound or not.
pub struct Input {
    /// The name of its source, for people.
    pub name: String,
    /// Its text; absent for the live object.
    pub source: Option<Source>,
    /// What reading it gave.
    pub parsed: Result<Parsed, Problems>,
}

impl Input {
    /// Reads a file, or standard input for `-`.
    pub fn from_file(path: &Path) -> Result<Self, CommandError> {
        let (name, text) = if path == Path::new("-") {
            ("<stdin>".to_owned(), read_stdin())
        } else {
            (path.display().to_string(), std::fs::read(path))
        };
        let bytes = text.map_err(|error| {
            CommandError::new(Kind::BadInput, format!("read {name}: {error}"))
                .hint("-f names the ClusterConfiguration, or `-` for standard input")
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let place = error.utf8_error().valid_up_to();
            CommandError::new(Kind::BadInput, format!("read {name}: not UTF-8 text (byte {place})"))
        })?;
        let source = Source::new(name.clone(), text);
        Ok(Self { name, parsed: ClusterConfiguration::parse(&source), source: Some(source) })
    }

    /// Reads the live object.
    pub async fn from_cluster(cluster: &dyn Cluster) -> Result<Self, CommandError> {
        Ok(Self::live_object_of(cluster).await?.1)
    }

    /// Reads the live object, and gives it as it is, too.
    pub async fn live_object_of(cluster: &dyn Cluster) -> Result<(Value, Self), CommandError> {
        let object = live_object();
        let kind = ServedKind {
            kind: object.kind.clone(),
            version: "v1alpha1".into(),
            plural: "clusterconfigurations".into(),
            namespaced: true,
        };
        let name = format!("{object} in {}", cluster.describe());
        let found = match cluster.get(&kind, &object).await {
            Ok(found) => found,
            Err(ClusterError::NotServed { .. }) => {
                return Err(without_file(Kind::NotServed, &name, "its kind is not served"));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(found) = found else { return Err(without_file(Kind::BadInput, &name, "it does not exist")) };
        Ok((found.clone(), Self { name, source: None, parsed: ClusterConfiguration::from_object(found) }))
    }

    /// Which configuration it is, without what is in it.
    pub fn identity(&self) -> ConfigurationSource {
        self.source.as_ref().map(|it| ConfigurationSource::of(&it.name, &it.text)).unwrap_or_default()
    }

    /// Gives the configuration, when it is sound; tells its problems either way.
    pub fn accept(self, ui: &Ui) -> Result<ClusterConfiguration, CommandError> {
        match self.parsed {
            Ok(Parsed { config, warnings }) => {
                warnings.iter().for_each(|it| ui.warn(&ui::one_line(it)));
                Ok(config)
            }
            Err(problems) => {
                ui.tell(&ui::draw(&problems, self.source.as_ref()));
                Err(refusal(&self.name, problems.errors().count()))
            }
        }
    }

    /// All problems: errors and warnings, in the order of the text.
    pub fn problems(&self) -> Vec<&Problem> {
        match &self.parsed {
            Ok(parsed) => parsed.warnings.iter().collect(),
            Err(problems) => problems.iter().collect(),
        }
    }
}

/// The live object that holds the configuration of the platform.
pub fn live_object() -> ObjectRef {
    let kind = GroupKind::new("installer.kubesphere.io", "ClusterConfiguration");
    ObjectRef::namespaced(kind, "kubesphere-system", "ks-installer")
}

/// Says that a configuration was refused; the problems were told before.
pub fn refusal(name: &str, errors: usize) -> CommandError {
    let errors = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    CommandError::new(Kind::BadInput, format!("{name} is refused: {errors}"))
}

fn read_stdin() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn without_file(kind: Kind, name: &str, why: &str) -> CommandError {
    CommandError::new(kind, format!("read {name}: {why}")).hint("name a configuration with -f FILE")
}
