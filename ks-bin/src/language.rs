//! In which language people are spoken to: `--lang`, else what the environment says.

use clap::ValueEnum;
use ks_model::Language;

/// The languages of `--lang`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Spoken {
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// The language of the option, else of the first of these variables that is set: `KS_LANG`, and then those of the locale in the
/// order in which POSIX has them.
pub fn choose(option: Option<Spoken>, variable: impl Fn(&str) -> Option<String>) -> Language {
    match option {
        Some(Spoken::En) => Language::English,
        Some(Spoken::Zh) => Language::Chinese,
        None => {
            let names = ["KS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];
            let set = names.into_iter().find_map(|it| variable(it).filter(|it| !it.is_empty()));
            set.map(|it| Language::of_locale(&it)).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_option_beats_the_variables_and_the_first_of_them_decides() {
        let chosen = |option, set: &[(&str, &str)]| {
            choose(option, |name| set.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
        };
        let chinese = ("LANG", "zh_CN.UTF-8");
        assert_eq!(chosen(None, &[]), Language::English);
        assert_eq!(chosen(None, &[chinese]), Language::Chinese);
        assert_eq!(chosen(None, &[chinese, ("LC_ALL", "")]), Language::Chinese);
        assert_eq!(chosen(None, &[chinese, ("LC_MESSAGES", "de_DE.UTF-8")]), Language::English);
        assert_eq!(chosen(None, &[("LC_ALL", "C"), chinese]), Language::English);
        assert_eq!(chosen(None, &[("LC_ALL", "C"), ("KS_LANG", "zh")]), Language::Chinese);
        assert_eq!(chosen(Some(Spoken::En), &[("KS_LANG", "zh"), chinese]), Language::English);
        assert_eq!(chosen(Some(Spoken::Zh), &[]), Language::Chinese);
    }
}
