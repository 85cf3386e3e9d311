//! Progress for people: lines that change in place on a terminal, lines with a time elsewhere.

use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_model::language::Phrasebook;
use ks_plan::Plan;
use ks_plan::display::Palette;

use super::Reader;
use super::progress::Progress;
use super::words::Words;
use crate::ui::{Board, Ui};

/// Shows the components on a terminal, one line each.
pub struct Live<'p> {
    words: Words<'p>,
    progress: Progress<'p>,
    board: Board,
}

impl<'p> Live<'p> {
    /// Takes the board over.
    pub fn new(plan: &'p Plan, board: Board, book: Phrasebook) -> Self {
        let palette = board.palette();
        Self { words: Words::new(plan, palette, book), progress: Progress::new(plan, palette, book), board }
    }
}

impl Reader for Live<'_> {
    fn hear(&mut self, event: &ApplyEvent, at: Duration) {
        self.progress.hear(event, at);
        let is_failure = matches!(
            event,
            ApplyEvent::Overdue
                | ApplyEvent::LeaseLost(_)
                | ApplyEvent::StepFinished(_, Outcome::Failed(_) | Outcome::TimedOut { .. }, _)
        );
        if is_failure && let Some(line) = self.words.event(event) {
            self.board.say(&format!("  {line}"));
        }
        if matches!(event, ApplyEvent::Ended(_)) {
            self.tick(at);
        }
    }

    fn tick(&mut self, at: Duration) {
        // The empty line parts the board from what stands above. It also gives way when the terminal echoes ^C, which
        // moves everything by a line.
        let lines = [String::new()].into_iter().chain(self.progress.lines(at));
        self.board.set(&lines.collect::<Vec<_>>());
    }

    fn interrupted(&mut self, _at: Duration) {
        self.board.say(&self.board.palette().caution(self.words.interrupted()));
    }

    fn close(self: Box<Self>) {
        self.board.close();
    }
}

/// Writes a line for each thing that happens, with the time since the beginning.
pub struct Lines<'p> {
    words: Words<'p>,
    ui: Ui,
}

impl<'p> Lines<'p> {
    /// Writes to stderr.
    pub fn new(plan: &'p Plan, ui: Ui) -> Self {
        Self { words: Words::new(plan, Palette::coloured(), ui.book()), ui }
    }
}

impl Reader for Lines<'_> {
    fn hear(&mut self, event: &ApplyEvent, at: Duration) {
        if let Some(line) = self.words.event(event) {
            let time = self.words.palette.dim(format!("{:>7.1}s", at.as_secs_f64()));
            self.ui.tell(&format!("{time}  {line}"));
        }
    }

    fn interrupted(&mut self, _at: Duration) {
        self.ui.warn(&self.words.interrupted());
    }

    fn close(self: Box<Self>) {}
}
