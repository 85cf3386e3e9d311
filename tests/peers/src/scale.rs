//! The same plan with more and more objects.

use std::path::Path;
use std::time::Duration;

use crate::contender::{Contender, Story};
use crate::delay::Delay;
use crate::figures::{Row, Size};
use crate::input;
use crate::stage::Stage;

/// With so many objects beside the catalogue, `kubectl diff` is asked as well: once, because it takes minutes.
const ASKS_KUBECTL: usize = 5000;
/// How many writes are under way at once while objects are brought in, which is not measured.
const WRITES: usize = 32;

/// Whether the second of two goes first in a round. A server collects its garbage after so and so many answers, so two that always take
/// turns in the same way may leave all of it to one of them; the sequence of Thue and Morse keeps step with nothing.
fn is_turned(round: usize) -> bool {
    round.count_ones() % 2 == 1
}

/// Plans the catalogue and, beside it, each number of objects.
pub fn run(ks: &Path, counts: &[usize], rounds: usize) -> Vec<Size> {
    let stage = Stage::set(ks, 0);
    let way = Delay::start(&stage, Duration::ZERO);
    let contenders = Contender::found(&stage);
    let kubectl = contenders.iter().find(|it| it.name() == "kubectl");
    let ks = Contender::ks(&stage);
    let catalogue = stage.objects - input::write_configurations(stage.folder(), 0);
    let size = |count: &usize| {
        let objects = catalogue + input::write_configurations(stage.folder(), *count);
        stage.stand_in.rest(false);
        let brought = stage.measure(&ks.install_with(WRITES, *count == 0, &way));
        let (taken, _) = brought.unwrap_or_else(|said| panic!("{said}"));
        eprintln!("{objects} objects are there after {:.1} s", taken.wall.as_secs_f64());
        stage.settle();
        stage.learn_requests(&ks.command(Story::Plan, &way));
        let (mut floor, mut plan) = (Row::new("floor", Story::Plan), Row::new("ks", Story::Plan));
        for round in 0..rounds {
            let mut turns = [(&mut floor, stage.floor(&way)), (&mut plan, ks.command(Story::Plan, &way))];
            if is_turned(round) {
                turns.reverse();
            }
            for (row, steps) in turns {
                row.add(stage.measure(&steps));
            }
        }
        let kubectl = kubectl.filter(|_| *count == ASKS_KUBECTL).map(|it| {
            input::write_rendered(stage.folder(), stage.ks(), &stage.cluster);
            let mut row = Row::new("kubectl", Story::Plan);
            row.add(stage.measure(&it.diff_as("ks", &way)));
            row
        });
        Size { objects, floor, ks: plan, kubectl }
    };
    counts.iter().map(size).collect()
}
