//! What `render`, `graph` and `explain` share: compiling without looking at the objects of a cluster.

use std::path::{Path, PathBuf};

use clap::Args;
use ks_apply::survey;
use ks_model::{ClusterConfiguration, Facts};
use ks_plan::{Catalogue, Desired, lookups};

use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::session::desired;
use crate::snapshot;
use crate::ui::Ui;

/// Where the facts come from.
#[derive(Debug, Args)]
pub struct FactsArgs {
    /// Facts about the cluster (YAML or JSON: version, nodes, storageClasses, kept) instead of asking one
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
}

/// What a wanted state is a function of.
pub struct Known {
    /// The components.
    pub catalogue: Catalogue,
    /// The configuration.
    pub config: ClusterConfiguration,
    /// The facts about the cluster.
    pub facts: Facts,
}

impl Known {
    /// Compiles what is wanted.
    pub fn compile(&self) -> Result<Desired, CommandError> {
        desired(&self.catalogue, &self.config, &self.facts)
    }
}

/// Compiles the configuration.
pub async fn compile(options: &GlobalOptions, args: &FactsArgs, ui: &Ui) -> Result<Desired, CommandError> {
    known(options, args, ui).await?.compile()
}

/// Reads the configuration and the facts. A cluster is asked for facts only when the user names one, or has it hold the
/// configuration.
pub async fn known(options: &GlobalOptions, args: &FactsArgs, ui: &Ui) -> Result<Known, CommandError> {
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let from_file = options.file.as_deref().map(Input::from_file).transpose()?;
    let from_file = from_file.map(|input| input.accept(ui)).transpose()?;
    let facts = args.facts.as_deref().map(read_facts).transpose()?;
    if let Some(path) = options.cluster.snapshot() {
        let config = from_file.ok_or_else(|| CommandError::new(Kind::BadInput, "no configuration"));
        let config = config.map_err(|it| it.hint("name one with -f FILE"))?;
        let facts = facts.map_or_else(|| Ok(snapshot::read(path)?.facts().clone()), Ok::<_, CommandError>)?;
        return Ok(Known { catalogue, config, facts });
    }
    let connection = match (&from_file, &facts, options.cluster.is_explicit()) {
        (None, ..) | (_, None, true) => Some(cluster::open(&options.cluster, Access::ReadOnly).await?),
        _ => None,
    };
    let config = match (from_file, &connection) {
        (Some(config), _) => config,
        (None, Some(connection)) => Input::from_cluster(&*connection.cluster).await?.accept(ui)?,
        (None, None) => return Err(CommandError::new(Kind::BadInput, "no configuration").hint("name one with -f FILE")),
    };
    let facts = match (facts, &connection) {
        (Some(facts), _) => facts,
        (None, Some(connection)) => {
            let mut survey = survey(&*connection.cluster).await?;
            survey.look_up(&*connection.cluster, &lookups(&catalogue, &config, &survey.facts)).await?;
            survey.facts
        }
        (None, None) => {
            let facts = Facts::default();
            let nodes = facts.nodes;
            ui.note(&format!(
                "no cluster is asked; assuming {} with {nodes} node (--facts FILE says otherwise)",
                facts.version
            ));
            facts
        }
    };
    Ok(Known { catalogue, config, facts })
}

fn read_facts(path: &Path) -> Result<Facts, CommandError> {
    let bad = |why: String| {
        CommandError::new(Kind::BadInput, format!("read --facts {}: {why}", path.display()))
            .hint("for example: {version: v1.34.0, nodes: 3}")
    };
    let text = std::fs::read_to_string(path).map_err(|error| bad(error.to_string()))?;
    serde_saphyr::from_str(&text).map_err(|error| bad(error.without_snippet().to_string()))
}
