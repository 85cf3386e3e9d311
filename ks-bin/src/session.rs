//! What most commands begin with: the configuration, the components, the cluster, and what they make together.

use ks_apply::{PlanOptions, Planned, RequestCount, plan};
use ks_model::{ClusterConfiguration, Facts};
use ks_plan::{Catalogue, Desired, Inventory, compile};

use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access, Connection};
use crate::command_error::CommandError;
use crate::input::Input;
use crate::ui::Ui;

/// A cluster with what is wanted of it and what it has.
pub struct Session {
    /// The cluster.
    pub connection: Connection,
    /// What the configuration wants, what the cluster has, and what is to be done.
    pub planned: Planned,
}

impl Session {
    /// Reads the configuration, looks at the cluster and plans. A bad file is told before any cluster is asked.
    pub async fn open(
        options: &GlobalOptions,
        more: &PlanOptions,
        access: Access,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let catalogue = catalogue::load(options.manifests.as_deref())?;
        let from_file = options.file.as_deref().map(Input::from_file).transpose()?;
        let from_file = from_file.map(|input| input.accept(ui)).transpose()?;
        let connection = cluster::open(&options.cluster, access).await?;
        let config = match from_file {
            Some(config) => config,
            None => Input::from_cluster(&*connection.cluster).await?.accept(ui)?,
        };
        let sign = ui.board().map(|it| it.spin(&format!("looking at {}", connection.cluster.describe())));
        let planned = plan(&*connection.cluster, &catalogue, &config, more).await?;
        drop(sign);
        Ok(Self { connection, planned })
    }

    /// How many requests were made so far, in words.
    pub fn requests(&self) -> String {
        requests_in_words(&self.connection.cluster.requests())
    }

    /// Tells what the server warned of.
    pub fn tell_warnings(&self, ui: &Ui) {
        self.connection.warnings().iter().for_each(|it| ui.warn(&format!("the server says: {it}")));
    }
}

/// Compiles what a configuration wants of a cluster with these facts.
pub fn desired(catalogue: &Catalogue, config: &ClusterConfiguration, facts: &Facts) -> Result<Desired, CommandError> {
    let compiled = compile(catalogue, config, facts)?;
    Ok(Desired::of(catalogue, compiled, Inventory::default())?)
}

/// `1 read`, `2 reads`.
pub fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// How many requests were made, in words.
pub fn requests_in_words(count: &RequestCount) -> String {
    format!(
        "{}: {}, {}, {}.",
        counted(count.total(), "request"),
        counted(count.reads, "read"),
        counted(count.dry_runs, "dry run"),
        counted(count.writes, "write"),
    )
}
