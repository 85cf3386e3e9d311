//! What most commands begin with: the configuration, the components, the cluster, and what they make together.

use std::mem::forget;
use std::path::Path;
use std::sync::Arc;

use ks_apply::lease::Lookout;
use ks_apply::{PlanOptions, Planned};
use ks_model::{ClusterConfiguration, Facts, say};
use ks_plan::history::RecordedConfiguration;
use ks_plan::saved::ConfigurationSource;
use ks_plan::{Catalogue, Desired, Inventory, compile};

use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access, Connection, Look};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::snapshot;
use crate::ui::Ui;

/// A cluster with what is wanted of it and what it has.
pub struct Session {
    /// The cluster as people know it.
    pub cluster: String,
    /// The way to it; a snapshot has none.
    pub connection: Option<Connection>,
    /// The configuration that is planned.
    pub source: ConfigurationSource,
    /// What a history or a saved plan keeps of it; only where one may be written.
    pub recorded: Option<RecordedConfiguration>,
    /// What the configuration wants, what the cluster has, and what is to be done.
    pub planned: Planned,
    /// How the lease was before, and what the plan was made from; only where it may be applied.
    pub basis: Option<(Lookout, Basis)>,
}

/// What is planned.
pub struct Given {
    /// The components.
    pub catalogue: Catalogue,
    /// The configuration.
    pub config: ClusterConfiguration,
    /// Where it came from.
    pub source: ConfigurationSource,
}

/// What a plan was made from.
pub struct Basis {
    catalogue: Catalogue,
    config: ClusterConfiguration,
    more: PlanOptions,
}

impl Basis {
    /// Plans once more.
    pub async fn plan_again(&self, connection: &Connection) -> Result<Planned, CommandError> {
        Ok(connection.look().plan(&self.catalogue, &self.config, &self.more).await?)
    }
}

impl Session {
    /// Reads the configuration, looks at the cluster and plans. A bad file is told before any cluster is asked.
    pub async fn open(
        options: &GlobalOptions,
        more: &PlanOptions,
        access: Access,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let from_file = options.file.as_deref().map(Input::from_file).transpose()?;
        let source = from_file.as_ref().map(Input::identity).unwrap_or_default();
        let from_file = from_file.map(|input| input.accept(ui)).transpose()?;
        if let Some(path) = options.cluster.snapshot().filter(|_| access == Access::ReadOnly) {
            let catalogue = catalogue::load(options.manifests.as_deref())?;
            let snapshot = snapshot::read(path)?;
            let config = from_file.ok_or_else(|| without_file(path))?;
            let planned = snapshot.plan(&catalogue, &config, more)?;
            snapshot::tell_unknown(&snapshot, &planned.desired, ui);
            let record = || recorded(&catalogue, &config, &source, options, &planned);
            let recorded = more.for_saving.then(record).transpose()?;
            return Ok(Self { cluster: snapshot.cluster, connection: None, source, recorded, planned, basis: None });
        }
        let connection = cluster::open(&options.cluster, access).await;
        // Answers come in while the components are read. Whoever may write looks at the lease before all else.
        let look = connection.as_ref().ok().filter(|_| access == Access::ReadOnly).map(Connection::look);
        let catalogue = catalogue::load(options.manifests.as_deref())?;
        let connection = connection?;
        let config = match from_file {
            Some(config) => config,
            None => Input::from_cluster(&*connection.cluster).await?.accept(ui)?,
        };
        let given = Given { catalogue, config, source };
        Self::with(options, given, connection, look, more, access, ui).await
    }

    /// Looks at a cluster and plans what is given.
    pub async fn with(
        options: &GlobalOptions,
        given: Given,
        connection: Connection,
        look: Option<Look>,
        more: &PlanOptions,
        access: Access,
        ui: &Ui,
    ) -> Result<Self, CommandError> {
        let Given { catalogue, config, source } = given;
        let name = connection.cluster.describe();
        let sign = ui.board().map(|it| it.spin(&say!(ui.book(), "looking at {name}", name)));
        let lookout = match access {
            Access::ReadOnly => None,
            Access::ReadWrite => Some(Lookout::begin(Arc::clone(&connection.cluster), &Inventory::default()).await),
        };
        let look = look.unwrap_or_else(|| connection.look());
        let planned = look.plan(&catalogue, &config, more).await?;
        drop(sign);
        let cluster = connection.cluster.describe();
        let record = || recorded(&catalogue, &config, &source, options, &planned);
        let recorded = (more.for_saving || access == Access::ReadWrite).then(record).transpose()?;
        let basis = Basis { catalogue, config, more: more.clone() };
        let basis = match lookout {
            Some(lookout) => Some((lookout, basis)),
            None => {
                // The end of the program frees it in one go.
                forget(basis);
                None
            }
        };
        Ok(Self { cluster, connection: Some(connection), source, recorded, planned, basis })
    }

    /// How many requests were made so far, in words.
    pub fn requests(&self) -> String {
        self.connection.as_ref().map_or_else(|| "No request: planned from a snapshot.".to_owned(), requests)
    }

    /// Tells what the server warned of.
    pub fn tell_warnings(&self, ui: &Ui) {
        self.connection.iter().for_each(|it| tell_warnings(it, ui));
    }
}

fn recorded(
    catalogue: &Catalogue,
    config: &ClusterConfiguration,
    source: &ConfigurationSource,
    options: &GlobalOptions,
    planned: &Planned,
) -> Result<RecordedConfiguration, CommandError> {
    let (digest, uid) = (catalogue::digest(options.manifests.as_deref())?, planned.plan.facts.cluster_uid.as_deref());
    Ok(RecordedConfiguration::of(catalogue, config, source.clone(), digest, uid))
}

/// How many requests were made so far, in words.
pub fn requests(connection: &Connection) -> String {
    let count = connection.cluster.requests();
    format!(
        "{}: {}, {}, {}.",
        counted(count.total(), "request"),
        counted(count.reads, "read"),
        counted(count.dry_runs, "dry run"),
        counted(count.writes, "write"),
    )
}

/// Tells what the server warned of.
pub fn tell_warnings(connection: &Connection, ui: &Ui) {
    connection.warnings().iter().for_each(|it| ui.warn(&format!("the server says: {it}")));
}

/// A snapshot has no configuration: the live one may hold passwords.
fn without_file(path: &Path) -> CommandError {
    CommandError::new(Kind::BadInput, format!("{} holds no configuration", path.display()))
        .hint("name the configuration with -f FILE")
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
