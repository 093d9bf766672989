//! What is shown: rows for a window of a size.

use colored::Colorize;

use super::decision::Decision;
use super::screen_lists::{help, last, list};
use super::state::{Around, Mode, Review};
use super::text::{cut, cut_left, filled, width, wrapped};
use crate::report::escape::visible;
use crate::transforms::finding::Level;

/// What is worked out of the plan for the screen at hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The diff of the item that is shown, against the files as they would be with what was approved
    /// so far: lines, coloured or not.
    pub diff: Vec<String>,
    /// Why it cannot be applied as things stand; may be empty.
    pub problem: String,
    /// The page of the transform.
    pub page: Vec<String>,
    /// The files that would be written, as they are shown.
    pub files: Vec<String>,
}

/// A window's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    /// Its rows, none wider than the window.
    pub rows: Vec<String>,
    /// The first row that is shown of the part that scrolls.
    pub from: usize,
    /// How far that part can be scrolled.
    pub furthest: usize,
    /// How many rows of it are shown.
    pub page: usize,
    /// Where the cursor stands: column and row, 0-based.
    pub cursor: (usize, usize),
}

/// A window smaller than this shows what fits of it.
const LEAST: (usize, usize) = (20, 6);

/// The most rows that the prompt takes.
const PROMPT_ROWS: usize = 3;

/// The rows that never scroll away.
const PINNED: usize = 2;

/// The content of a window of so many columns and rows.
pub fn draw(review: &Review, view: &View, columns: usize, rows: usize) -> Screen {
    let (columns, rows) = (columns.max(LEAST.0), rows.max(LEAST.1));
    let mut prompt = wrapped(&visible(&review.prompt()), columns);
    if prompt.len() > PROMPT_ROWS {
        // What is typed goes on at the end.
        prompt.drain(..prompt.len() - PROMPT_ROWS);
    }
    let page = rows.saturating_sub(PINNED + prompt.len() + 1).max(1);
    let (top, body) = parts(review, view, columns, page);
    let furthest = body.len().saturating_sub(page);
    let from = match review.mode {
        Mode::List { cursor, .. } => cursor.saturating_sub(page / 2),
        _ if review.seeks => first_changed(&body).saturating_sub(page / 3),
        _ => review.scroll,
    };
    let from = from.min(furthest);
    let mut all = top;
    all.extend(body.iter().skip(from).take(page).cloned());
    all.resize(rows - prompt.len() - 1, String::new());
    all.push(status(review, from, page, body.len(), columns));
    let cursor = (prompt.last().map_or(0, |row| width(row)).min(columns - 1), rows - 1);
    all.extend(prompt.into_iter().map(|row| row.bold().to_string()));
    Screen { rows: all, from, furthest, page, cursor }
}

/// The first row that was added or removed.
fn first_changed(body: &[String]) -> usize {
    let is_changed = |row: &String| {
        let colour = row.starts_with('\x1b').then(|| row.find('m')).flatten();
        row[colour.map_or(0, |end| end + 1)..].starts_with(['-', '+'])
    };
    body.iter().position(is_changed).unwrap_or_default()
}

/// The pinned rows, and those that scroll.
fn parts(review: &Review, view: &View, columns: usize, page: usize) -> (Vec<String>, Vec<String>) {
    let is_about_a_change =
        matches!(review.mode, Mode::Change | Mode::Justify(_) | Mode::Search(_) | Mode::All(_));
    if is_about_a_change && !review.items.is_empty() {
        return (top(review, columns), change(review, view, columns, page));
    }
    let (title, body) = match review.mode {
        Mode::Help => ("what the keys do".to_owned(), help(review, columns)),
        Mode::List { cursor, .. } => ("all changes".to_owned(), list(review, cursor, columns)),
        Mode::Page => {
            (review.items[review.item()].transform.clone(), page_rows(&view.page, columns))
        }
        _ => (counts(review), last(review, view, columns)),
    };
    (vec![cut(&title, columns).bold().to_string(), "─".repeat(columns)], body)
}

/// How much is decided.
pub fn counts(review: &Review) -> String {
    let steps = review.steps();
    let of = |wanted: fn(&Decision) -> bool| {
        let decided = steps.iter().filter_map(|step| review.decided.get(step));
        decided.filter(|decided| wanted(&decided.decision)).count()
    };
    format!(
        "{} approved, {} left, {} kept with a reason, {} undecided",
        of(|decision| matches!(decision, Decision::Apply | Decision::Edit(_))),
        of(|decision| *decision == Decision::Leave),
        of(|decision| matches!(decision, Decision::Except(_))),
        steps.iter().filter(|step| !review.decided.contains_key(step)).count(),
    )
}

/// The header and the title.
fn top(review: &Review, columns: usize) -> Vec<String> {
    let item = &review.items[review.item()];
    let (at, count) = review.position();
    let mut files: Vec<usize> =
        review.items.iter().filter_map(|i| i.files.first().copied()).collect();
    files.sort_unstable();
    files.dedup();
    let file = item.files.first().and_then(|file| files.iter().position(|other| other == file));
    let more = match item.files.len().saturating_sub(1) {
        0 => String::new(),
        1 => " (+1 file)".to_owned(),
        more => format!(" (+{more} files)"),
    };
    let level = if item.level == Level::Auto { "auto" } else { "review" };
    let was = review.decided.get(&review.step()).map_or_else(String::new, |decided| {
        let other = |way: &usize| *way == decided.item && *way != review.item();
        let way = item.options.iter().position(other);
        let way = way.map_or_else(String::new, |way| format!(" of way {}", way + 1));
        format!("  (was: {}{way})", letter(&decided.decision))
    });
    let front = format!("[{}/{count}]  file {}/{}  ", at + 1, file.unwrap_or(0) + 1, files.len());
    let back = format!("{more}  {}  {level}{was}", item.transform);
    let left = columns.saturating_sub(width(&front) + width(&back)).max(8);
    let place = cut_left(&format!("{}:{}", visible(&item.path), item.line), left);
    let header = cut(&format!("{front}{place}{back}"), columns);
    let title = filled(&title_of(review), columns).into_iter().next().unwrap_or_default();
    vec![header.bold().to_string(), title.yellow().to_string()]
}

/// What the item that is shown does, and which of several ways it is.
fn title_of(review: &Review) -> String {
    let item = &review.items[review.item()];
    let ways = &item.options;
    let way = ways.iter().position(|other| *other == review.item());
    let way = match (way, ways.len()) {
        (Some(way), 2..) => format!("way {} of {}: ", way + 1, ways.len()),
        _ => String::new(),
    };
    format!("{way}{}", visible(&item.title))
}

/// A line in rows that keep its indentation.
fn indented(line: &str, columns: usize) -> Vec<String> {
    let indentation = &line[..line.len() - line.trim_start().len()];
    let rows = filled(line, columns.saturating_sub(indentation.len() + 2).max(10));
    let rows = rows.iter().enumerate();
    rows.map(|(at, row)| format!("{indentation}{}{row}", if at == 0 { "" } else { "  " })).collect()
}

/// The letter of the key that decides so.
pub fn letter(decision: &Decision) -> char {
    match decision {
        Decision::Apply => 'y',
        Decision::Leave => 'n',
        Decision::Except(_) => 'x',
        Decision::Edit(_) => 'e',
    }
}

/// The change at hand: why, the way of its decision, its diff. Before a diff of which few lines are
/// shown, the rest takes half of the window at most.
fn change(review: &Review, view: &View, columns: usize, page: usize) -> Vec<String> {
    let mut rows = about(review, view, columns);
    let most = (page / 2).max(3);
    if review.around == Around::Lines && rows.len() > most {
        let more = rows.len() - most + 1;
        rows.truncate(most - 1);
        rows.push(cut(&format!("… {more} more rows of this: v"), columns).dimmed().to_string());
    }
    rows.push("─".repeat(columns));
    rows.extend(view.diff.iter().flat_map(|line| wrapped(line, columns)));
    rows
}

/// What is said of the change at hand.
fn about(review: &Review, view: &View, columns: usize) -> Vec<String> {
    let item = &review.items[review.item()];
    let mut rows = Vec::new();
    if !view.problem.is_empty() {
        let problem = filled(&visible(&view.problem), columns);
        rows.extend(problem.into_iter().map(|row| row.red().to_string()));
    }
    let decision = review.decided.get(&review.step()).map(|decided| &decided.decision);
    if let Some(Decision::Except(why)) = decision {
        rows.extend(filled(&format!("kept, because: {}", visible(why)), columns));
    }
    // The pinned row holds the first of its rows.
    rows.extend(filled(&title_of(review), columns).into_iter().skip(1));
    rows.extend(filled(&visible(&item.reason), columns));
    for line in &item.chain {
        rows.extend(indented(&visible(line), columns).into_iter().map(|r| r.cyan().to_string()));
    }
    rows
}

/// A page of prose and code: prose is broken between words.
fn page_rows(lines: &[String], columns: usize) -> Vec<String> {
    let (mut rows, mut is_code) = (Vec::new(), false);
    for line in lines {
        is_code ^= line.starts_with("```");
        if is_code || width(line) <= columns {
            rows.extend(wrapped(line, columns));
        } else {
            rows.extend(indented(line, columns));
        }
    }
    rows
}

/// The row above the prompt: what the last key came to, else how much there is below.
fn status(review: &Review, from: usize, page: usize, count: usize, columns: usize) -> String {
    if !review.message.is_empty() {
        return cut(&visible(&review.message), columns).green().to_string();
    }
    let below = count.saturating_sub(from + page);
    let scrolls = !matches!(review.mode, Mode::List { .. });
    let rows = |count: usize| if count == 1 { "row" } else { "rows" };
    let text = match (from, below) {
        _ if !scrolls => String::new(),
        (0, 0) => String::new(),
        (_, 0) => format!("── {from} {} above: b", rows(from)),
        _ => format!("── {below} more {} below: space", rows(below)),
    };
    cut(&text, columns).dimmed().to_string()
}
