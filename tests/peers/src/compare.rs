//! One story after the other, for each tool.

use std::time::Duration;

use crate::bare::Order;
use crate::contender::{Contender, Story};
use crate::delay::Delay;
use crate::figures::{Comparison, Row};
use crate::stage::Stage;

/// What is compared.
pub struct Course<'a> {
    /// Where.
    pub stage: &'a Stage,
    /// Who.
    pub contenders: &'a [Contender],
    /// How often each command is run.
    pub rounds: usize,
    /// Whether first installs are repeated; each tool needs one.
    pub installs: bool,
}

impl Course<'_> {
    /// All stories of all tools, with a latency in milliseconds.
    pub fn run(&self, latency: u64) -> Comparison {
        let way = Delay::start(self.stage, Duration::from_millis(latency));
        let mut comparison = Comparison { latency, rows: Vec::new() };
        for contender in self.contenders {
            if self.installs && contender.is_ks() {
                self.bare_installs(contender, &way, &mut comparison);
            }
            if self.install(contender, &way, &mut comparison) {
                self.stage.settle();
                self.look(contender, &way, &mut comparison);
            }
        }
        comparison
    }

    /// The applies of ks alone, in two orders, and those of ks: in turn, so that none has the quiet minutes for itself.
    fn bare_installs(&self, ks: &Contender, way: &Delay, comparison: &mut Comparison) {
        let bare = |order, name| (Row::new(name, Story::Install), self.stage.bare(order, way));
        let mut rows = [
            bare(Order::None, "bare applies"),
            bare(Order::Needed, "bare applies in order"),
            (Row::new(ks.name(), Story::Install), ks.command(Story::Install, way)),
        ];
        for _ in 0..self.rounds {
            for (row, steps) in &mut rows {
                self.stage.empty();
                row.add(self.stage.measure(steps));
            }
        }
        rows.into_iter().for_each(|(row, _)| comparison.add(row));
    }

    /// First installs; says whether the last one worked.
    fn install(&self, contender: &Contender, way: &Delay, comparison: &mut Comparison) -> bool {
        let story = if contender.is_ks() { Story::InstallReady } else { Story::Install };
        let mut row = Row::new(contender.name(), story);
        for _ in 0..if self.installs { self.rounds } else { 1 } {
            self.stage.empty();
            self.stage.stand_in.rest(story != Story::InstallReady);
            row.add(self.stage.measure(&contender.command(story, way)));
            if row.is_enough() {
                break;
            }
        }
        let has_worked = row.is_sound();
        if self.installs || !has_worked {
            comparison.add(row);
        }
        has_worked
    }

    /// What is done where everything is there.
    fn look(&self, contender: &Contender, way: &Delay, comparison: &mut Comparison) {
        if contender.is_ks() {
            self.stage.learn_requests(&contender.command(Story::Plan, way));
        }
        for story in [Story::Plan, Story::PlanChange, Story::Apply].into_iter().filter(|it| contender.can(*it)) {
            let (mut row, mut floor) = (Row::new(contender.name(), story), Row::new("floor", story));
            let steps = contender.command(story, way);
            // Once beforehand: some tools keep on disk what the server can do.
            if let Err(said) = self.stage.measure(&steps) {
                row.add(Err(said));
            }
            for _ in 0..self.rounds {
                if row.is_enough() {
                    break;
                }
                if contender.is_ks() && story == Story::Plan {
                    floor.add(self.stage.measure(&self.stage.floor(way)));
                }
                row.add(self.stage.measure(&steps));
            }
            comparison.add(floor);
            comparison.add(row);
        }
    }
}

/// First installs of ks with so many writes at once, in turn.
pub fn concurrency(stage: &Stage, counts: &[usize], rounds: usize, latency: u64) -> Comparison {
    let way = Delay::start(stage, Duration::from_millis(latency));
    let mut comparison = Comparison { latency, rows: Vec::new() };
    let row = |count: &usize| (*count, Row::new(&format!("{count} at once"), Story::InstallReady));
    let mut rows: Vec<(usize, Row)> = counts.iter().map(row).collect();
    for _ in 0..rounds {
        for (count, row) in &mut rows {
            stage.empty();
            stage.stand_in.rest(false);
            row.add(stage.measure(&Contender::ks(stage).install_with(*count, true, &way)));
        }
    }
    rows.into_iter().for_each(|(_, row)| comparison.add(row));
    comparison
}
