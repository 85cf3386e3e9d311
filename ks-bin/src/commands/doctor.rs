//! `ks doctor`.

use clap::Args;
use ks_apply::checkup::{Subject, check_up};
use ks_model::config::ClusterConfiguration;
use ks_plan::doctor::{Configured, judge};
use serde_json::json;

use super::pretty;
use crate::catalogue;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::{self, Access, Connection};
use crate::command_error::{CommandError, Kind};
use crate::input::{Input, live_object};
use crate::report::doctor::{Report, schema};
use crate::session::{requests, tell_warnings};
use crate::ui::Ui;

/// Arguments of `ks doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Print the JSON schema of `-o json` and do nothing else
    #[arg(long)]
    pub schema: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks doctor                         of the cluster that kubectl would use
  ks doctor -f cc.yaml              for a configuration that is not applied yet
  ks doctor --sandbox
  ks doctor -o json | jq '.findings[] | select(.verdict == \"problem\")'

Looks at the connection, the versions, the kinds that are served, what you may do, storage classes, what older installers left \
behind, namespaces that hang, the lease, the last apply and aggregated APIs. Says of each finding what it means and what to do next. \
Nothing is written: questions about rights are sent as dry runs. Without -f and without a live configuration the defaults are looked at.

Exit code 0 when nothing is a problem, warnings or not; 1 when something is; 4 when there is no cluster to look at.";

/// Looks, and tells what it means.
pub async fn run(options: &GlobalOptions, args: &DoctorArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if args.schema {
        return ui.print(&pretty(&schema())?).map(|()| Kind::Done);
    }
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let from_file = options.file.as_deref().map(Input::from_file).transpose()?;
    let connection = cluster::open(&options.cluster, Access::ReadOnly).await?;
    let sign = ui.board().map(|it| it.spin(&format!("looking at {}", connection.cluster.describe())));
    let (config, configured) = match from_file {
        Some(input) => sorted(input)?,
        None => live(&connection).await?,
    };
    let mut subject = Subject::new(&catalogue, &config, configured);
    subject.live_configuration = options.file.is_none().then(live_object);
    let findings = judge(&check_up(&*connection.cluster, &subject).await);
    drop(sign);
    let report = Report::new(connection.cluster.describe(), &findings, connection.cluster.requests());
    match args.output {
        Output::Text => {
            ui.print(&report.text())?;
            ui.tell(&requests(&connection));
        }
        Output::Json => ui.print(&pretty(&report)?)?,
    }
    tell_warnings(&connection, ui);
    Ok(if report.has_problem() { Kind::Failed } else { Kind::Done })
}

/// The live configuration, or the defaults with the reason.
async fn live(connection: &Connection) -> Result<(ClusterConfiguration, Configured), CommandError> {
    match Input::from_cluster(&*connection.cluster).await {
        Ok(input) => sorted(input),
        Err(error) if matches!(error.kind, Kind::NotServed | Kind::BadInput) => Ok((defaults()?, Configured::Nowhere)),
        Err(error) => Ok((defaults()?, Configured::Unread { because: error.message })),
    }
}

fn sorted(input: Input) -> Result<(ClusterConfiguration, Configured), CommandError> {
    let source = input.name;
    Ok(match input.parsed {
        Ok(parsed) => (parsed.config, Configured::Sound { source, warnings: parsed.warnings.len() }),
        Err(problems) => (defaults()?, Configured::Refused { source, errors: problems.errors().count() }),
    })
}

/// What a configuration wants that says nothing.
fn defaults() -> Result<ClusterConfiguration, CommandError> {
    let object = json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {},
    });
    let parsed = ClusterConfiguration::from_object(object);
    parsed.map(|it| it.config).map_err(|problems| CommandError::new(Kind::Bug, problems.to_string()))
}
