//! ks.

fn main() {}
