//! The documentation holds: its links lead somewhere, its commands print what it shows, its reference is that of the program.
//!
//! What is written from the program is brought up to date by [`pages::WRITE`].

#![expect(clippy::unwrap_used, reason = "tests may unwrap, their helpers too")]
#![expect(clippy::panic, reason = "a test tells what is wrong")]

mod book;
mod commands;
mod fences;
mod links;
mod pages;
mod pictures;
mod reference;
mod screen;
mod shell;
