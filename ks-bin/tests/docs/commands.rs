//! The commands of the documentation, run as they stand there.

use std::path::{Path, PathBuf};
use std::{fs, thread};

use super::fences::{Fence, Note, fences};
use super::pages::{WRITE, is_writing, pages, read, root};
use super::screen::{shown, shows};
use super::shell::Room;

/// One command of a block, with what the page shows of its output.
#[derive(Debug, PartialEq, Eq)]
struct Shown<'p> {
    command: String,
    source: Vec<&'p str>,
    output: Vec<&'p str>,
}

#[test]
fn every_command_does_what_the_page_shows() {
    let is_walked = |path: &PathBuf| path.starts_with("docs") || path.as_os_str() == "README.md";
    let pages: Vec<PathBuf> = pages().into_iter().filter(is_walked).collect();
    assert!(!pages.is_empty());
    let running: Vec<_> = pages.into_iter().map(|page| thread::spawn(move || walk(&page))).collect();
    let faults: Vec<String> = running.into_iter().flat_map(|it| it.join().unwrap()).collect();
    assert!(faults.is_empty(), "{}\nwhat is only out of date is written by\n  {WRITE}", faults.join("\n"));
}

/// Runs the blocks of a page in one folder, from the first to the last, and tells what is not as it says.
fn walk(path: &Path) -> Vec<String> {
    let page = read(path);
    let room = Room::new();
    let mut faults = Vec::new();
    let mut edits = Vec::new();
    for fence in fences(&page) {
        let place = format!("{}:{}", path.display(), fence.line);
        match (&fence.note, fence.language.as_str()) {
            (Some(Note::File(name)), _) => room.write(name, &fence.text),
            (Some(Note::NotRun(_)), _) => {}
            (None, "sh") => faults.extend(run_alone(&room, &place, &fence)),
            (None, "console") => {
                let (text, found) = run_shown(&room, &place, &fence);
                faults.extend(found);
                edits.push((fence.range.clone(), text));
            }
            (None, _) if fence.text.lines().any(|it| it.starts_with("$ ") || it.starts_with("ks ")) => {
                faults.push(format!("{place}: commands stand in a block of `console` or `sh`"));
            }
            (None, _) => {}
        }
    }
    if is_writing() {
        let mut written = page.clone();
        edits.into_iter().rev().for_each(|(range, text)| written.replace_range(range, &text));
        if written != page {
            fs::write(root().join(path), written).unwrap();
        }
    }
    faults
}

/// Runs a block of commands alone, each of which ends well.
fn run_alone(room: &Room, place: &str, fence: &Fence) -> Vec<String> {
    let commands: Vec<String> = fence.text.replace("\\\n", "").lines().map(without_cargo).collect();
    let ran = room.run(&commands).into_iter().zip(&commands).filter(|(ran, _)| ran.code != 0);
    ran.map(|(ran, command)| format!("{place}: {command}: exit code {}\n{}", ran.code, ran.printed)).collect()
}

/// Runs a block of commands with their output, and gives the block as it should be. A command ends well unless the
/// next one shows its exit code.
fn run_shown(room: &Room, place: &str, fence: &Fence) -> (String, Vec<String>) {
    let expected = split(&fence.text);
    let commands: Vec<String> = expected.iter().map(|it| it.command.clone()).collect();
    let mut faults = Vec::new();
    let mut text = String::new();
    for (at, (ran, Shown { command, source, output })) in room.run(&commands).iter().zip(&expected).enumerate() {
        let is_told = expected.get(at + 1).is_some_and(|it| it.command == "echo $?");
        if ran.code != 0 && !is_told {
            faults.push(format!("{place}: {command}: exit code {}\n{}", ran.code, ran.printed));
        }
        let printed: Vec<&str> = ran.printed.lines().map(str::trim_end).collect();
        if !is_writing() && !shows(output, &printed) {
            faults.push(format!("{place}: {command}: prints\n{}", ran.printed));
        }
        source.iter().chain(&shown(output, &printed)).for_each(|line| {
            text.push_str(line);
            text.push('\n');
        });
    }
    (text, faults)
}

/// The commands of a block: behind `$ `, and `> ` where one goes on. What stands between two is output.
fn split(block: &str) -> Vec<Shown<'_>> {
    let mut found: Vec<Shown<'_>> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            found.push(Shown { command: without_cargo(command), source: vec![line], output: Vec::new() });
        } else if let Some(last) = found.last_mut() {
            match line.strip_prefix("> ") {
                Some(more) if last.output.is_empty() => {
                    last.command = format!("{}\n{more}", last.command);
                    last.source.push(line);
                }
                _ => last.output.push(line),
            }
        }
    }
    found
}

/// A command that does not build the program once more.
fn without_cargo(command: &str) -> String {
    ["cargo run --release -p ks-bin --", "cargo run -p ks-bin --"]
        .iter()
        .fold(command.to_owned(), |command, cargo| command.replace(cargo, "ks"))
}

#[test]
fn a_block_is_split_into_commands_and_what_they_print() {
    let found = split("$ ks plan |\n>   head\na\n\nb\n$ echo $?\n0\n");
    assert_eq!(found[0].command, "ks plan |\n  head");
    assert_eq!((&found[0].output[..], &found[1].output[..]), (&["a", "", "b"][..], &["0"][..]));
}

#[test]
fn a_failed_command_is_a_fault_unless_its_exit_code_is_shown() {
    if is_writing() {
        return; // What is only out of date is written then, and no fault.
    }
    let room = Room::new();
    let page = "```console\n$ false\n$ echo $?\n1\n$ false\n$ printf 'a\\n'\nb\n```\n";
    let (_, faults) = run_shown(&room, "here", &fences(page)[0]);
    assert_eq!(faults, ["here: false: exit code 1\n", "here: printf 'a\\n': prints\na\n"]);
}
