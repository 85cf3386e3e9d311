//! A saved plan, from its file to the point where it may be applied.

use std::path::Path;
use std::sync::Arc;

use ks_apply::lease::Lookout;
use ks_apply::{Survey, look_again, survey};
use ks_model::say;
use ks_plan::saved::Stale;
use ks_plan::{Desired, Inventory, LiveState, Plan, SavedPlan, lookups};

use super::apply::Ready;
use super::lock::Truth;
use super::written_down::Past;
use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access, Connection};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::saved_plan;
use crate::session::{counted, desired};
use crate::ui::Ui;

/// How many objects an error names at most.
const NAMED: usize = 20;

/// Reads a saved plan and looks whether the cluster is as it was.
pub async fn open(options: &GlobalOptions, path: &Path, ui: &Ui) -> Result<Ready, CommandError> {
    let saved = saved_plan::read(path)?;
    let connection = cluster::open(&options.cluster, Access::ReadWrite).await?;
    let name = connection.cluster.describe();
    let sign = ui.board().map(|it| it.spin(&say!(ui.book(), "looking at {name}", name)));
    let parent = &saved.inventory;
    let inventory = Inventory::new(parent.namespace.as_deref().unwrap_or_default(), &parent.name);
    let lookout = Lookout::begin(Arc::clone(&connection.cluster), &inventory).await;
    let survey = survey(&*connection.cluster).await?;
    let (theirs, ours) = (&survey.facts.cluster_uid, &saved.plan.facts.cluster_uid);
    if theirs.is_none() || theirs != ours {
        let uid = |it: &Option<String>| it.clone().unwrap_or_else(|| "without a UID".to_owned());
        let message = format!(
            "the plan is for the cluster {} ({}), and this is {} ({name})",
            uid(ours),
            saved.cluster,
            uid(theirs)
        );
        return Err(CommandError::new(Kind::Stale, message).hint("name the cluster with --context or --kubeconfig"));
    }
    let live = as_expected(&saved, &connection, &survey).await?;
    let plan = revealed(&saved, &live, options, &connection, &survey, ui).await?;
    drop(sign);
    let past = Past { configuration: saved.recorded.clone(), rollback_to: None };
    let (lookout, truth) = (Some(lookout), Some(Truth::Saved(Box::new(saved))));
    Ok(Ready { name, connection, discovery: survey.discovery, plan: Arc::new(plan), lookout, truth, past })
}

/// Refuses when the cluster is not as the plan says, as it is now.
pub async fn still_true(saved: &SavedPlan, connection: &Connection) -> Result<(), CommandError> {
    let survey = survey(&*connection.cluster).await?;
    as_expected(saved, connection, &survey).await.map(drop)
}

async fn as_expected(saved: &SavedPlan, connection: &Connection, survey: &Survey) -> Result<LiveState, CommandError> {
    let live = look_again(&*connection.cluster, survey, saved).await?;
    let stale = saved.stale(&live);
    if stale.is_empty() { Ok(live) } else { Err(refused(&stale)) }
}

fn refused(stale: &[Stale]) -> CommandError {
    let count = counted(stale.len() as u64, "object");
    let mut message = format!("{count} changed since the plan was saved; nothing was done");
    for Stale { object, because } in stale.iter().take(NAMED) {
        message += &format!("\n  {object}: {because}");
    }
    if stale.len() > NAMED {
        message += &format!("\n  and {} more", stale.len() - NAMED);
    }
    CommandError::new(Kind::Stale, message).hint("plan again, and review what is different now")
}

/// Secret values are taken from the live objects; those that are new from the configuration.
async fn revealed(
    saved: &SavedPlan,
    live: &LiveState,
    options: &GlobalOptions,
    connection: &Connection,
    survey: &Survey,
    ui: &Ui,
) -> Result<Plan, CommandError> {
    if let Ok(plan) = saved.reveal(live, None) {
        return Ok(plan);
    }
    let desired = compiled(saved, options, connection, survey, ui).await?;
    saved.reveal(live, Some(&desired)).map_err(|error| {
        let objects: Vec<String> = error.objects.iter().map(|it| format!("\n  {it}")).collect();
        CommandError::new(Kind::Stale, format!("{error}; nothing was done{}", objects.concat()))
            .hint("the configuration changed since: plan again")
    })
}

/// What the configuration wants, from the file that the user names or that the plan was made from.
async fn compiled(
    saved: &SavedPlan,
    options: &GlobalOptions,
    connection: &Connection,
    survey: &Survey,
    ui: &Ui,
) -> Result<Desired, CommandError> {
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let recorded = saved.configuration.file.as_deref().filter(|it| *it != "<stdin>").map(Path::new);
    let input = match options.file.as_deref().or(recorded) {
        Some(path) => Input::from_file(path),
        None if saved.configuration.file.is_some() => {
            Err(CommandError::new(Kind::BadInput, "the plan was made from standard input"))
        }
        None => Input::from_cluster(&*connection.cluster).await,
    };
    let input = input.map_err(|error| {
        error.hint("the plan writes Secrets, whose values are not in its file: name the configuration with -f FILE")
    })?;
    let config = input.accept(ui)?;
    let mut survey = survey.clone();
    survey.look_up(&*connection.cluster, &lookups(&catalogue, &config, &survey.facts)).await?;
    desired(&catalogue, &config, &survey.facts)
}
