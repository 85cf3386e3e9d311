//! What has to be agreed to before anything is written.

use ks_model::say;
use ks_plan::Plan;

use super::carry_out::Manner;
use super::resolve::offer;
use crate::cli::{Consent, Output};
use crate::command_error::{CommandError, Kind};
use crate::session::counted;
use crate::ui::Ui;

/// Refuses what needs a consent that was not given.
pub fn consent(plan: &Plan, manner: &Manner) -> Result<(), CommandError> {
    if plan.removes_everything() && !manner.allow.contains(&Consent::Removal) {
        let message = "nothing is left on, so everything that ks made would go; nothing was done";
        return Err(CommandError::new(Kind::NoConsent, message)
            .hint("`ks destroy` removes everything; is this the right configuration, and the right --manifests?")
            .hint("allow it with --allow removal=everything"));
    }
    let allowed = |object: &str| manner.allow.iter().any(|it| matches!(it, Consent::DataLoss(name) if name == object));
    let losses: Vec<String> = plan.data_losses().map(|it| it.object.to_string()).filter(|it| !allowed(it)).collect();
    if !losses.is_empty() {
        let what = counted(losses.len() as u64, "object");
        let error = CommandError::new(Kind::NoConsent, format!("the data of {what} would go away; nothing was done"));
        let error =
            losses.iter().fold(error, |error, it| error.hint(format!("allow it with --allow 'data-loss={it}'")));
        let leave = "`ks destroy --leave NAMESPACE` leaves a namespace there, with what others have in it";
        return Err(if plan.removes_everything() { error.hint(leave) } else { error });
    }
    let conflicts: usize = plan.conflicting().map(|it| it.unresolved().count()).sum();
    if conflicts > 0 && !manner.engine.force_conflicts {
        let fields = counted(conflicts as u64, "field");
        let message = format!("{fields} of other managers would change (`!` in the plan); nothing was done");
        let error = offer(plan, CommandError::new(Kind::NoConsent, message));
        let again = "--take and --keep belong to `ks plan`: plan again with them, and save that";
        return Err(if manner.is_saved { error.hint(again) } else { error });
    }
    Ok(())
}

/// Asks, unless the user said yes before.
pub fn confirm(manner: &Manner, ui: &Ui) -> Result<(), CommandError> {
    if manner.yes {
        return Ok(());
    }
    let nobody = |why: &str| {
        CommandError::new(Kind::NoConsent, "there is nobody to ask; nothing was done")
            .hint(format!("{why}: apply without a question with --yes"))
    };
    if manner.output == Output::Json {
        return Err(nobody("json is for programs"));
    }
    let question = say!(ui.book(), "Apply these changes? Only 'yes' is accepted:");
    match ui.ask(&format!("\n{question}")).as_deref() {
        Some("yes") => Ok(()),
        Some(_) => Err(CommandError::new(Kind::NoConsent, "not confirmed; nothing was done")),
        None => Err(nobody("standard input is no terminal")),
    }
}
