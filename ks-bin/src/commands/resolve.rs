//! What the user says of conflicts: arguments of `ks plan` and `ks apply`, and what is offered when nothing was said.

use clap::Args;
use ks_apply::PlanOptions;
use ks_plan::{Action, Change, Conflict, FieldAddress, Plan};

use crate::command_error::{CommandError, quoted};

/// How many fields are offered in full.
const OFFERED: usize = 5;

/// Resolves conflicts with other managers of fields.
#[derive(Debug, Default, Args)]
pub struct ResolveArgs {
    /// Take this field, and all below it, from its owner: '.spec.replicas@KIND NAMESPACE/NAME', as plans print both.
    /// Can be given again; what was kept is kept no longer
    #[arg(long, value_name = "PATH@OBJECT", help_heading = "Conflicts")]
    pub take: Vec<String>,
    /// Leave this field, and all in conflict below it, as its owner has it, in later plans too, until it is taken
    #[arg(long, value_name = "PATH@OBJECT", help_heading = "Conflicts")]
    pub keep: Vec<String>,
}

impl ResolveArgs {
    /// Reads the fields, and tells of all that cannot be read.
    pub fn options(&self) -> Result<PlanOptions, CommandError> {
        let mut options = PlanOptions::default();
        let mut faults = Vec::new();
        let resolutions = &mut options.resolutions;
        for (given, wanted) in [(&self.take, &mut resolutions.take), (&self.keep, &mut resolutions.keep)] {
            for text in given {
                match text.parse() {
                    Ok(address) => drop(wanted.insert(address)),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        if faults.is_empty() { Ok(options) } else { Err(faults.into()) }
    }
}

/// Adds what to type to resolve the conflicts of a plan, one by one or all at once.
pub fn offer(plan: &Plan, error: CommandError) -> CommandError {
    let unresolved = |change| Change::unresolved(change).map(move |it| (change, it));
    let mut conflicts: Vec<(&Change, &Conflict)> = plan.conflicting().flat_map(unresolved).collect();
    conflicts.dedup_by(|a, b| a.0.object == b.0.object && a.1.field == b.1.field);
    let offered = conflicts.iter().take(OFFERED).filter_map(|(change, conflict)| {
        let path = conflict.field.parse().ok()?;
        Some((change, conflict, quoted(&FieldAddress { object: change.object.clone(), path })))
    });
    let mut error = error;
    for (change, conflict, field) in offered {
        error = error.hint(format!("write it with --take {field}"));
        // What is made again has no other owner to leave a field to.
        if change.action != Action::Replace {
            error = error.hint(format!("leave it to {} with --keep {field}", conflict.owner.manager));
        }
    }
    let rest = conflicts.len().saturating_sub(OFFERED);
    if rest > 0 {
        error = error.hint(format!("{rest} more are marked with `!` in the plan"));
    }
    error.hint("take all that the plan shows with --force-conflicts")
}
