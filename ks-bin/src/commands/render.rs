//! `ks render`.

use std::borrow::Cow;

use clap::{Args, ValueEnum};
use ks_model::{Manifest, Ownership};
use ks_plan::generated::applicable;
use serde_json::{Value, json};

use super::offline::{self, FactsArgs};
use super::pretty;
use crate::cli::GlobalOptions;
use crate::command_error::{CommandError, Kind};
use crate::session::counted;
use crate::ui::Ui;

/// Arguments of `ks render`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RenderArgs {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: FactsArgs,
    /// As documents of YAML, or as one JSON object of kind List
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Form,
    /// Also print the fields that ks writes into objects of others, such as labels of nodes
    #[arg(long)]
    pub existing: bool,
}

/// How objects are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Documents of YAML.
    #[default]
    Yaml,
    /// One List.
    Json,
}

const EXAMPLES: &str = "\
Examples:
  ks render -f cc.yaml | kubectl apply --server-side --dry-run=server -f -
  ks render -f cc.yaml --facts facts.yaml > objects.yaml
  ks render -f cc.yaml --sandbox -o json | jq '.items[].metadata.name'

The objects come in the order in which `ks apply` writes them, with the labels that it gives them; the \
inventory, a ConfigMap that only `ks apply` keeps, is not among them. Fields in objects of others are left out, \
because applied to a cluster where such an object is missing they would make it. Without --facts, --sandbox, \
--kubeconfig and --context no cluster is asked. Secrets are printed with their values: keep the output as \
safe as they are.";

/// Prints the objects.
pub async fn run(options: &GlobalOptions, args: &RenderArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let desired = offline::compile(options, &args.facts, ui).await?;
    let is_existing = |it: &&Manifest| desired.ownership(it.object()) == Ownership::Fields;
    let (existing, mut all): (Vec<&Manifest>, Vec<&Manifest>) = desired.manifests().partition(is_existing);
    if args.existing {
        all.extend(existing);
    } else if !existing.is_empty() {
        let objects = counted(existing.len() as u64, "object");
        ui.note(&format!("left out: what is wanted in {objects} of others (--existing prints it)"));
    }
    let objects: Vec<Cow<'_, Manifest>> = all.iter().filter_map(|it| applicable(it)).collect();
    if objects.iter().any(|it| matches!(it, Cow::Owned(_))) || objects.len() < all.len() {
        let secrets = counted((all.len() - objects.len()) as u64, "Secret");
        ui.note(&format!(
            "certificates come from `ks apply` only: {secrets} and the fields that name a CA are left out"
        ));
    }
    let secrets = objects.iter().filter(|it| it.object().kind.is("", "Secret")).count();
    if secrets > 0 {
        let secrets = counted(secrets as u64, "Secret");
        ui.note(&format!("the output holds {secrets} with readable values"));
    }
    let text = match args.output {
        Form::Yaml => yaml(&objects)?,
        Form::Json => {
            let items: Vec<&Value> = objects.iter().map(|it| it.value()).collect();
            pretty(&json!({ "apiVersion": "v1", "kind": "List", "items": items }))?
        }
    };
    ui.print(&text)?;
    Ok(Kind::Done)
}

fn yaml(objects: &[Cow<'_, Manifest>]) -> Result<String, CommandError> {
    let mut text = String::new();
    for manifest in objects {
        text.push_str("---\n");
        write_yaml(manifest, &mut text)
            .map_err(|error| CommandError::new(Kind::Bug, format!("write {} as YAML: {error}", manifest.object())))?;
    }
    Ok(text)
}

/// Of what was prepared as YAML when ks was built only the metadata are written anew.
fn write_yaml(manifest: &Manifest, text: &mut String) -> Result<(), serde_saphyr::ser::Error> {
    match manifest.pieces() {
        Some(pieces) => {
            let metadata = json!({ "metadata": manifest.outline().get("metadata") });
            text.extend([pieces.before, &serde_saphyr::to_string(&metadata)?, pieces.after]);
        }
        None => text.push_str(&serde_saphyr::to_string(manifest.value())?),
    }
    Ok(())
}
