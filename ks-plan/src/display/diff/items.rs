//! Lists that are written as one text, their items parted by commas, such as the kinds of an inventory.

use std::collections::BTreeSet;

use super::{Line, Side};

/// Tells how many items stay, and which go and come; nothing when the texts are no lists, or when more differs than
/// single items.
pub fn compare(before: &str, after: &str) -> Option<(String, Vec<Line>)> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split(',').collect(), after.split(',').collect());
    let (in_old, in_new): (BTreeSet<&str>, BTreeSet<&str>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let (stay, removed): (Vec<&str>, Vec<&str>) = old.into_iter().partition(|it| in_new.contains(it));
    let (also, added): (Vec<&str>, Vec<&str>) = new.into_iter().partition(|it| in_old.contains(it));
    let is_list = stay.len() > 2 && stay == also && removed.len() + added.len() > 0;
    let of = |side: Side, items: Vec<&str>| items.into_iter().map(move |it| Line::plain(side, it)).collect::<Vec<_>>();
    is_list.then(|| {
        let lines = [of(Side::Removed, removed), of(Side::Added, added)].concat();
        (format!("{} items stay", stay.len()), lines)
    })
}
