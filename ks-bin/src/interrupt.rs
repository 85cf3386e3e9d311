//! Ctrl-C: the first one lets running writes finish, the second one ends at once.

use tokio::sync::watch;

use crate::command_error::Kind;

/// Starts listening; the answer becomes true at the first interruption.
pub fn listen() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        let _ = sender.send(true);
        signal().await;
        std::process::exit(Kind::Interrupted.code().into());
    });
    receiver
}

/// Waits for Ctrl-C, or for the polite request to end that schedulers and CI systems send.
#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal() {
    drop(tokio::signal::ctrl_c().await);
}
