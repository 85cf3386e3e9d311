//! `ks destroy`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use ks_apply::lease::Lookout;
use ks_apply::{Planned, plan_destroy};
use ks_model::say;
use ks_plan::saved::ConfigurationSource;
use ks_plan::{Inventory, SavedPlan};

use super::apply::{Ready, is_accepted, proceed, show};
use super::carry_out::CarryOutArgs;
use super::lock::Truth;
use super::written_down::Past;
use crate::catalogue;
use crate::cli::{Consent, GlobalOptions};
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::report::event;
use crate::saved_plan;
use crate::session::{requests, tell_warnings};
use crate::ui::Ui;

/// Arguments of `ks destroy`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DestroyArgs {
    /// How it is carried out.
    #[command(flatten)]
    pub carry_out: CarryOutArgs,
    /// Leave this namespace there, with what others have in it. Can be given again
    #[arg(long, value_name = "NAMESPACE")]
    pub leave: Vec<String>,
    /// Save the plan for `ks apply FILE` and remove nothing
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
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
    if args.carry_out.schema {
        return event::print_schema(ui);
    }
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let access = if args.out.is_some() { Access::ReadOnly } else { Access::ReadWrite };
    let connection = cluster::open(&options.cluster, access).await?;
    let name = connection.cluster.describe();
    let sign = ui.board().map(|it| it.spin(&say!(ui.book(), "looking at {name}", name)));
    let leave: BTreeSet<String> = args.leave.iter().cloned().collect();
    let lookout = match access {
        Access::ReadOnly => None,
        Access::ReadWrite => Some(Lookout::begin(Arc::clone(&connection.cluster), &Inventory::default()).await),
    };
    let planned = plan_destroy(&*connection.cluster, &catalogue, leave).await?;
    drop(sign);
    let mut manner = args.carry_out.manner();
    // That everything goes is what the command says.
    manner.allow.push(Consent::Removal);
    show(&planned.plan, &name, &manner, ui)?;
    if !planned.plan.faults.is_empty() {
        is_accepted(&planned.plan)?;
    }
    if let Some(path) = &args.out {
        tell_warnings(&connection, ui);
        ui.say(&requests(&connection));
        return save(&saved(&planned, name), path, ui).map(|()| Kind::Done);
    }
    // Where another runner was at work meanwhile, the plan is held to what it says, as a saved one is.
    let truth = Some(Truth::Saved(Box::new(saved(&planned, name.clone()))));
    let past = Past::default();
    let Planned { survey, plan, .. } = planned;
    let ready = Ready { name, connection, discovery: survey.discovery, plan: Arc::new(plan), lookout, truth, past };
    proceed(ready, &manner, true, ui).await
}

fn saved(planned: &Planned, cluster: String) -> SavedPlan {
    SavedPlan::of(&planned.plan, &planned.desired, &planned.live, cluster, ConfigurationSource::default())
}

fn save(saved: &SavedPlan, path: &Path, ui: &Ui) -> Result<(), CommandError> {
    let text = saved.text().map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))?;
    saved_plan::write(path, &text)?;
    let path = path.display();
    ui.note(&format!("saved to {path}; `ks show {path}` shows it, `ks apply {path}` applies it as it is"));
    Ok(())
}
