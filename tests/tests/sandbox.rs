//! The first day in the embedded sandbox, with nothing installed.

use ks_apply::{Sandbox, SandboxOptions};
use ks_tests::engine::Engine;
use ks_tests::first_day;

#[tokio::test]
async fn the_first_day_in_the_sandbox() {
    first_day::run(&Engine::on(Sandbox::in_memory(SandboxOptions::instant()))).await;
}
