//! The layout of a catalogue: what a path says about a file.

use ks_model::Ownership;

/// Says what a file of a catalogue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileRole<'a> {
    /// `images.yaml`.
    Images,
    /// `<module>/<component>/component.yaml`.
    Declaration(Folder<'a>),
    /// `<module>/<component>/**.yaml` and `**.json`: parsed as it is, never rendered.
    Static(Folder<'a>, Ownership),
    /// `<module>/<component>/**.yaml.j2`, but not below `crds/`.
    Template(Folder<'a>, Ownership),
    /// `<module>/<component>/files/**`: text or data that templates include.
    Text(Folder<'a>),
    /// `shared/*.j2`: macros that templates import.
    Macros,
    /// Something for readers: `*.md` and `examples/**`.
    Ignored,
    /// Nothing that a catalogue knows.
    Misplaced,
}

/// Names the folder of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Folder<'a> {
    pub(crate) module: &'a str,
    pub(crate) component: &'a str,
}

impl std::fmt::Display for Folder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.module, self.component)
    }
}

/// Tells the role of the file at `path`, which is relative to the catalogue and uses forward slashes.
pub(crate) fn role(path: &str) -> FileRole<'_> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["images.yaml"] => FileRole::Images,
        ["examples", ..] => FileRole::Ignored,
        ["shared", name] if name.ends_with(".j2") => FileRole::Macros,
        [module, component, "files", _, ..] => FileRole::Text(Folder { module, component }),
        [.., name] if name.ends_with(".md") => FileRole::Ignored,
        [module, component, "component.yaml"] => FileRole::Declaration(Folder { module, component }),
        [module, component, folders @ .., name] => manifest(Folder { module, component }, folders, name),
        _ => FileRole::Misplaced,
    }
}

fn manifest<'a>(folder: Folder<'a>, folders: &[&str], name: &str) -> FileRole<'a> {
    let below_crds = folders.contains(&"crds");
    let ownership = match folders.first() {
        Some(&"existing") => Ownership::Fields,
        Some(&"once") => Ownership::Once,
        _ => Ownership::Whole,
    };
    if name.ends_with(".yaml") || name.ends_with(".json") {
        FileRole::Static(folder, ownership)
    } else if name.ends_with(".yaml.j2") && !below_crds {
        FileRole::Template(folder, ownership)
    } else {
        FileRole::Misplaced
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_the_role() {
        let folder = Folder { module: "m", component: "c" };
        let table = [
            ("images.yaml", FileRole::Images),
            ("examples/a.yaml", FileRole::Ignored),
            ("README.md", FileRole::Ignored),
            ("shared/table.j2", FileRole::Macros),
            ("shared/table.txt", FileRole::Misplaced),
            ("m/c/component.yaml", FileRole::Declaration(folder)),
            ("m/c/service.yaml", FileRole::Static(folder, Ownership::Whole)),
            ("m/c/crds/things.yaml", FileRole::Static(folder, Ownership::Whole)),
            ("m/c/crds/things.json", FileRole::Static(folder, Ownership::Whole)),
            ("m/c/deployment.yaml.j2", FileRole::Template(folder, Ownership::Whole)),
            ("m/c/existing/labels.yaml", FileRole::Static(folder, Ownership::Fields)),
            ("m/c/once/rules.yaml.j2", FileRole::Template(folder, Ownership::Once)),
            ("m/c/crds/things.yaml.j2", FileRole::Misplaced),
            ("m/c/files/notes.md", FileRole::Text(folder)),
            ("m/c/notes.txt", FileRole::Misplaced),
            ("m/stray.yaml", FileRole::Misplaced),
        ];
        for (path, expected) in table {
            assert_eq!(role(path), expected, "{path}");
        }
    }
}
