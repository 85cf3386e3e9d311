//! `ks rbac`.

use clap::{ArgGroup, Args};
use ks_plan::lookups;
use ks_plan::rbac::{Rights, Subject};

use super::offline::{self, FactsArgs};
use crate::cli::GlobalOptions;
use crate::command_error::{CommandError, Kind};
use crate::input;
use crate::ui::Ui;

/// Arguments of `ks rbac`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("subject").required(true))]
pub struct RbacArgs {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: FactsArgs,
    /// The user who gets the rights
    #[arg(long, value_name = "NAME", group = "subject")]
    pub user: Option<String>,
    /// The ServiceAccount that gets the rights: NAMESPACE/NAME
    #[arg(long, value_name = "ACCOUNT", group = "subject", value_parser = account)]
    pub serviceaccount: Option<Subject>,
    /// The name of the roles and of their bindings
    #[arg(long, value_name = "NAME", default_value = "ks")]
    pub name: String,
    /// Also what `ks destroy` takes: to list everything, and to delete namespaces that ks made
    #[arg(long)]
    pub destroy: bool,
    /// Without the rights to see pods, logs and events: an apply works, and tells less when something fails
    #[arg(long)]
    pub no_diagnosis: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks rbac -f cc.yaml --user jane | kubectl apply -f -
  ks rbac -f cc.yaml --serviceaccount kubesphere-system/ks --destroy
  ks rbac -f cc.yaml --user jane --no-diagnosis

Prints one ClusterRole, a Role for each namespace with wanted objects, and their bindings: what planning, applying and \
waiting take for this configuration. Another configuration or another version of ks may take more. The namespaces have \
to exist before their roles can.";

/// Prints the roles.
pub async fn run(options: &GlobalOptions, args: &RbacArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let known = offline::known(options, &args.facts, ui).await?;
    let desired = known.compile()?;
    let mut rights = Rights::of(&desired, &lookups(&known.catalogue, &known.config, &known.facts));
    if options.file.is_none() {
        rights = rights.with_live_configuration(&desired, &input::live_object());
    }
    if args.destroy {
        rights = rights.with_destroy(&desired);
    }
    if !args.no_diagnosis {
        rights = rights.with_diagnosis(&desired);
    }
    let user = args.user.clone().map(Subject::User);
    let subject = user.or_else(|| args.serviceaccount.clone());
    let subject = subject.ok_or_else(|| CommandError::new(Kind::Bug, "nobody is named"))?;
    ui.print(&text(&rights, &args.name, &subject)?)?;
    let namespaces: Vec<&str> = rights.namespaces().collect();
    ui.note(&format!("these namespaces have to exist before the roles can: {}", namespaces.join(", ")));
    Ok(Kind::Done)
}

fn text(rights: &Rights, name: &str, subject: &Subject) -> Result<String, CommandError> {
    let mut text: String = rights.notes().map(|it| format!("# {it}\n")).collect();
    for document in rights.documents(name, subject) {
        let document = serde_saphyr::to_string(&document)
            .map_err(|error| CommandError::new(Kind::Bug, format!("write a role as YAML: {error}")))?;
        text.push_str("---\n");
        text.push_str(&document);
    }
    Ok(text)
}

/// Reads `NAMESPACE/NAME`.
fn account(text: &str) -> Result<Subject, String> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(Subject::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() })
        }
        _ => Err("an account is written NAMESPACE/NAME".to_owned()),
    }
}
