//! The list of gates is complete.

use ks_plan::Catalogue;

use crate::row::Row;

#[test]
fn everything_on_leaves_no_component_off() {
    let catalogue = Catalogue::embedded().unwrap();
    let desired = Row::named("everything on").desired(&catalogue);
    assert_eq!(desired.closed(), [], "add the gate to ks_tests::configuration::GATES");
}

#[test]
fn everything_off_leaves_only_components_without_a_gate() {
    let catalogue = Catalogue::embedded().unwrap();
    let desired = Row::named("everything off").desired(&catalogue);
    for bundle in desired.bundles() {
        let when = &catalogue.component(&bundle.component).unwrap().when;
        assert!(when.is_empty(), "{} is on although {when:?}", bundle.component);
    }
}
