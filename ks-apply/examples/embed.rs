//! Embeds ks: loads a configuration, plans it against an embedded sandbox, prints the plan and applies it.
//!
//! ```sh
//! cargo run -p ks-apply --example embed -- manifests/examples/cluster-configuration.yaml
//! ```

use std::error::Error;
use std::sync::Arc;

use ks_apply::{ApplyEvent, ApplyOptions, Cluster, PlanOptions, Sandbox, SandboxOptions, apply, plan};
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::{Action, Catalogue};
use tokio::sync::{mpsc, watch};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example talks to whoever runs it")]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: embed CLUSTER-CONFIGURATION.yaml")?;
    let source = Source { text: std::fs::read_to_string(&file)?, name: file };
    let config = ClusterConfiguration::parse(&source)?.config;
    let catalogue = Catalogue::embedded()?;
    let cluster: Arc<dyn Cluster> = Arc::new(Sandbox::in_memory(SandboxOptions::default()));

    let planned = plan(&*cluster, &catalogue, &config, &PlanOptions::default()).await?;
    for change in planned.plan.changes.iter().filter(|it| it.action != Action::NoOp) {
        println!("{} {}", change.action.symbol(), change.object);
    }
    println!("{:?}, {} requests", planned.plan.summary(), planned.requests.total());

    // Keep the sender: set it to true to interrupt.
    // Where others may write at the same time, `ks_apply::lease` keeps them out.
    let (_interrupt, interrupted) = watch::channel(false);
    let (events, mut seen) = mpsc::unbounded_channel();
    let work = Arc::new(planned.plan);
    let applying = apply(
        Arc::clone(&cluster),
        planned.survey.discovery,
        Arc::clone(&work),
        ApplyOptions::default(),
        interrupted,
        events,
    );
    let reading = async {
        while let Some(event) = seen.recv().await {
            if let ApplyEvent::StepFinished(id, outcome, took) = event
                && let Some(step) = work.steps.get(id)
            {
                println!("{}: {outcome:?} after {took:.1?}", step.task);
            }
        }
    };
    let (tally, ()) = tokio::join!(applying, reading);
    println!("{tally:?}");

    let again = plan(&*cluster, &catalogue, &config, &PlanOptions::default()).await?;
    println!(
        "planned again: {}",
        if again.plan.is_empty() { "nothing to change" } else { "something is left to change" }
    );
    Ok(())
}
