#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ks_laws::check("fields_v1", input));
