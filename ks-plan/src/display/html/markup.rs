//! Markup in which a value cannot become markup: tags and attribute names are words of the program, everything else is escaped.

use crate::display::value::visible;

/// Collects markup. Only text that stands in the program itself gets in unescaped.
#[derive(Default)]
pub struct Markup {
    text: String,
}

/// The attributes of an element.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Markup {
    /// Adds markup of the program.
    pub fn raw(&mut self, markup: &'static str) {
        self.text += markup;
    }

    /// Adds a value as text.
    pub fn text(&mut self, text: &str) {
        for c in visible(text).chars() {
            match c {
                '&' => self.text += "&amp;",
                '<' => self.text += "&lt;",
                '>' => self.text += "&gt;",
                '"' => self.text += "&quot;",
                '\'' => self.text += "&#39;",
                other => self.text.push(other),
            }
        }
    }

    /// Begins an element.
    pub fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text += tag;
        for (name, value) in attributes {
            self.text.push(' ');
            self.text += name;
            self.text += "=\"";
            self.text(value);
            self.text.push('"');
        }
        self.text.push('>');
    }

    /// Ends an element.
    pub fn close(&mut self, tag: &'static str) {
        self.text += "</";
        self.text += tag;
        self.text.push('>');
    }

    /// Adds an element with what `inside` puts into it.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.open(tag, attributes);
        inside(self);
        self.close(tag);
    }

    /// Adds an element that holds nothing but text.
    pub fn leaf(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.element(tag, attributes, |it| it.text(text));
    }

    /// The page as it is so far.
    pub fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_becomes_markup() {
        let mut page = Markup::default();
        page.leaf("p", &[("title", "\"><script>alert('1')</script>")], "</p>&\u{1b}[2K\u{202e}");
        assert_eq!(
            page.finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\">&lt;/p&gt;&amp;\\u{1b}[2K\\u{202e}</p>"
        );
    }
}
