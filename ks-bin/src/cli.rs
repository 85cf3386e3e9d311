//! Arguments.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command_error::exit_codes;
use crate::commands::carry_out::duration;
use crate::commands::{
    apply, completion, destroy, doctor, explain, graph, history, init, man, plan, rbac, render, rollback, show,
    snapshot, status, validate, version, wait,
};

/// Plans and applies a KubeSphere ClusterConfiguration.
///
/// `ks plan` shows what a configuration changes in a cluster, field by field and with reasons, and writes nothing.
/// `ks apply` does exactly that. Running it twice changes nothing.
#[derive(Debug, Parser)]
#[command(name = "ks", version, propagate_version = true, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{}", exit_codes()))]
pub struct Cli {
    /// Options of all commands.
    #[command(flatten)]
    pub global: GlobalOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ks init -o cc.yaml               write a configuration to start from
  ks plan -f cc.yaml               show what would change in your cluster
  ks apply -f cc.yaml              show it, ask, and do it
  ks apply --sandbox -f cc.yaml    the same in an embedded cluster
  ks status                        how the components of your cluster are";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration to start from, with every field explained
    Init(init::InitArgs),
    /// Look whether a cluster is fit for ks, and say what to do about what is not
    Doctor(doctor::DoctorArgs),
    /// Show what would change, and why; nothing is written
    Plan(plan::PlanArgs),
    /// Show what would change, ask, and do it
    Apply(apply::ApplyArgs),
    /// Show how everything that ks made would go, ask, and remove it; needs no configuration
    Destroy(destroy::DestroyArgs),
    /// List what was applied, or show one apply with its configuration and its plan
    History(history::HistoryArgs),
    /// Show how the configuration of an earlier apply would come back, ask, and do it
    Rollback(rollback::RollbackArgs),
    /// Show a saved plan
    Show(show::ShowArgs),
    /// Write down what plans look at in a cluster, to plan without it
    Snapshot(snapshot::SnapshotArgs),
    /// Tell for each component whether it is there and ready
    Status(status::StatusArgs),
    /// Wait until the components that are on are ready; nothing is written
    Wait(wait::WaitArgs),
    /// Check a configuration and point at every fault
    Validate(validate::ValidateArgs),
    /// Print the objects as YAML that `kubectl apply --server-side -f -` takes
    Render(render::RenderArgs),
    /// Show which object waits for which, and why
    Graph(graph::GraphArgs),
    /// Tell which setting, line, default, fact or condition gave a value
    Explain(explain::ExplainArgs),
    /// Print the roles that planning and applying a configuration take, and nothing more
    Rbac(rbac::RbacArgs),
    /// Print a completion script for a shell
    Completion(completion::CompletionArgs),
    /// Write the manual pages, one for each command
    Man(man::ManArgs),
    /// Print the version, and the commit, target and compiler it was built with
    Version(version::VersionArgs),
}

/// Options of all commands.
#[derive(Debug, Args)]
pub struct GlobalOptions {
    /// The ClusterConfiguration; `-` is standard input. Without it, the live object `ks-installer` in
    /// `kubesphere-system` is used
    #[arg(short = 'f', long = "file", value_name = "FILE", global = true, help_heading = "Configuration")]
    pub file: Option<PathBuf>,
    /// A folder that is laid over the built-in components: each file replaces the one at the same path
    #[arg(long, value_name = "DIR", global = true, help_heading = "Configuration")]
    pub manifests: Option<PathBuf>,
    /// Which cluster.
    #[command(flatten)]
    pub cluster: ClusterOptions,
    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", global = true, help_heading = "Screen")]
    pub color: ColorWhen,
    /// Log each request to the API server to stderr
    #[arg(short, long, global = true, help_heading = "Screen")]
    pub verbose: bool,
}

/// Chooses the cluster.
#[derive(Clone, Debug, Args)]
pub struct ClusterOptions {
    /// Use the embedded cluster in this file, made when it is missing: a stand-in to try things, not for production
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ".ks/sandbox.json",
        conflicts_with_all = ["kubeconfig", "context"],
        global = true,
        help_heading = "Cluster"
    )]
    pub sandbox: Option<PathBuf>,
    /// Plan from a file instead of a cluster: `snapshot:FILE`, made by `ks snapshot`
    #[arg(
        long,
        value_name = "SOURCE",
        conflicts_with_all = ["sandbox", "kubeconfig", "context"],
        global = true,
        help_heading = "Cluster"
    )]
    pub cluster: Option<ClusterSource>,
    /// The kubeconfig to use instead of `KUBECONFIG` and `~/.kube/config`
    #[arg(long, value_name = "FILE", global = true, help_heading = "Cluster")]
    pub kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig to use instead of its current one
    #[arg(long, value_name = "NAME", global = true, help_heading = "Cluster")]
    pub context: Option<String>,
    /// Act as this user, as with kubectl; a ServiceAccount is system:serviceaccount:NAMESPACE:NAME
    #[arg(long = "as", value_name = "USER", conflicts_with_all = ["sandbox", "cluster"], global = true, help_heading = "Cluster")]
    pub impersonate: Option<String>,
    /// Act as a member of this group, too; may be given several times
    #[arg(long, value_name = "GROUP", requires = "impersonate", global = true, help_heading = "Cluster")]
    pub as_group: Vec<String>,
    /// How long to wait for one answer of the API server, retries included: 30s, 2m
    #[arg(long, value_name = "TIME", default_value = "75s", value_parser = duration, global = true, help_heading = "Cluster")]
    pub request_timeout: Duration,
}

impl ClusterOptions {
    /// The snapshot that stands in for a cluster.
    pub fn snapshot(&self) -> Option<&Path> {
        self.cluster.as_ref().map(|ClusterSource::Snapshot(path)| path.as_path())
    }

    /// Whether the user chose a cluster, rather than leaving it to the surroundings.
    pub fn is_explicit(&self) -> bool {
        let Self { sandbox, cluster, kubeconfig, context, impersonate, as_group: _, request_timeout: _ } = self;
        let names = [context, impersonate];
        sandbox.is_some() || cluster.is_some() || kubeconfig.is_some() || names.into_iter().any(Option::is_some)
    }
}

/// Where a cluster is found that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterSource {
    /// In a file of `ks snapshot`.
    Snapshot(PathBuf),
}

impl FromStr for ClusterSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("snapshot", file)) if !file.is_empty() => Ok(Self::Snapshot(file.into())),
            _ => Err("a snapshot is named `snapshot:FILE`".to_owned()),
        }
    }
}

/// Says when to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Says for whom the output is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A consent that names what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The data of an object, named as plans print it, may go away: `data-loss=PersistentVolumeClaim namespace/name`.
    DataLoss(String),
    /// All that ks made may go: `removal=everything`.
    Removal,
}

impl FromStr for Consent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("data-loss", object)) if !object.trim().is_empty() => Ok(Self::DataLoss(object.trim().to_owned())),
            Some(("removal", "everything")) => Ok(Self::Removal),
            _ => Err("a consent is written 'data-loss=KIND NAMESPACE/NAME', or 'removal=everything'".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn examples_fit_on_a_terminal_of_80_columns() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples = EXAMPLES.lines().chain(help.lines()).filter(|it| it.starts_with("  "));
            examples.for_each(|it| assert!(it.chars().count() <= 80, "{it}"));
        }
    }

    #[test]
    fn a_consent_names_its_object() {
        let consent: Consent = "data-loss=PersistentVolumeClaim ns/data".parse().unwrap();
        assert_eq!(consent, Consent::DataLoss("PersistentVolumeClaim ns/data".to_owned()));
        assert_eq!("removal=everything".parse(), Ok(Consent::Removal));
        assert!("data-loss=".parse::<Consent>().is_err());
        assert!("all".parse::<Consent>().is_err());
    }
}
