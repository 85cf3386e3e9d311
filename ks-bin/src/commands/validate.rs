//! `ks validate`.

use clap::Args;
use ks_model::config::{Problem, Severity};
use ks_model::say;
use serde::Serialize;

use super::pretty;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::input::{Input, refusal};
use crate::session::counted;
use crate::ui::{self, Ui};

/// Arguments of `ks validate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ValidateArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const EXAMPLES: &str = "\
Examples:
  ks validate -f cc.yaml
  kubectl get cc -n kubesphere-system ks-installer -o yaml | ks validate -f -
  ks validate -f cc.yaml -o json | jq '.problems[].message'

Exit code 0 when it is valid, warnings or not; 2 when it has errors.";

/// What `-o json` prints.
#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    source: &'a str,
    problems: Vec<&'a Problem>,
}

/// Checks the configuration and tells all its problems.
pub async fn run(options: &GlobalOptions, args: &ValidateArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let input = match &options.file {
        Some(path) => Input::from_file(path)?,
        None => {
            let connection = cluster::open(&options.cluster, Access::ReadOnly).await?;
            Input::from_cluster(&*connection.cluster).await?
        }
    };
    let problems = input.problems();
    let errors = problems.iter().filter(|it| it.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    if args.output == Output::Json {
        ui.print(&pretty(&Document { valid: errors == 0, source: &input.name, problems })?)?;
        return if errors == 0 { Ok(Kind::Done) } else { Err(CommandError::silent(Kind::BadInput)) };
    }
    if !problems.is_empty() {
        ui.tell(&ui::draw(problems, input.source.as_ref(), ui.book()));
    }
    if errors > 0 {
        return Err(refusal(&input.name, errors));
    }
    let (name, warnings) = (&input.name, counted(warnings as u64, "warning"));
    let warnings = ui.book().read(&warnings).into_owned();
    ui.print(&(say!(ui.book(), "{name}: valid, {warnings}", name, warnings) + "\n"))?;
    Ok(Kind::Done)
}
