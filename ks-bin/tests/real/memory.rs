//! How much memory an apply takes at its peak: it grows with what is wanted, not with what else is in the cluster.

use std::process::Stdio;
use std::time::{Duration, Instant};

use ks_tests::campaign::Campaign;
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Writer};
use serde_json::json;

use crate::room::Room;

/// How many objects a component wants, and others have, in a usual test run. The campaign has 5,000.
const SHARE: usize = 500;
/// How many objects stand in one file of a component.
const IN_FILE: usize = 500;
/// How much text is in each object of others: all of them together are more than the room below.
const TEXT: usize = 8 * 1024;
/// By how many KiB two runs may differ that do the same.
const ROOM: u64 = 4 * 1024;

/// The largest memory of a run of `ks` that must end well, in KiB, and how long it took.
fn peak(room: &Room<'_>, arguments: &[&str]) -> (u64, Duration) {
    let began = Instant::now();
    let log = room.path().join("errors");
    let mut command = room.ks(arguments);
    command.stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let end = loop {
        // The kernel keeps the largest value; a process that has ended has none.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let now = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(now.unwrap_or(0));
        if let Some(end) = child.try_wait().unwrap() {
            break end;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(end.success(), "ks {arguments:?}: {}", std::fs::read_to_string(&log).unwrap());
    (most, began.elapsed())
}

/// ConfigMaps of others, in a namespace that a plan looks into.
async fn make(writer: &Writer, count: usize) {
    let text = "x".repeat(TEXT);
    for number in 0..count {
        let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "text": text },
                             "metadata": { "name": format!("other-{number}") } });
        writer.create("/api/v1/namespaces/kubesphere-monitoring-system/configmaps", &object).await.unwrap();
    }
}

/// A component that wants so many ConfigMaps, each with another word at another time.
fn component(room: &Room<'_>, count: usize, word: &str) {
    let folder = room.path().join("own/demo/many");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("component.yaml"), "{ name: many, description: Has many objects. }").unwrap();
    let namespace = "{ apiVersion: v1, kind: Namespace, metadata: { name: many } }";
    std::fs::write(folder.join("namespace.yaml"), namespace).unwrap();
    let object = |number: usize| {
        let metadata = format!("{{ name: one-{number}, namespace: many }}");
        format!("{{ apiVersion: v1, kind: ConfigMap, metadata: {metadata}, data: {{ word: {word} }} }}\n")
    };
    let numbers: Vec<usize> = (0..count).collect();
    for (file, numbers) in numbers.chunks(IN_FILE).enumerate() {
        let objects: Vec<String> = numbers.iter().map(|it| object(*it)).collect();
        std::fs::write(folder.join(format!("many-{file}.yaml")), objects.join("---\n")).unwrap();
    }
}

#[test]
fn the_memory_of_an_apply_does_not_grow_with_the_objects_of_others() {
    if cfg!(not(target_os = "linux")) {
        println!("skipped: only Linux tells the memory of another process in a file");
        return;
    }
    let Some(plane) = ControlPlane::stood_in() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let writer = runtime.block_on(plane.writer()).unwrap();
    let count = Campaign::or_share(SHARE).cases;
    let room = Room::new(&plane);
    std::fs::write(room.path().join("all.yaml"), everything_on()).unwrap();
    let tell = |what: &str, (peak, took): (u64, Duration)| {
        println!("{what}: {} MiB at most, {took:.1?}", peak / 1024);
        peak
    };

    tell("first apply of the whole catalogue", peak(&room, &["apply", "--yes", "-f", "all.yaml"]));
    let alone = tell("plan with nothing to do", peak(&room, &["plan", "-f", "all.yaml"]));
    runtime.block_on(make(&writer, count));
    let among = peak(&room, &["plan", "-f", "all.yaml"]);
    let among = tell(&format!("the same beside {count} objects of others"), among);
    assert!(among <= alone + ROOM, "{among} KiB beside {count} objects of others, {alone} KiB without");

    for (word, what) in [("one", "apply that makes"), ("two", "apply that changes")] {
        component(&room, count, word);
        let many = peak(&room, &["apply", "--yes", "--manifests", "own", "-f", "all.yaml"]);
        tell(&format!("{what} {count} more objects"), many);
    }
}
