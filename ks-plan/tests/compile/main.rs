//! The catalogue and its compiler, tested with the catalogue of the program and with small ones.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may unwrap, their helpers too")]

mod again;
mod alerts;
mod catalogue;
mod certificates;
mod components;
mod etcd;
mod gates;
mod grafana;
mod notification;
mod prepared;
mod settings;
mod support;
mod trace;
