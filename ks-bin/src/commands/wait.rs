//! `ks wait`.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ks_apply::{ApplyOptions, PlanOptions};
use ks_model::say;
use ks_plan::Unready;

use super::apply::{Ready, proceed};
use super::carry_out::{Manner, duration};
use super::written_down::Past;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::report::event;
use crate::session::{Session, counted};
use crate::ui::Ui;

/// Arguments of `ks wait`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct WaitArgs {
    /// How long one object may take to become ready: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub timeout: Duration,
    /// How long a fault is put up with that may pass: an image that does not come, a crash, no room on the nodes
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub grace: Duration,
    /// For whom the output is; json is one object per line
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Print the JSON schema of the lines of `-o json`, and do nothing else
    #[arg(long)]
    pub schema: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks wait                          of the live configuration
  ks wait -f cc.yaml --timeout 20m

Waits for each object of the components that are on, whoever makes it ready. Nothing is written. Exit code 0 when \
all are ready, 1 when one is late or cannot become ready.";

/// Waits until the components that are on are ready.
pub async fn run(options: &GlobalOptions, args: &WaitArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if args.schema {
        return event::print_schema(ui);
    }
    if let Some(path) = options.cluster.snapshot() {
        let message = format!("{} is a snapshot: nothing in it changes", path.display());
        return Err(CommandError::new(Kind::BadInput, message).hint("`ks status` tells how everything was"));
    }
    let Session { cluster: name, connection, planned, .. } =
        Session::open(options, &PlanOptions::default(), Access::ReadOnly, ui).await?;
    let connection = connection.ok_or_else(|| CommandError::new(Kind::Bug, "there is no way to the cluster"))?;
    if !planned.plan.is_empty() {
        ui.note("the cluster is not as the configuration wants it; `ks plan` shows what would change");
    }
    let plan = Arc::new(planned.plan.waits(&planned.desired, &planned.live));
    if args.output == Output::Text {
        let (book, unready) = (ui.book(), counted(plan.unready.len() as u64, "object"));
        ui.print(&if plan.unready.is_empty() {
            say!(book, "Everything is ready.") + "\n"
        } else {
            let line = |it: &Unready| {
                let readiness = it.readiness.to_string();
                let (object, why) = (&it.object, book.read(&readiness));
                format!("  {}\n", say!(book, "{object}: {why}", object, why))
            };
            let lines: String = plan.unready.iter().map(line).collect();
            format!("{}\n{lines}", say!(book, "Waiting for {unready}:", unready = book.read(&unready)))
        })?;
    }
    let ready = Ready {
        name,
        connection,
        discovery: planned.survey.discovery,
        plan,
        lookout: None,
        truth: None,
        past: Past::default(),
    };
    proceed(ready, &args.manner(), false, ui).await
}

impl WaitArgs {
    /// The same as an apply, which carries out the waits.
    fn manner(&self) -> Manner {
        let mut engine = ApplyOptions::default();
        engine.concurrency = 1;
        engine.timeout = self.timeout;
        engine.grace = self.grace;
        let (lock_timeout, output) = (Duration::ZERO, self.output);
        Manner { yes: true, allow: Vec::new(), engine, lock_timeout, output, full: false, is_saved: false, history: 0 }
    }
}
