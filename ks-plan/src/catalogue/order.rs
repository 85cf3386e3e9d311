//! The order of components: what is needed comes first.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::ComponentName;

/// Sorts names so that each stands behind everything that it needs; of those that may stand next, the first by name does.
///
/// Needs that are no key of the map are not looked at.
///
/// # Errors
/// A circle, as the path of one: each needs the next, and the last is the first again.
pub(crate) fn dependency_order(
    needs: &BTreeMap<ComponentName, BTreeSet<ComponentName>>,
) -> Result<Vec<ComponentName>, Vec<ComponentName>> {
    let mut open: BTreeMap<&ComponentName, BTreeSet<&ComponentName>> = needs
        .iter()
        .map(|(name, needed)| (name, needed.iter().filter(|it| needs.contains_key(*it)).collect()))
        .collect();
    let mut order = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let next = open.iter().find(|(_, needed)| needed.is_empty()).map(|(name, _)| *name);
        let Some(next) = next else { return Err(circle(&open)) };
        open.remove(next);
        open.values_mut().for_each(|needed| {
            needed.remove(next);
        });
        order.push(next.clone());
    }
    Ok(order)
}

/// Follows the first need of each name until one comes back. Every name in `open` needs another one in it.
fn circle(open: &BTreeMap<&ComponentName, BTreeSet<&ComponentName>>) -> Vec<ComponentName> {
    let mut path: Vec<&ComponentName> = open.keys().take(1).copied().collect();
    while let Some(next) = path.last().and_then(|last| open.get(last)).and_then(|needed| needed.first()) {
        if let Some(start) = path.iter().position(|name| name == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
    }
    path.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> BTreeMap<ComponentName, BTreeSet<ComponentName>> {
        edges
            .iter()
            .map(|(name, needs)| (name.parse().unwrap(), needs.iter().map(|it| it.parse().unwrap()).collect()))
            .collect()
    }

    fn names(path: &[ComponentName]) -> String {
        path.iter().map(ComponentName::as_str).collect::<Vec<_>>().join(" ")
    }

    // d → b → a, c → a
    #[test]
    fn what_is_needed_comes_first_and_names_decide_the_rest() {
        let graph = graph(&[("a", &[]), ("b", &["a"]), ("c", &["a"]), ("d", &["b"]), ("e", &[])]);
        assert_eq!(names(&dependency_order(&graph).unwrap()), "a b c d e");
    }

    // a → b → c → b
    #[test]
    fn a_circle_is_told_without_the_way_into_it() {
        let graph = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]);
        assert_eq!(names(&dependency_order(&graph).unwrap_err()), "b c b");
    }
}
