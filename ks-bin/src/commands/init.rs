//! `ks init`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ks_plan::starter::{LeftOut, Starter};
use serde_json::Value;

use crate::catalogue;
use crate::cli::GlobalOptions;
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::input::Input;
use crate::saved_plan;
use crate::ui::Ui;

/// Arguments of `ks init`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct InitArgs {
    /// The file to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "cluster-configuration.yaml")]
    pub output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
    /// Begin with the values of the live configuration, `ks-installer` in `kubesphere-system`
    #[arg(long)]
    pub from_cluster: bool,
    /// What becomes of secret values of the live configuration
    #[arg(long, value_enum, value_name = "WHAT", requires = "from_cluster")]
    pub secrets: Option<Secrets>,
}

/// What becomes of secret values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Secrets {
    /// A comment stands in the place of each
    LeaveOut,
    /// They are written in clear, into a file that only you may read
    Include,
}

const EXAMPLES: &str = "\
Examples:
  ks init
  ks init -o cc.yaml && ks plan --sandbox -f cc.yaml
  ks init -o - | less
  ks init --from-cluster --context prod -o prod.yaml
  ks init --manifests mine          with the settings of components of your own

Writes a ClusterConfiguration with every field that the components read: what it means, its default, and who reads it. As it \
is, it wants what the defaults want: fields are comments until the # in front of them is taken away. Switches stand there \
with `false`.

With --from-cluster the fields that the live configuration sets have its values, and what other modules read is carried along; its \
status and what the server keeps account of are left out. Secret are the values of fields whose names say so (password, token, secret, \
basicAuth, ...), addresses with a password in them, and what a component marks as sensitive (monitoring.prometheus.remoteWrite). \
They are left out, each with a comment in its place, and named. If ks reads one of them, a plan of such a file would take it away \
from the cluster, so nothing is written until --secrets says which of both is meant.

Exit code 0 when it is written; 2 when there is no live configuration or the file cannot be written; 9 when the file is there \
already, or when --secrets is needed.";

/// Writes a configuration to start from.
pub async fn run(options: &GlobalOptions, args: &InitArgs, ui: &Ui) -> Result<Kind, CommandError> {
    check(options, args)?;
    let catalogue = catalogue::load(options.manifests.as_deref())?;
    let mut starter = Starter::new(&catalogue);
    if args.from_cluster {
        starter = starter.with_object(&live(options, ui).await?);
        if args.secrets != Some(Secrets::Include) {
            starter = starter.without_secrets();
        }
    }
    consent(starter.left_out(), args)?;
    let text = starter.text();
    if args.output == Path::new("-") {
        ui.print(&text)?;
    } else {
        write(&args.output, &text, args)?;
        ui.print(&format!("wrote {}\n", args.output.display()))?;
    }
    for it in starter.left_out() {
        ui.warn(&format!("left out, because it is secret: {}", it.field));
    }
    if args.output != Path::new("-") {
        let name = args.output.display();
        ui.tell(&format!("\nNext:\n  ks validate -f {name}\n  ks plan --sandbox -f {name}   what it would make, in an embedded cluster\n  ks doctor -f {name}           whether your cluster is ready for it"));
    }
    Ok(Kind::Done)
}

/// Refuses options that would be passed over.
fn check(options: &GlobalOptions, args: &InitArgs) -> Result<(), CommandError> {
    if options.file.is_some() {
        return Err(CommandError::new(Kind::BadInput, "`ks init` reads no file, it writes one")
            .hint("-o FILE names the file to write; `ks validate -f FILE` checks one that is there"));
    }
    if options.cluster.is_explicit() && !args.from_cluster {
        return Err(CommandError::new(Kind::BadInput, "a cluster is named, and nothing is asked of it")
            .hint("--from-cluster begins with the configuration of that cluster"));
    }
    if args.output != Path::new("-") && args.output.exists() && !args.force {
        return Err(is_there(&args.output));
    }
    Ok(())
}

/// The live object: in its normal form, where it is sound.
async fn live(options: &GlobalOptions, ui: &Ui) -> Result<Value, CommandError> {
    let connection = cluster::open(&options.cluster, Access::ReadOnly).await?;
    let found = Input::live_object_of(&*connection.cluster).await;
    let (mut object, input) = found.map_err(|error| match error.kind {
        Kind::NotServed | Kind::BadInput => CommandError::new(Kind::BadInput, error.message)
            .hint("without --from-cluster `ks init` begins with the defaults"),
        _ => error,
    })?;
    match input.parsed {
        Ok(parsed) => object["spec"] = parsed.config.spec().clone(),
        Err(problems) => ui.warn(&format!(
            "the live configuration has errors ({}); it is written as it is, and `ks validate -f` shows each at its line",
            problems.errors().count()
        )),
    }
    Ok(object)
}

/// Insists on a word of the user where leaving a value out changes what is installed.
fn consent(left_out: &[LeftOut], args: &InitArgs) -> Result<(), CommandError> {
    let read: Vec<&str> = left_out.iter().filter(|it| it.is_read).map(|it| it.field.as_str()).collect();
    if read.is_empty() || args.secrets.is_some() {
        return Ok(());
    }
    let message = format!("ks reads values that are secret: {}", read.join(", "));
    Err(CommandError::new(Kind::NoConsent, message)
        .hint("--secrets include writes them in clear, into a file that only you may read")
        .hint(
            "--secrets leave-out writes a comment instead: a plan of that file would take them away from the cluster",
        ))
}

fn write(path: &Path, text: &str, args: &InitArgs) -> Result<(), CommandError> {
    if args.secrets == Some(Secrets::Include) {
        // For its owner only, also where it takes the place of another file.
        return if args.force || !path.exists() { saved_plan::write(path, text) } else { Err(is_there(path)) };
    }
    let (is_forced, mut options) = (args.force, OpenOptions::new());
    let made = options.write(true).create(is_forced).truncate(is_forced).create_new(!is_forced).open(path);
    made.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        _ => CommandError::new(Kind::BadInput, format!("write {}: {error}", path.display()))
            .hint("-o names a file in a folder where you may write, or `-` for standard output"),
    })
}

fn is_there(path: &Path) -> CommandError {
    let path = path.display();
    CommandError::new(Kind::NoConsent, format!("{path} is there already"))
        .hint("-o FILE names another file; --force writes over this one")
        .hint(format!("`ks validate -f {path}` checks the one that is there"))
}
