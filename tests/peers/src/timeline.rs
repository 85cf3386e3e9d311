//! When a plan asks what: the waterfall of its requests, as the server saw them.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ks_tests::control_plane::AuditEvent;

use crate::measure::Taken;

/// How wide the picture is, in letters.
const WIDTH: f64 = 60.0;

/// Draws the requests of a run, in the order in which they came in. Times count from the start of the process.
pub fn draw(title: &str, taken: &Taken, events: &[AuditEvent]) -> String {
    let at = |text: &str| {
        let nanos = text.parse::<Timestamp>().map(|it| it.as_nanosecond()).unwrap_or_default();
        let nanos = nanos - i128::try_from(taken.began.as_nanos()).unwrap();
        Duration::from_nanos(u64::try_from(nanos).unwrap_or_default()).as_secs_f64() * 1e3
    };
    let whole = taken.wall.as_secs_f64() * 1e3;
    let mut spans: Vec<(f64, f64, &AuditEvent)> =
        events.iter().map(|it| (at(&it.received), at(&it.time), it)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let last = spans.iter().map(|it| it.1).fold(0.0, f64::max);
    let first = spans.first().map_or(0.0, |it| it.0);
    let place = |milliseconds: f64| (milliseconds / whole * WIDTH).clamp(0.0, WIDTH) as usize;
    let mut lines = vec![format!(
        "{title}: {whole:.0} ms; the first request comes in after {first:.0} ms, the last answer leaves {:.0} ms before the end",
        whole - last
    )];
    let mut end = 0.0;
    for (from, to, event) in spans {
        // What came in after everything before was answered may have waited for it.
        let stage = if from >= end { '┬' } else { '│' };
        end = end.max(to);
        let (left, right) = (place(from), place(to).max(place(from) + 1));
        let bar = format!("{}{}", " ".repeat(left), "█".repeat(right - left));
        let uri: String = event.uri.chars().take(90).collect();
        lines.push(format!("{from:8.1} {to:8.1} {stage} {bar:60} {} {uri}", event.verb));
    }
    lines.join("\n")
}
