//! The picture as SVG. Colours come from the style sheet of the page.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::layers::{Layout, lay_out};
use super::model::{Card, Model, Row};
use crate::display::html::markup::Markup;
use crate::display::html::object::word;

const WIDTH: i32 = 328;
const HEAD: i32 = 32;
const ROW: i32 = 20;
/// Where the arcs between rows run.
const MARGIN: i32 = 30;
/// The room below the last row.
const FOOT: i32 = 7;
/// How many characters a row has room for.
const ROOM: usize = 40;

/// Draws all cards, with or without their rows.
pub fn draw(model: &Model<'_>, rows: bool, page: &mut Markup) {
    let sizes: Vec<(i32, i32)> = model.cards.iter().map(|it| (WIDTH, height(it, rows))).collect();
    let layout = lay_out(&sizes, &model.edges);
    picture(layout.size, "Which component waits for which", page, |page| {
        for ((from, to), route) in model.edges.iter().zip(&layout.routes) {
            let (from, to) = (from.to_string(), to.to_string());
            page.open("path", &[("class", "edge"), ("data-from", &from), ("data-to", &to), ("d", &curve(route))]);
            page.close("path");
        }
        place_cards(model, &layout, rows, page);
    });
}

/// Draws one card with its rows.
pub fn draw_one(card: &Card<'_>, page: &mut Markup) {
    picture((WIDTH, height(card, true)), "Which object waits for which", page, |page| draw_card(card, 0, true, page));
}

fn picture((width, height): (i32, i32), label: &str, page: &mut Markup, inside: impl FnOnce(&mut Markup)) {
    // Half a line of each edge stands outside of its box.
    let view = format!("-2 -2 {} {}", width + 4, height + 4);
    let (width, height) = ((width + 4).to_string(), (height + 4).to_string());
    let attributes =
        [("viewBox", view.as_str()), ("width", &width), ("height", &height), ("role", "group"), ("aria-label", label)];
    page.element("div", &[("class", "picture")], |page| page.element("svg", &attributes, inside));
}

fn height(card: &Card<'_>, rows: bool) -> i32 {
    let count = if rows { i32::try_from(card.rows.len()).unwrap_or(i32::MAX / ROW) } else { 0 };
    if count == 0 { HEAD } else { HEAD + count * ROW + FOOT }
}

fn place_cards(model: &Model<'_>, layout: &Layout, rows: bool, page: &mut Markup) {
    for (number, (card, (x, y))) in model.cards.iter().zip(&layout.boxes).enumerate() {
        page.element("g", &[("transform", &format!("translate({x} {y})"))], |page| draw_card(card, number, rows, page));
    }
}

fn draw_card(card: &Card<'_>, number: usize, rows: bool, page: &mut Markup) {
    let class = if card.deletes { "card deletes" } else { "card" };
    page.element("g", &[("class", class), ("data-card", &number.to_string())], |page| {
        rectangle("frame", (0, 0), (WIDTH, height(card, rows)), page);
        head(card, page);
        if rows {
            for (from, to) in &card.arcs {
                page.open("path", &[("class", "arc"), ("d", &arc(*from, *to, &card.arcs))]);
                page.close("path");
            }
            card.rows.iter().enumerate().for_each(|(place, it)| row(it, top(place), page));
        }
    });
}

fn head(card: &Card<'_>, page: &mut Markup) {
    let title = |page: &mut Markup| {
        label("head", (12, 21), &shortened(card.name, ROOM - 12), page);
        label("note", (WIDTH - 12, 21), &card.note, page);
    };
    match card.rows.first() {
        Some(first) => page.element("a", &[("href", &format!("#{}", first.place))], title),
        None => title(page),
    }
}

fn row(row: &Row, top: i32, page: &mut Markup) {
    let (class, link) = (format!("row {}", word(row.action)), format!("#{}", row.place));
    page.element("a", &[("class", &class), ("href", &link), ("data-object", &row.place)], |page| {
        page.leaf("title", &[], &row.title);
        rectangle("hit", (MARGIN - 4, top), (WIDTH - MARGIN - 2, ROW), page);
        label("sign", (MARGIN + 4, top + 14), &row.action.symbol().to_string(), page);
        label("name", (MARGIN + 16, top + 14), &shortened(&row.label, ROOM), page);
    });
}

fn rectangle(class: &str, (x, y): (i32, i32), (width, height): (i32, i32), page: &mut Markup) {
    let [x, y, width, height] = [x, y, width, height].map(|it| it.to_string());
    let place = [("class", class), ("x", &x), ("y", &y), ("width", &width), ("height", &height), ("rx", "6")];
    page.open("rect", &place);
    page.close("rect");
}

fn label(class: &str, (x, y): (i32, i32), text: &str, page: &mut Markup) {
    page.leaf("text", &[("class", class), ("x", &x.to_string()), ("y", &y.to_string())], text);
}

/// A text that fits into its room.
fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room - 1).chain(['…']).collect()
}

fn top(place: usize) -> i32 {
    HEAD + ROW * i32::try_from(place).unwrap_or(i32::MAX / ROW)
}

/// From row to row along the margin; the further, the more to the left.
fn arc(from: usize, to: usize, all: &BTreeSet<(usize, usize)>) -> String {
    let longest = all.iter().map(|(a, b)| b - a).max().unwrap_or(1).max(1);
    let depth = i32::try_from(6 + 18 * (to - from) / longest).unwrap_or(24);
    let (start, end, x) = (top(from) + ROW / 2, top(to) + ROW / 2, MARGIN - 5);
    format!("M{x} {start}C{0} {start} {0} {end} {x} {end}", x - depth)
}

/// A soft line through points: each piece leaves and arrives level.
fn curve(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let written = match place.checked_sub(1).map(|it| points[it]) {
            None => write!(path, "M{x} {y}"),
            Some((_, before)) if before == *y => write!(path, "H{x}"),
            Some((start, before)) => {
                let middle = start + (x - start) / 2;
                write!(path, "C{middle} {before} {middle} {y} {x} {y}")
            }
        };
        debug_assert!(written.is_ok(), "a text takes everything");
    }
    path
}
