//! Observe, plan and apply against the sandbox, with every request written down.

mod applying;
mod crashing;
mod interrupting;
mod planning;
mod recorder;
mod story;
mod waiting;
