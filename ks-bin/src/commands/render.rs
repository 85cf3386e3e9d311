//! `ks render`.

use clap::{Args, ValueEnum};
use ks_model::Manifest;
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
inventory, a ConfigMap that only `ks apply` keeps, is not among them. Without --facts, --sandbox, \
--kubeconfig and --context no cluster is asked. Secrets are printed with their values: keep the output as \
safe as they are.";

/// Prints the objects.
pub async fn run(options: &GlobalOptions, args: &RenderArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let desired = offline::compile(options, &args.facts, ui).await?;
    let manifests: Vec<&Manifest> = desired.manifests().collect();
    let secrets = manifests.iter().filter(|it| it.object().kind.is("", "Secret")).count();
    if secrets > 0 {
        let secrets = counted(secrets as u64, "Secret");
        ui.note(&format!("the output holds {secrets} with readable values"));
    }
    let text = match args.output {
        Form::Yaml => yaml(&manifests)?,
        Form::Json => {
            let items: Vec<&Value> = manifests.iter().map(|it| it.value()).collect();
            pretty(&json!({ "apiVersion": "v1", "kind": "List", "items": items }))?
        }
    };
    ui.print(&text)?;
    Ok(Kind::Done)
}

fn yaml(manifests: &[&Manifest]) -> Result<String, CommandError> {
    let mut text = String::new();
    for manifest in manifests {
        let document = serde_saphyr::to_string(manifest.value())
            .map_err(|error| CommandError::new(Kind::Bug, format!("write {} as YAML: {error}", manifest.object())))?;
        text.push_str("---\n");
        text.push_str(&document);
    }
    Ok(text)
}
