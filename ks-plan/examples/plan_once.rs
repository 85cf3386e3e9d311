//! Plans once, so that the memory of it can be measured: `plan_once SIZE unchanged|empty`.

use ks_model::Facts;
use ks_plan::{LiveState, plan};
use ks_scale::cluster::settled;
use ks_scale::{catalogue, compiled, desired};

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program of its own, not part of the crate")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let size: usize = arguments.next().unwrap_or_default().parse()?;
    let is_settled = arguments.next().as_deref() == Some("unchanged");
    let catalogue = catalogue();
    let wanted = desired(&catalogue, compiled(&catalogue, size));
    let live = if is_settled { settled(&wanted) } else { LiveState::default() };
    let plan = plan(&wanted, &live, &Facts::default())?;
    println!("{} objects, {} changes, {} steps", wanted.manifests().count(), plan.changes.len(), plan.steps.len());
    Ok(())
}
