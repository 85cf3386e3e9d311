//! The parts of the page, and how they are put together when some are left out.

use ks_model::language::Phrasebook;
use ks_model::say;

use super::limit::Shorten;
use super::object::Object;
use crate::change::Action;
use crate::display::sentences;

/// Holds everything that may stand on the page.
pub struct Page {
    /// The heading, with the counts.
    pub heading: String,
    /// What may be lost.
    pub risk: String,
    /// What is known of the cluster.
    pub facts: String,
    /// The table of components; empty when nothing changes.
    pub table: String,
    /// Lists of one line for each thing, the most telling first.
    pub sections: Vec<Section>,
    /// The changes, component by component.
    pub groups: Vec<Group>,
    /// What is said at the end.
    pub doubt: Option<String>,
    /// In which language it is written.
    pub book: Phrasebook,
}

/// Holds one list.
pub struct Section {
    /// Its heading, in words of ours.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// Holds the changes of one component.
pub struct Group {
    /// The heading: the component and the counts.
    pub title: String,
    /// Its objects.
    pub objects: Vec<Object>,
}

/// How much of an object is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Full,
    Cut,
    Line,
    Counted,
}

/// What remains after some steps towards a shorter page.
struct Left {
    forms: Vec<Form>,
    dropped: Vec<usize>,
    table: bool,
    facts: bool,
}

impl Page {
    /// Writes the page after these steps towards a shorter one, and what they left out.
    pub fn write(&self, steps: &[Shorten], max_size: usize) -> String {
        let left = self.left(steps);
        let mut page = format!("## {}\n\n{}\n\n", self.heading, self.risk);
        if left.facts {
            page += &format!("{}\n\n", self.facts);
        }
        if let Some(note) = self.note(&left, max_size) {
            page += &format!("> {note}\n\n");
        }
        if left.table && !self.table.is_empty() {
            page += &format!("{}\n", self.table);
        }
        self.sections
            .iter()
            .zip(&left.dropped)
            .for_each(|(section, dropped)| section.write(*dropped, self.book, &mut page));
        let mut forms = left.forms.iter();
        for group in &self.groups {
            let shown: Vec<_> = group.objects.iter().zip(forms.by_ref()).collect();
            group.write(&shown, self.book, &mut page);
        }
        if let Some(doubt) = self.doubt.as_ref().filter(|_| left.facts) {
            page += &format!("{doubt}\n");
        }
        page.truncate(page.trim_end().len());
        page + "\n"
    }

    fn left(&self, steps: &[Shorten]) -> Left {
        let count = self.groups.iter().map(|it| it.objects.len()).sum();
        let mut left =
            Left { forms: vec![Form::Full; count], dropped: vec![0; self.sections.len()], table: true, facts: true };
        for step in steps {
            match *step {
                Shorten::Cut(place) => left.forms[place] = Form::Cut,
                Shorten::Line(place) => left.forms[place] = Form::Line,
                Shorten::Count(place) => left.forms[place] = Form::Counted,
                Shorten::Drop(place) => left.dropped[place] += 1,
                Shorten::Table => left.table = false,
                Shorten::Facts => left.facts = false,
            }
        }
        left
    }

    /// Says what is left out, most of it first.
    fn note(&self, left: &Left, max_size: usize) -> Option<String> {
        let objects = self.groups.iter().flat_map(|it| &it.objects).zip(&left.forms);
        let count =
            |keep: &dyn Fn(&Object, Form) -> bool| objects.clone().filter(|(it, form)| keep(it, **form)).count();
        let is_new = |it: &Object| it.action == Action::Create;
        // An object that has nothing but its line loses nothing when only that is shown.
        let is_short = |it: &Object, form: Form| form == Form::Line && it.is_folded();
        let said = [
            (count(&|_, form| form == Form::Counted), "object", ""),
            (count(&|it, form| is_new(it) && is_short(it, form)), "new object", "the fields of "),
            (count(&|it, form| !is_new(it) && is_short(it, form)), "changed object", "the fields and reasons of "),
            (count(&|_, form| form == Form::Cut), "object", "all but the first lines of "),
            (left.dropped.iter().sum(), "line", "in the lists "),
            (usize::from(!left.table && !self.table.is_empty()), "table", ""),
            (usize::from(!left.facts), "cluster", "what is known of "),
        ];
        let said: Vec<String> = said
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, what, before)| format!("{before}{count} {what}{}", if count == 1 { "" } else { "s" }))
            .map(|it| self.book.read(&it).into_owned())
            .collect();
        let list = sentences::listed(self.book, &said);
        (!said.is_empty()).then(|| {
            say!(
                self.book,
                "Left out, to stay within {max_size} bytes: {list}. `ks plan` shows everything.",
                max_size,
                list
            )
        })
    }
}

impl Section {
    fn write(&self, dropped: usize, book: Phrasebook, page: &mut String) {
        let shown = self.lines.len().saturating_sub(dropped);
        if shown == 0 {
            return;
        }
        *page += &format!("### {}\n\n", self.title);
        self.lines.iter().take(shown).for_each(|it| *page += &format!("- {it}\n"));
        if dropped > 0 {
            *page += &format!("- {}\n", say!(book, "… {count} more", count = dropped));
        }
        *page += "\n";
    }
}

impl Group {
    fn write(&self, objects: &[(&Object, &Form)], book: Phrasebook, page: &mut String) {
        let counted = objects.iter().filter(|(_, form)| **form == Form::Counted).count();
        if counted == objects.len() {
            return;
        }
        *page += &format!("### {}\n\n", self.title);
        let mut is_list = false;
        for (object, form) in objects {
            let text = match form {
                Form::Full => &object.full,
                Form::Cut => object.cut.as_ref().unwrap_or(&object.full),
                Form::Line => &object.line,
                Form::Counted => continue,
            };
            // A folded object right behind a list would become part of its last item.
            let is_line = *text == object.line;
            if is_list && !is_line {
                *page += "\n";
            }
            is_list = is_line;
            *page += text;
        }
        if counted > 0 {
            let more = say!(book, "… {count} more", count = counted);
            *page += &format!("{}- {more}\n", if is_list { "" } else { "\n" });
            is_list = true;
        }
        if is_list {
            *page += "\n";
        }
    }
}
