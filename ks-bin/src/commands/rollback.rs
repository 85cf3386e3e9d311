//! `ks rollback`.

use std::sync::Arc;

use clap::Args;
use ks_apply::survey;
use ks_model::config::ClusterConfiguration;
use ks_plan::display::PlanDocument;
use ks_plan::history::{Masked, Outcome, RecordedConfiguration, sources};
use ks_plan::{Catalogue, Plan};
use serde_json::Value;

use super::apply::{is_accepted, proceed, ready, show};
use super::carry_out::{CarryOutArgs, PatienceArgs};
use super::history::{Found, pick, read, readable};
use super::pretty;
use super::resolve::ResolveArgs;
use crate::catalogue;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::{self, Access, Connection};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::report::event;
use crate::session::{Given, Session};
use crate::ui::Ui;

/// Arguments of `ks rollback`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RollbackArgs {
    /// The apply to go back to, as `ks history` lists it; without it the last that succeeded and whose configuration is not
    /// that of the last apply
    #[arg(value_name = "NUMBER")]
    pub number: Option<u32>,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How it is carried out.
    #[command(flatten)]
    pub carry_out: CarryOutArgs,
    /// How much is waited for and taken.
    #[command(flatten)]
    pub patience: PatienceArgs,
    /// What becomes of conflicts.
    #[command(flatten)]
    pub resolve: ResolveArgs,
}

const EXAMPLES: &str = "\
Examples:
  ks rollback                      to what was before: shown, asked, done
  ks rollback 3 --dry-run
  ks rollback 3 --yes -f cc.yaml   with secret values from this file

The same as `ks apply` with the configuration of that apply, and itself a new apply in the history. Where the configuration \
is silent, live values are kept, as ever: no volume shrinks. The components are those of this ks; a folder that was given \
with --manifests has to be given again. Secret values are not in the history: each is taken from the cluster, or from the \
configuration that -f names, where one fits.";

/// Plans the configuration of an earlier apply, asks, and carries it out.
pub async fn run(options: &GlobalOptions, args: &RollbackArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if args.carry_out.schema {
        return event::print_schema(ui);
    }
    let resolutions = args.resolve.options()?;
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let given = options.file.as_deref().map(Input::from_file).transpose()?;
    let given = given.map(|it| it.accept(ui)).transpose()?;
    let access = if args.dry_run { Access::ReadOnly } else { Access::ReadWrite };
    let connection = cluster::open(&options.cluster, access).await?;
    let found = read(&connection.cluster).await?;
    let target = match args.number {
        Some(number) => pick(&found, number)?,
        None => last_other(&found)?,
    };
    let configuration = usable(target, options, ui)?;
    let spec = revealed(configuration, target.number, given.as_ref(), &catalogue, &connection).await?;
    let name = format!("the configuration of apply {}", target.number);
    let parsed = ClusterConfiguration::from_object(configuration.object(&spec));
    let config = Input { name, source: None, parsed }.accept(ui)?;
    let source = configuration.source.clone();
    let given = Given { catalogue, config, source };
    let session = Session::with(options, given, connection, None, &resolutions, access, ui).await?;
    let manner = args.carry_out.manner_with(&args.patience);
    ui.note(&format!("going back to the configuration of apply {}", target.number));
    if args.dry_run {
        return shown(&session, args, ui);
    }
    let ready = ready(session, Some(target.number))?;
    show(&ready.plan, &ready.name, &manner, ui)?;
    is_accepted(&ready.plan)?;
    proceed(ready, &manner, true, ui).await
}

/// Shows the plan as `ks plan` does.
fn shown(session: &Session, args: &RollbackArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let plan: &Plan = &session.planned.plan;
    match args.carry_out.output {
        Output::Json => ui.print(&pretty(&PlanDocument::of(plan))?)?,
        Output::Text => show(plan, &session.cluster, &args.carry_out.manner(), ui)?,
    }
    session.tell_warnings(ui);
    ui.tell(&session.requests());
    is_accepted(plan).map(|()| Kind::Done)
}

/// The last apply that succeeded with another configuration than that of the last one.
fn last_other(found: &[Found]) -> Result<&Found, CommandError> {
    let configuration = |it: &Found| it.record.as_ref().ok().and_then(|it| it.configuration.clone());
    let last = found.iter().rev().find_map(configuration);
    let has_succeeded = |it: &Found| it.record.as_ref().is_ok_and(|it| it.outcome == Outcome::Succeeded);
    let is_other = |it: &&Found| {
        let both = configuration(it).zip(last.as_ref());
        has_succeeded(it) && both.is_some_and(|(it, last)| !it.is_same(last))
    };
    found.iter().rev().find(is_other).ok_or_else(|| {
        let message = "the history has no successful apply with another configuration than the last";
        CommandError::new(Kind::BadInput, message)
            .hint("`ks history` lists it; `ks rollback NUMBER` goes back to any of it")
    })
}

/// The configuration of an apply, where the components are those that it was applied with.
fn usable<'a>(target: &'a Found, options: &GlobalOptions, ui: &Ui) -> Result<&'a RecordedConfiguration, CommandError> {
    let (record, number) = (readable(target)?, target.number);
    let configuration = record.configuration.as_ref().ok_or_else(|| {
        CommandError::new(Kind::BadInput, format!("the record of apply {number} does not hold its configuration"))
    })?;
    let digest = catalogue::digest(options.manifests.as_deref())?;
    if configuration.manifests != digest {
        let (message, hint) = match (&configuration.manifests, &digest) {
            (Some(_), None) => ("used a folder of its own", "name that folder with --manifests DIR"),
            (Some(_), Some(_)) => ("used another folder than --manifests names", "give it as it was then"),
            _ => ("used no folder of its own", "leave out --manifests"),
        };
        return Err(CommandError::new(Kind::BadInput, format!("apply {number} {message}")).hint(hint));
    }
    if record.version != env!("CARGO_PKG_VERSION") {
        ui.note(&format!("apply {number} was made by ks {}; the components are those of this one", record.version));
    }
    if record.outcome != Outcome::Succeeded {
        ui.warn(&format!("apply {number} did not succeed"));
    }
    Ok(configuration)
}

/// The spec with its secret values: from the file that is named, the live configuration, and the objects that have them.
async fn revealed(
    configuration: &RecordedConfiguration,
    number: u32,
    given: Option<&ClusterConfiguration>,
    catalogue: &Catalogue,
    connection: &Connection,
) -> Result<Value, CommandError> {
    if !configuration.is_masked() {
        return Ok(configuration.spec.clone());
    }
    let cluster = Arc::clone(&connection.cluster);
    let mut survey = survey(&*cluster).await?;
    survey.look_up(&*cluster, &sources(catalogue)).await?;
    // A configuration that is not there, or is none, has no value to give.
    let live = Input::from_cluster(&*cluster).await.ok().and_then(|it| it.parsed.ok()).map(|it| it.config);
    let configurations = given.into_iter().chain(live.as_ref()).map(ClusterConfiguration::spec);
    let places: Vec<&Value> = configurations.chain(survey.facts.kept.values()).collect();
    let revealed = configuration.reveal(&places, survey.facts.cluster_uid.as_deref());
    revealed.map_err(|Masked { fields }| {
        let lines: Vec<String> = fields.iter().map(|it| format!("\n  {it}")).collect();
        let message = format!(
            "the history holds no secret value, and the cluster has these of apply {number} no longer; nothing was done{}",
            lines.concat()
        );
        CommandError::new(Kind::BadInput, message).hint("-f FILE names a configuration that has them, as they were then")
    })
}
