//! The catalogue and its compiler, tested with the catalogue of the program and with small ones.

mod catalogue;
mod components;
mod gates;
mod settings;
mod support;
