//! Quantities: the syntax and the order of Kubernetes.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use ks_model::Quantity;
use proptest::prelude::*;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Checked against `kubectl set resources --local`, which leaves `+1`, `5.`, `12E6`, `5e0` and `00012` as they are.
#[test]
fn amounts_print_in_the_canonical_form_of_the_api_server() {
    let table = [
        ("0", "0"),
        ("0Gi", "0"),
        ("-0", "0"),
        ("1", "1"),
        ("+1", "1"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1.5", "1500m"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("5.", "5"),
        ("0.50Gi", "512Mi"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("1000Mi", "1000Mi"),
        ("1025Ki", "1025Ki"),
        ("0.5Ki", "512"),
        ("1024Ei", "9223372036854775807"),
        ("8Ei", "9223372036854775807"),
        ("7Ei", "7Ei"),
        ("1E", "1E"),
        ("1Ei", "1Ei"),
        ("100E", "100E"),
        ("12e6", "12e6"),
        ("12E6", "12e6"),
        ("1e3", "1e3"),
        ("1e-3", "1e-3"),
        ("120e2", "12e3"),
        ("5e0", "5"),
        ("1000k", "1M"),
        ("100000", "100k"),
        ("0.1m", "100u"),
        ("1n", "1n"),
        ("0.1n", "1n"),
        ("1.0000000001", "1000000001n"),
        ("0.9999999999", "1"),
        ("-1.5", "-1500m"),
        ("-1Gi", "-1Gi"),
        ("1e-20", "1e-9"),
        ("00012", "12"),
        ("0.3Ki", "307200m"),
    ];
    for (text, canonical) in table {
        assert_eq!(quantity(text).canonical(), canonical, "{text}");
        assert_eq!(quantity(canonical), quantity(text), "{text} survives its canonical form");
    }
}

/// The API server takes a sign, a point or a suffix without digits as zero; nobody means that.
#[test]
fn what_is_no_quantity_is_refused() {
    let no_quantities = [
        "",
        " ",
        ".",
        "-",
        "+",
        "Gi",
        "m",
        "e3",
        "1 ",
        " 1",
        "1 Gi",
        "1K",
        "1KB",
        "1GB",
        "1g",
        "1gi",
        "1e",
        "1E+",
        "1e3Gi",
        "1.2.3",
        "1..2",
        "--1",
        "+-1",
        "0x10",
        "1_000",
        "1,5",
        "Infinity",
        "nan",
        "１",
        "1e99999999999",
        "big",
        "1mi",
    ];
    for text in no_quantities {
        assert!(text.parse::<Quantity>().is_err(), "{text:?} was taken");
    }
}

#[test]
fn amounts_are_compared_not_texts() {
    let ascending = [
        "-1Gi", "-1G", "-1", "0", "1n", "1u", "1m", "0.5", "1", "1.1", "999", "1k", "1Ki", "1M", "1Mi", "1E", "1Ei",
        "1e19",
    ];
    for pair in ascending.windows(2) {
        assert!(quantity(pair[0]) < quantity(pair[1]), "{} < {}", pair[0], pair[1]);
    }
    assert_eq!(quantity("1"), quantity("1000m"));
    assert_ne!(quantity("1G"), quantity("1Gi"));
    assert!(quantity("1e2000000000") > quantity("1e1999999999"));
}

#[test]
fn numbers_are_quantities_too() {
    assert_eq!(Quantity::try_from(&serde_json::json!(4)).unwrap(), quantity("4"));
    assert_eq!(Quantity::try_from(&serde_json::json!(0.5)).unwrap(), quantity("500m"));
    assert_eq!(Quantity::try_from(&serde_json::json!(1e300)).unwrap(), quantity("1e300"));
    assert!(Quantity::try_from(&serde_json::json!(true)).is_err());
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC*") {
        let _ = text.parse::<Quantity>();
    }

    #[test]
    fn near_quantities_do_not_break_the_reader(text in "[-+]?[0-9]{0,40}[.]?[0-9]{0,40}([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]{0,12}|)") {
        if let Ok(read) = text.parse::<Quantity>() {
            prop_assert_eq!(read.to_string(), text);
            prop_assert_eq!(read.cmp(&read), std::cmp::Ordering::Equal);
        }
    }

    #[test]
    fn the_canonical_form_is_the_same_amount_and_its_own_form(text in "-?[0-9]{1,12}([.][0-9]{1,9})?([KMGTPE]i|[numkMGTPE]|e-?[0-9]|)") {
        let read = quantity(&text);
        let canonical = read.canonical();
        prop_assert_eq!(&quantity(&canonical), &read);
        prop_assert_eq!(quantity(&canonical).canonical(), canonical);
    }

    #[test]
    fn whole_numbers_are_ordered_as_numbers(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
        prop_assert_eq!(quantity(&a.to_string()).cmp(&quantity(&b.to_string())), a.cmp(&b));
        prop_assert_eq!(quantity(&format!("{a}Ki")).cmp(&quantity(&format!("{b}k"))), (a * 1024).cmp(&(b * 1000)));
        prop_assert_eq!(quantity(&format!("{a}m")).cmp(&quantity(&b.to_string())), a.cmp(&(b * 1000)));
    }

    #[test]
    fn units_multiply(number in 0_u64..1_000_000) {
        prop_assert_eq!(quantity(&format!("{number}Mi")), quantity(&(number << 20).to_string()));
        prop_assert_eq!(quantity(&format!("{number}G")), quantity(&(number * 1_000_000_000).to_string()));
        prop_assert_eq!(quantity(&format!("{number}e3")), quantity(&format!("{number}k")));
    }
}
