//! `ks snapshot`.

use std::path::PathBuf;

use clap::Args;
use ks_apply::ClusterSnapshot;

use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::saved_plan;
use crate::session::{requests, tell_warnings};
use crate::ui::Ui;

/// Arguments of `ks snapshot`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SnapshotArgs {
    /// The file to write, readable by its owner only; standard output without it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ks snapshot -f cc.yaml --out cluster.json
  ks plan -f cc.yaml --cluster snapshot:cluster.json
  ks snapshot -f cc.yaml | gzip > cluster.json.gz

The snapshot holds the objects of all components, on or off, and what the server made of the configuration. \
Values of Secrets are not in it, only fingerprints.";

/// Writes a snapshot.
pub async fn run(options: &GlobalOptions, args: &SnapshotArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let from_file = options.file.as_deref().map(Input::from_file).transpose()?;
    let from_file = from_file.map(|input| input.accept(ui)).transpose()?;
    let connection = cluster::open(&options.cluster, Access::ReadOnly).await?;
    let config = match from_file {
        Some(config) => config,
        None => Input::from_cluster(&*connection.cluster).await?.accept(ui)?,
    };
    let sign = ui.board().map(|it| it.spin(&format!("looking at {}", connection.cluster.describe())));
    let snapshot = ClusterSnapshot::record(&*connection.cluster, &catalogue, &config).await?;
    drop(sign);
    let text = snapshot.text().map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))?;
    match &args.out {
        Some(path) => {
            saved_plan::write(path, &text)?;
            let path = path.display();
            ui.note(&format!("written to {path}; plan from it with --cluster snapshot:{path}"));
        }
        None => ui.print(&text)?,
    }
    tell_warnings(&connection, ui);
    ui.say(&requests(&connection));
    Ok(Kind::Done)
}
