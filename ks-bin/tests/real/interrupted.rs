//! An apply that is interrupted and run again reaches the same end.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use ks_tests::control_plane::{ControlPlane, Options};

use crate::room::{Room, errors};

#[test]
fn an_interrupted_apply_run_again_reaches_the_same_end() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 3, controllers: true, operator: false }) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let operator = cluster.start_operator_when_defined();
    let room = Room::new(&cluster);

    let mut apply = room.ks(&["apply", "--yes", "-f", "cc.yaml"]);
    let mut child = apply.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Once the first Deployment is written the apply waits for it, with most of the work still before it.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("created  Deployment")), "nothing was written");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    lines.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), Some(130));

    let run = room.ks(&["plan", "-f", "cc.yaml", "--detailed-exitcode"]).output().unwrap();
    assert_eq!(run.status.code(), Some(3), "the interruption came too late to tell anything: {}", errors(&run));
    let run = room.ks(&["apply", "--yes", "-f", "cc.yaml", "--timeout", "2m"]).output().unwrap();
    assert!(run.status.success(), "{}\n{}", String::from_utf8_lossy(&run.stdout), errors(&run));
    operator.join().unwrap();
    let run = room.ks(&["plan", "-f", "cc.yaml", "--detailed-exitcode"]).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stdout));
    let run = room.ks(&["status", "-f", "cc.yaml"]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}
