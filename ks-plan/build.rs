//! Tells cargo to build again when a file under `manifests/` comes, changes or goes; the embedding alone sees only changes.

fn main() {
    println!("cargo::rerun-if-changed=../manifests");
}
