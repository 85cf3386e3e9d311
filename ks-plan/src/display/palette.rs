//! The colours of a plan, by meaning.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::change::{Action, Risk};

/// Paints pieces of text, or leaves them plain.
///
/// # Example
/// ```
/// use ks_plan::display::Palette;
/// assert_eq!(Palette::plain().bold("prometheus"), "prometheus");
/// assert_eq!(Palette::coloured().bold("prometheus"), "\u{1b}[1mprometheus\u{1b}[0m");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    is_coloured: bool,
}

impl Palette {
    /// Without any colour.
    pub fn plain() -> Self {
        Self { is_coloured: false }
    }

    /// With ANSI escape codes.
    pub fn coloured() -> Self {
        Self { is_coloured: true }
    }

    /// For names and headings.
    pub fn bold(self, text: impl Display) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// For what only explains.
    pub fn dim(self, text: impl Display) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    /// For what is well.
    pub fn good(self, text: impl Display) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// For what wants a second look.
    pub fn caution(self, text: impl Display) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    /// For what failed or is lost.
    pub fn bad(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    /// For what goes away in a diff.
    pub fn removed(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// For the words that differ within a line of a diff.
    pub fn emphasised(self, action: Action, text: impl Display) -> String {
        self.paint(style(action).bold().underline(), text)
    }

    /// For whatever stands for an action.
    pub fn action(self, action: Action, text: impl Display) -> String {
        self.paint(style(action), text)
    }

    /// For whatever stands for a risk.
    pub fn risk(self, risk: Risk, text: impl Display) -> String {
        match risk {
            Risk::Safe => text.to_string(),
            Risk::Disruptive => self.caution(text),
            Risk::DataLoss => self.bad(text),
        }
    }

    fn paint(self, style: Style, text: impl Display) -> String {
        if self.is_coloured { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}

fn style(action: Action) -> Style {
    match action {
        Action::Create => AnsiColor::Green.on_default(),
        Action::Update => AnsiColor::Yellow.on_default(),
        Action::Replace => AnsiColor::Magenta.on_default(),
        Action::Delete => AnsiColor::Red.on_default(),
        Action::NoOp => Style::new(),
    }
}
