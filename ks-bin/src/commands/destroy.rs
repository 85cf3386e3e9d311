//! `ks destroy`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ks_apply::lease::Lookout;
use ks_apply::{Planned, plan_destroy};
use ks_plan::saved::ConfigurationSource;
use ks_plan::{Inventory, SavedPlan};

use super::apply::{ApplyArgs, Ready, duration, duration_or_none, is_accepted, proceed, show};
use super::lock::Truth;
use super::resolve::ResolveArgs;
use crate::catalogue;
use crate::cli::{Consent, GlobalOptions, Output};
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::saved_plan;
use crate::session::{requests, tell_warnings};
use crate::ui::Ui;

/// Arguments of `ks destroy`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DestroyArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Allow what needs a consent of its own, written as the plan prints it: 'data-loss=KIND NAMESPACE/NAME'
    #[arg(long, value_name = "CONSENT")]
    pub allow: Vec<Consent>,
    /// Leave this namespace there, with what others have in it. Can be given again
    #[arg(long, value_name = "NAMESPACE")]
    pub leave: Vec<String>,
    /// Save the plan for `ks apply FILE` and remove nothing
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How long one object may take to go away: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub timeout: Duration,
    /// How long to wait for another runner that holds the lease; 0s fails at once
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration_or_none)]
    pub lock_timeout: Duration,
    /// How many deletes are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
    /// For whom the output is; json is one object per line
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Show every reason
    #[arg(long)]
    pub full: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks destroy                       show it, ask, and do it
  ks destroy --allow 'data-loss=Namespace kubesphere-monitoring-system'
  ks destroy --leave kubesphere-monitoring-system
  ks destroy --out gone.json && ks apply gone.json

Objects of others stay, but for those in a namespace and of a kind that go, which the plan counts and names; \
fields in objects of others are given back. An interrupted run is finished by the next one.";

/// Shows what goes, asks, and removes it; or saves the plan.
pub async fn run(options: &GlobalOptions, args: &DestroyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let access = if args.out.is_some() { Access::ReadOnly } else { Access::ReadWrite };
    let connection = cluster::open(&options.cluster, access).await?;
    let name = connection.cluster.describe();
    let sign = ui.board().map(|it| it.spin(&format!("looking at {name}")));
    let leave: BTreeSet<String> = args.leave.iter().cloned().collect();
    let lookout = match access {
        Access::ReadOnly => None,
        Access::ReadWrite => Some(Lookout::begin(Arc::clone(&connection.cluster), &Inventory::default()).await),
    };
    let planned = plan_destroy(&*connection.cluster, &catalogue, leave).await?;
    drop(sign);
    let apply = args.as_apply();
    show(&planned.plan, &name, &apply, ui)?;
    if !planned.plan.faults.is_empty() {
        is_accepted(&planned.plan)?;
    }
    if let Some(path) = &args.out {
        tell_warnings(&connection, ui);
        ui.tell(&requests(&connection));
        return save(&saved(&planned, name), path, ui).map(|()| Kind::Done);
    }
    // Where another runner was at work meanwhile, the plan is held to what it says, as a saved one is.
    let truth = Some(Truth::Saved(Box::new(saved(&planned, name.clone()))));
    let Planned { survey, plan, .. } = planned;
    let ready = Ready { name, connection, discovery: survey.discovery, plan: Arc::new(plan), lookout, truth };
    proceed(ready, &apply, true, ui).await
}

fn saved(planned: &Planned, cluster: String) -> SavedPlan {
    SavedPlan::of(&planned.plan, &planned.desired, cluster, ConfigurationSource::default())
}

fn save(saved: &SavedPlan, path: &Path, ui: &Ui) -> Result<(), CommandError> {
    let text = saved.text().map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))?;
    saved_plan::write(path, &text)?;
    let path = path.display();
    ui.note(&format!("saved to {path}; `ks show {path}` shows it, `ks apply {path}` applies it as it is"));
    Ok(())
}

impl DestroyArgs {
    /// The same as an apply, which carries the plan out. That everything goes is what the command says.
    fn as_apply(&self) -> ApplyArgs {
        ApplyArgs {
            plan: None,
            yes: self.yes,
            resolve: ResolveArgs::default(),
            force_conflicts: false,
            allow: self.allow.iter().cloned().chain([Consent::Removal]).collect(),
            timeout: self.timeout,
            // Nothing is waited for to become ready.
            grace: self.timeout,
            lock_timeout: self.lock_timeout,
            deadline: None,
            concurrency: self.concurrency,
            output: self.output,
            full: self.full,
        }
    }
}
