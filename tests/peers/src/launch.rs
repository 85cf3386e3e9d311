//! One command, started by a small process of its own.
//!
//! The kernel lets a new process begin with the largest memory of the one that started it. This one is small, whatever the
//! comparison holds in its memory meanwhile.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wait4::Wait4;

/// What one command took.
#[derive(Clone, Copy, Debug)]
pub struct Launched {
    /// The code with which it ended; none when a signal ended it.
    pub code: Option<i32>,
    /// When it was started, since the beginning of 1970.
    pub began: Duration,
    /// From start to end.
    pub wall: Duration,
    /// Of the processors, by the program and the kernel for it.
    pub cpu: Duration,
    /// The largest resident memory, in bytes.
    pub memory: u64,
}

/// Runs a command to its end, and prints what it took.
pub fn launch(command: &[String]) {
    let mut child = Command::new(&command[0]);
    child.args(&command[1..]).stdin(Stdio::null()).stdout(Stdio::null());
    let (began, start) = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap(), Instant::now());
    let ended = child.spawn().unwrap_or_else(|error| panic!("{}: {error}", command[0])).wait4().unwrap();
    let wall = start.elapsed();
    let cpu = ended.rusage.utime + ended.rusage.stime;
    let nanos = |it: Duration| u64::try_from(it.as_nanos()).unwrap();
    let told = json!({ "code": ended.status.code(), "began": nanos(began), "wall": nanos(wall), "cpu": nanos(cpu),
        "memory": ended.rusage.maxrss });
    println!("{told}");
}

/// Reads what was printed.
pub fn read(told: &[u8]) -> Option<Launched> {
    let told: Value = serde_json::from_slice(told).ok()?;
    let nanos = |name: &str| told[name].as_u64().map(Duration::from_nanos);
    Some(Launched {
        code: told["code"].as_i64().and_then(|it| it.try_into().ok()),
        began: nanos("began")?,
        wall: nanos("wall")?,
        cpu: nanos("cpu")?,
        memory: told["memory"].as_u64()?,
    })
}
