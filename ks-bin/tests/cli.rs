//! The command line as its users meet it.

mod cli {
    pub mod help;
    pub mod no_cluster;
    pub mod offline;
    pub mod runner;
    pub mod usage;
    pub mod validate;
}
