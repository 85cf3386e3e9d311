//! Tables of phrases, and how a screen uses them.

use std::borrow::Cow;
use std::fmt::Display;

use super::{Language, reading};

/// English phrases, each with what it is in another language. Both have the same holes: `{name}` takes a value as it is. Where
/// a phrase is read back, `{*name}` on the other side takes words, which are read in turn. There `{n}` takes digits only,
/// `{object}` a kind and a name such as `Pod monitoring/grafana-0`, and `{name}`, `{kind}`, `{namespace}`, `{phase}`, `{have}` and
/// `{context}` one word each.
pub type Phrases = [(&'static str, &'static str)];

/// Puts English into the language of a reader, by tables; without a table everything stays English.
///
/// # Example
/// ```
/// use ks_model::language::{Language, Phrasebook, Phrases};
/// use ks_model::say;
/// const SAID: &Phrases = &[("{count} to create", "新建 {count} 项")];
/// const READ: &Phrases = &[("its claim: {why}", "其持久卷声明：{*why}"), ("it is lost", "已丢失")];
/// let chinese = Phrasebook::new(Language::Chinese, &[SAID], &[READ]);
/// let count = 3;
/// assert_eq!(say!(chinese, "{count} to create", count), "新建 3 项");
/// assert_eq!(say!(Phrasebook::ENGLISH, "{count} to create", count), "3 to create");
/// // What was put into words elsewhere is read back.
/// assert_eq!(chinese.read("its claim: it is lost"), "其持久卷声明：已丢失");
/// assert_eq!(chinese.read("Back-off pulling image"), "Back-off pulling image");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Phrasebook {
    said: &'static [&'static Phrases],
    read: &'static [&'static Phrases],
}

impl Phrasebook {
    /// Leaves everything as it is written.
    pub const ENGLISH: Self = Self { said: &[], read: &[] };

    /// Speaks a language by tables; for English they are not looked at. What stands in `read` can be said too. What stands in
    /// `said` is never found in a text, so that it may be as general as `{name} is {value}`.
    pub const fn new(language: Language, said: &'static [&'static Phrases], read: &'static [&'static Phrases]) -> Self {
        match language {
            Language::English => Self::ENGLISH,
            Language::Chinese => Self { said, read },
        }
    }

    /// Whether everything stays as it is written.
    pub const fn is_english(self) -> bool {
        self.said.is_empty() && self.read.is_empty()
    }

    /// What a phrase is in the language, with its holes; nothing where it stays English.
    pub fn template(self, english: &str) -> Option<&'static str> {
        let all = self.said.iter().chain(self.read).copied().flatten();
        all.into_iter().find(|(phrase, _)| *phrase == english).map(|(_, template)| *template)
    }

    /// Puts a text into the language that others put together in English: a reason, the message of an error, how far an object
    /// is. A text that no phrase fits stays as it is; one of several lines is read line by line.
    pub fn read(self, text: &str) -> Cow<'_, str> {
        if self.is_english() { Cow::Borrowed(text) } else { reading::read(self, text, 0) }
    }

    /// The phrases that are found in texts.
    pub(super) fn readable(self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        self.read.iter().copied().flatten()
    }
}

/// Fills the holes of a template by their names; a hole without a value stays open. [`say!`](crate::say) calls this.
pub fn fill(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, hole, after)) = reading::next_hole(rest) {
        filled.push_str(before);
        match values.iter().find(|(name, _)| *name == hole.trim_start_matches('*')) {
            Some((_, value)) => filled.push_str(&value.to_string()),
            None => filled.push_str(&format!("{{{hole}}}")),
        }
        rest = after;
    }
    filled + rest
}

/// Says a phrase in the language of a [`Phrasebook`](crate::language::Phrasebook): `say!(book, "{count} to create", count)`.
/// The values of the holes are given by name, as to `format!`.
#[macro_export]
macro_rules! say {
    (@ $name:ident) => { $name };
    (@ $name:ident $value:expr) => { $value };
    ($book:expr, $english:literal $(,)?) => {
        ::std::string::String::from($book.template($english).unwrap_or($english))
    };
    ($book:expr, $english:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        match $book.template($english) {
            None => ::std::format!($english $(, $name = $crate::say!(@ $name $($value)?))*),
            Some(template) => $crate::language::fill(
                template,
                &[$((::std::stringify!($name), &$crate::say!(@ $name $($value)?) as &dyn ::std::fmt::Display)),*],
            ),
        }
    };
}
