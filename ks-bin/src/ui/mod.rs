//! The one place that writes to the screen.

mod board;
mod problems;

use std::io::{BufRead, ErrorKind, IsTerminal, Write, stderr, stdin, stdout};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use ks_plan::display::Palette;

pub use board::Board;
pub use problems::{draw, one_line};

use crate::cli::ColorWhen;
use crate::command_error::{CommandError, Kind};

/// Writes results to stdout and everything else to stderr, with colours where they are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    out: ColorChoice,
    err: ColorChoice,
}

impl Ui {
    /// Decides about colours: by the option, else by terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
    pub fn new(when: ColorWhen) -> Self {
        match when {
            ColorWhen::Always => Self { out: ColorChoice::AlwaysAnsi, err: ColorChoice::AlwaysAnsi },
            ColorWhen::Never => Self { out: ColorChoice::Never, err: ColorChoice::Never },
            ColorWhen::Auto => Self { out: AutoStream::choice(&stdout()), err: AutoStream::choice(&stderr()) },
        }
    }

    /// Writes a result.
    ///
    /// # Errors
    /// When the reader went away, or the disk is full.
    pub fn print(&self, text: &str) -> Result<(), CommandError> {
        // Looking for colours to take out costs as much as the planning of what is printed.
        let choice = if text.contains('\x1b') { self.out } else { ColorChoice::AlwaysAnsi };
        let mut out = AutoStream::new(stdout().lock(), choice);
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => CommandError::silent(Kind::BrokenPipe),
            _ => CommandError::new(Kind::Failed, format!("write the output: {error}")),
        })
    }

    /// Writes a line of progress. Nobody listening is no reason to stop.
    pub fn tell(&self, line: &str) {
        let mut err = AutoStream::new(stderr().lock(), self.err);
        drop(writeln!(err, "{line}").and_then(|()| err.flush()));
    }

    /// Writes something that the user should know.
    pub fn note(&self, text: &str) {
        self.tell(&format!("{} {text}", Palette::coloured().dim("note:")));
    }

    /// Writes something that the user should look at.
    pub fn warn(&self, text: &str) {
        self.tell(&format!("{} {text}", Palette::coloured().caution("warning:")));
    }

    /// Asks a question and reads the answer; `None` when there is nobody to answer.
    pub fn ask(&self, question: &str) -> Option<String> {
        if !stdin().is_terminal() {
            return None;
        }
        let mut err = AutoStream::new(stderr().lock(), self.err);
        write!(err, "{} ", Palette::coloured().bold(question)).and_then(|()| err.flush()).ok()?;
        let mut answer = String::new();
        stdin().lock().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    /// Starts a board of lines that change in place, where stderr is a terminal.
    pub fn board(&self) -> Option<Board> {
        stderr().is_terminal().then(|| Board::new(self.stderr_palette()))
    }

    /// The colours of what goes to stderr by way of a board.
    pub fn stderr_palette(&self) -> Palette {
        if self.is_stderr_coloured() { Palette::coloured() } else { Palette::plain() }
    }

    /// Whether stderr takes colours.
    pub fn is_stderr_coloured(&self) -> bool {
        self.err != ColorChoice::Never
    }

    /// Says the last words of a command and gives its exit code.
    pub fn finish(&self, ending: Result<Kind, CommandError>) -> ExitCode {
        match ending {
            Ok(kind) => kind.code().into(),
            Err(CommandError { kind, message, hints }) => {
                let palette = Palette::coloured();
                if !message.is_empty() {
                    self.tell(&format!("{} {message}", palette.bad("error:")));
                }
                hints.iter().for_each(|it| self.tell(&format!("{} {it}", palette.good(" hint:"))));
                kind.code().into()
            }
        }
    }
}

/// Writes the words of a panic, as plain as can be.
pub fn last_words(text: &str) {
    drop(writeln!(stderr().lock(), "{text}"));
}
