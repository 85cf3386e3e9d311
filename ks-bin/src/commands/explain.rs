//! `ks explain`.

use clap::Args;
use ks_model::config::nearest;
use ks_model::{ComponentName, ObjectRef};
use ks_plan::Desired;
use ks_plan::display::ShortNames;
use ks_plan::explain::{Explainer, ObjectQuery};
use serde::Serialize;

use super::offline::{self, FactsArgs};
use super::pretty;
use crate::cli::{GlobalOptions, Output};
use crate::command_error::{CommandError, Kind};
use crate::report::explain as report;
use crate::ui::Ui;

/// Arguments of `ks explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExplainArgs {
    /// The object, as kubectl or a plan names it: `deployment/grafana`, `Prometheus NAMESPACE/k8s`
    #[arg(value_name = "OBJECT", required_unless_present = "component")]
    pub object: Option<String>,
    /// A field of it as plans print it, with all below: `.spec.replicas`
    #[arg(value_name = "FIELD")]
    pub field: Option<String>,
    /// The field, when kind and name of the object are two words.
    #[arg(hide = true)]
    pub last: Option<String>,
    /// The namespace of the object
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Explain a component instead: its conditions, its settings, its objects
    #[arg(long, value_name = "NAME", conflicts_with_all = ["object", "field", "namespace"])]
    pub component: Option<String>,
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: FactsArgs,
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const EXAMPLES: &str = "\
Examples:
  ks explain deployment/kube-state-metrics -f cc.yaml
  ks explain prometheus/k8s .spec.replicas -f cc.yaml --facts facts.yaml
  ks explain Prometheus kubesphere-monitoring-system/k8s spec.storage
  ks explain ds/node-exporter 'spec.template.spec.containers[0].args'
  ks explain --component thanos-ruler -f cc.yaml
  ks explain --component prometheus -o json | jq '.settings[].origin'

A setting shapes a field when the field comes out otherwise with another value of the setting: the template \
is rendered again to find out. Without --facts, --sandbox, --kubeconfig and --context no cluster is asked. \
Values that stand in Secrets are masked.";

/// Explains an object, a field or a component.
pub async fn run(options: &GlobalOptions, args: &ExplainArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let question = question(args)?;
    let known = offline::known(options, &args.facts, ui).await?;
    let desired = known.compile()?;
    let explainer = Explainer::new(&known.catalogue, &known.config, &known.facts, &desired);
    let names = ShortNames::of(desired.graph().objects());
    let text = match question {
        Question::Component(name) => {
            let parsed = name.parse().ok().and_then(|it: ComponentName| explainer.component(&it));
            let story = parsed.ok_or_else(|| unknown_component(name, &explainer))?;
            written(args.output, &story, || report::component(&story, &names))?
        }
        Question::Object(query, field) => {
            let object = find(&query, &explainer, &names, &desired)?;
            match field {
                None => {
                    let story = explainer.object(object).ok_or_else(|| unknown_object(&query))?;
                    written(args.output, &story, || report::object(&story, &names))?
                }
                Some(field) => {
                    let story = explainer.field(object, field).ok_or_else(|| unknown_object(&query))?;
                    let story = story.map_err(|error| {
                        let near = error.near.join(" or ");
                        CommandError::caused(Kind::BadInput, &error).hint(format!("there is {near}"))
                    })?;
                    written(args.output, &story, || report::field(&story, &names))?
                }
            }
        }
    };
    ui.print(&text)?;
    Ok(Kind::Done)
}

enum Question<'a> {
    Component(&'a str),
    Object(ObjectQuery, Option<&'a str>),
}

/// What is asked. Kind and name may come as one word or as two.
fn question(args: &ExplainArgs) -> Result<Question<'_>, CommandError> {
    if let Some(name) = &args.component {
        return Ok(Question::Component(name));
    }
    let word = |it: &'_ Option<String>| it.clone().unwrap_or_default();
    let is_whole = args.object.as_ref().is_some_and(|it| it.contains(['/', ' ']));
    let (object, field, extra) = if is_whole {
        (word(&args.object), args.field.as_deref(), args.last.is_some())
    } else {
        (format!("{} {}", word(&args.object), word(&args.field)), args.last.as_deref(), false)
    };
    let query = ObjectQuery::parse(&object, args.namespace.as_deref()).filter(|_| !extra);
    let wrong = || {
        CommandError::new(Kind::BadInput, format!("'{}' does not name an object", object.trim()))
            .hint("an object is KIND/NAME, such as deployment/kube-state-metrics, or 'KIND NAMESPACE/NAME'")
            .hint("for a component write `ks explain --component NAME`")
    };
    Ok(Question::Object(query.ok_or_else(wrong)?, field))
}

fn find<'d>(
    query: &ObjectQuery,
    explainer: &Explainer<'_>,
    names: &ShortNames,
    desired: &'d Desired,
) -> Result<&'d ObjectRef, CommandError> {
    let listed = |found: &[&ObjectRef]| -> String {
        found.iter().map(|it| format!("\n  {}", names.show(it))).collect::<Vec<_>>().concat()
    };
    match query.among(desired, desired.graph().objects()).as_slice() {
        [one] => Ok(one),
        [] => {
            let closed = explainer.closed_objects();
            let off = query.among(desired, closed.iter().map(|(object, _)| object));
            if let Some((object, gate)) = off.first().and_then(|it| closed.iter().find(|(object, _)| object == *it)) {
                let (object, component, reason) = (names.show(object), &gate.component, &gate.reason);
                let place = gate.location.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
                let message = format!("{object} is not wanted: {component} is off, {reason}{place}");
                return Err(CommandError::new(Kind::BadInput, message)
                    .hint(format!("`ks explain --component {component}` tells how to switch it on")));
            }
            let near = query.near(desired, desired.graph().objects());
            let error = unknown_object(query);
            Err(if near.is_empty() {
                error.hint("`ks graph` lists all objects")
            } else {
                error.hint(format!("did you mean{}", listed(&near)))
            })
        }
        several => {
            let message = format!("'{}/{}' names several objects:{}", query.kind, query.name, listed(several));
            Err(CommandError::new(Kind::BadInput, message)
                .hint("add -n NAMESPACE, or the group to the kind, as in deployment.apps/NAME"))
        }
    }
}

fn unknown_object(query: &ObjectQuery) -> CommandError {
    let place = query.namespace.as_ref().map(|it| format!(" in namespace {it}")).unwrap_or_default();
    CommandError::new(Kind::BadInput, format!("no component wants '{}/{}'{place}", query.kind, query.name))
}

fn unknown_component(name: &str, explainer: &Explainer<'_>) -> CommandError {
    let all: Vec<&str> = explainer.components().map(ComponentName::as_str).collect();
    let error = CommandError::new(Kind::BadInput, format!("there is no component '{name}'"));
    match nearest(name, all.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("there are {}", all.join(", "))),
    }
}

fn written(output: Output, story: &impl Serialize, text: impl FnOnce() -> String) -> Result<String, CommandError> {
    match output {
        Output::Text => Ok(text()),
        Output::Json => pretty(story),
    }
}
