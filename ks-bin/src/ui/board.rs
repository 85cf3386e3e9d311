//! Lines on a terminal that change in place.

use std::io::{Write, stderr};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use ks_plan::display::Palette;

/// Shows lines that change in place, below lines that stay.
#[derive(Debug)]
pub struct Board {
    lines: MultiProgress,
    bars: Vec<ProgressBar>,
    palette: Palette,
}

impl Board {
    pub(super) fn new(palette: Palette) -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(12));
        Self { lines, bars: Vec::new(), palette }
    }

    /// The colours for its lines.
    pub fn palette(&self) -> Palette {
        self.palette
    }

    /// Sets all lines.
    pub fn set(&mut self, lines: &[String]) {
        while self.bars.len() < lines.len() {
            let style = ProgressStyle::with_template("{wide_msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
            self.bars.push(self.lines.add(ProgressBar::no_length().with_style(style)));
        }
        for (bar, line) in self.bars.iter().zip(lines) {
            bar.set_message(line.clone());
            bar.tick();
        }
    }

    /// Writes a line that stays, above those that change.
    pub fn say(&self, line: &str) {
        drop(self.lines.println(line));
    }

    /// Leaves the lines as they are and ends, with the cursor below them.
    pub fn close(self) {
        self.bars.iter().for_each(ProgressBar::abandon);
        drop(writeln!(stderr()));
    }

    /// Shows that something is under way until the answer is dropped.
    pub fn spin(self, text: &str) -> Spinner {
        let style =
            ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = self.lines.add(ProgressBar::new_spinner().with_style(style).with_message(text.to_owned()));
        bar.enable_steady_tick(Duration::from_millis(100));
        Spinner(bar)
    }
}

/// A sign that something is under way; it vanishes when dropped.
#[derive(Debug)]
pub struct Spinner(ProgressBar);

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
