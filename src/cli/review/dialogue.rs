//! The dialogue in a window.

use std::collections::BTreeMap;
use std::path::Path;

use super::planner::{Planner, rewrites};
use super::{editor, entry, resumed};
use crate::report::colour;
use crate::report::escape::{visible, visible_path};
use crate::review::decision::{Decision, Decisions};
use crate::review::kept::Kept;
use crate::review::screen::{View, draw};
use crate::review::state::{Around, Decided, Effect, Mode, Refused, Review};
use crate::review::terminal::{Input, Window};
use crate::transforms::named;

/// How a dialogue ended.
pub(super) struct Ended {
    /// All decisions.
    pub(super) decisions: Decisions,
    /// What is to be written; nothing if it was stopped.
    pub(super) chosen: Option<Vec<Decided>>,
    /// Whether the window went away.
    pub(super) is_gone: bool,
}

/// Holds the dialogue. Decisions are kept in the file at `path`; those that it holds count if the
/// review goes `on`.
pub(super) fn run(planner: &Planner, path: &Path, on: bool) -> anyhow::Result<Ended> {
    let unkept = |error: std::io::Error| {
        anyhow::anyhow!(
            "the decisions cannot be kept in {}: {error}; set XDG_STATE_HOME to a folder that can be written",
            path.display()
        )
    };
    let (known, stale) = if on { resumed(planner, path)? } else { (Vec::new(), 0) };
    let nothing = on && known.is_empty() && stale == 0;
    let mut kept = Kept::open(path, on).map_err(unkept)?;
    if !kept.is_alone() {
        anyhow::bail!("another review of this program is open; end that one first");
    }
    let check = |all: &[Decided]| -> Vec<Refused> { planner.refused(all) };
    let mut review = begun(planner, known, &check);
    if stale > 0 {
        review.message =
            format!("asked again, for their files changed or their changes are gone: {stale}");
    } else if nothing {
        "no decisions were kept: the review begins anew".clone_into(&mut review.message);
    }
    let mut view = Views::new(planner);
    let window = Window::open()?;
    let mut is_gone = false;
    let mut drafts: BTreeMap<usize, String> = BTreeMap::new();
    let chosen = loop {
        let (columns, rows) = window.size();
        let screen = draw(&review, view.of(&review), columns, rows);
        review.fit(&screen);
        window.draw(&screen)?;
        let key = match window.next() {
            Input::Key(key) => key,
            Input::Resized => continue,
            Input::Gone => {
                is_gone = true;
                break None;
            }
        };
        let mut effect = review.press(key, &check);
        if let Effect::Edit(item) = effect {
            effect = edit(planner, &window, &mut review, item, &mut drafts, &check)?;
        }
        match effect {
            Effect::Decided(steps) => {
                kept.add(lines(planner, &review, &steps)).map_err(unkept)?;
            }
            Effect::Write => break Some(review.chosen(None)),
            Effect::End => break None,
            Effect::Show | Effect::Edit(_) => {}
        }
    };
    drop(window);
    let decisions = review.decided.values().map(|decided| {
        let id = planner.subjects[decided.item].change.id.clone();
        (id, entry(planner, decided.item, &decided.decision))
    });
    Ok(Ended { decisions: decisions.collect(), chosen, is_gone })
}

/// The review with those of the earlier decisions that can still be carried out.
fn begun(
    planner: &Planner,
    known: Vec<(usize, Decision)>,
    check: crate::review::state::Check,
) -> Review {
    let items: Vec<_> = planner.subjects.iter().map(|subject| subject.item.clone()).collect();
    let mut decided: BTreeMap<usize, Decided> = BTreeMap::new();
    for (item, decision) in known {
        let first = items[item].options.first().copied().filter(|_| items[item].is_alternative);
        let one = Decided { item, decision };
        let review = Review::new(items.clone(), decided.clone());
        let step = first.unwrap_or(item);
        if one.decision == Decision::Leave || review.fits(step, &one, check).is_ok() {
            decided.insert(step, one);
        }
    }
    Review::new(items, decided)
}

/// The steps as they are kept.
fn lines(
    planner: &Planner,
    review: &Review,
    steps: &[usize],
) -> Vec<(String, Option<crate::review::decision::Entry>)> {
    let mut lines = Vec::new();
    for step in steps {
        // Of several ways to do it one is decided; the others are not.
        let options = &review.items[*step].options;
        let ways = if options.is_empty() { std::slice::from_ref(step) } else { &options[..] };
        for way in ways {
            let decided = review.decided.get(step).filter(|decided| decided.item == *way);
            let id = planner.subjects[*way].change.id.clone();
            lines.push((id, decided.map(|decided| entry(planner, *way, &decided.decision))));
        }
    }
    lines
}

/// Lets a person edit the new text of an item.
fn edit(
    planner: &Planner,
    window: &Window,
    review: &mut Review,
    item: usize,
    drafts: &mut BTreeMap<usize, String>,
    check: crate::review::state::Check,
) -> std::io::Result<Effect> {
    let Some((line, count, text)) = planner.new_text(item) else {
        "there is no text to edit".clone_into(&mut review.message);
        return Ok(Effect::Show);
    };
    let offered = text.replace("\r\n", "\n");
    let shown = drafts.get(&item).unwrap_or(&offered).clone();
    let edited = window.lend(|| editor::edited(&shown))?;
    let edited = match edited {
        // Many an editor leaves the last line without an end.
        Ok(edited) if offered.ends_with('\n') && !edited.ends_with('\n') && !edited.is_empty() => {
            edited + "\n"
        }
        Ok(edited) => edited,
        Err(error) => {
            review.message = format!("{error:#}");
            return Ok(Effect::Show);
        }
    };
    if edited == offered {
        "the text is as it was; y applies it".clone_into(&mut review.message);
        return Ok(Effect::Show);
    }
    // What does not fit is where the next attempt begins.
    drafts.insert(item, edited.clone());
    let old = planner.old_text(item, line, count);
    let changed = rewrites(line, &old, &edited);
    if changed.is_empty() {
        "the text is the old one; n leaves the code as it is".clone_into(&mut review.message);
        return Ok(Effect::Show);
    }
    Ok(review.edited(changed, check))
}

/// What a screen shows of the plan, as long as it stays the same.
struct Views<'p> {
    planner: &'p Planner<'p>,
    key: Option<Key>,
    view: View,
}

/// What a view depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Change(Decided, Vec<Decided>, Around),
    Page(String),
    Last(Vec<Decided>),
    Nothing,
}

impl<'p> Views<'p> {
    fn new(planner: &'p Planner<'p>) -> Self {
        Self { planner, key: None, view: View::default() }
    }

    fn of(&mut self, review: &Review) -> &View {
        let key = match &review.mode {
            Mode::Change | Mode::Search(_) | Mode::Justify(_) | Mode::All(_) => {
                let decided = Decided { item: review.item(), decision: review.shown_decision() };
                let near = self.near(&decided, review.chosen(Some(review.step())));
                Key::Change(decided, near, review.around)
            }
            Mode::Page => Key::Page(review.items[review.item()].transform.clone()),
            Mode::Last => Key::Last(review.chosen(None)),
            Mode::Help | Mode::List { .. } => Key::Nothing,
        };
        if self.key.as_ref() != Some(&key) {
            self.view = self.made(review, &key);
            self.key = Some(key);
        }
        &self.view
    }

    /// Those of the other decisions that concern the files of one.
    fn near(&self, decided: &Decided, others: Vec<Decided>) -> Vec<Decided> {
        let subjects = self.planner.subjects;
        let files: std::collections::BTreeSet<_> = subjects[decided.item].files().collect();
        let is_near =
            |other: &Decided| subjects[other.item].files().any(|file| files.contains(&file));
        others.into_iter().filter(is_near).collect()
    }

    fn made(&self, review: &Review, key: &Key) -> View {
        let mut view = View::default();
        match key {
            Key::Change(decided, others, around) => {
                let (patch, refused) = self.planner.diff(decided, others, *around);
                view.diff = lines_of(&colour::coloured(&patch));
                let known = |_: &[Decided]| refused.clone();
                view.problem =
                    review.fits(review.step(), decided, &known).err().unwrap_or_default();
            }
            Key::Page(transform) => {
                let pages = named(transform).into_iter().map(|t| t.about().page);
                view.page = pages.flat_map(str::lines).map(visible).collect();
            }
            Key::Last(chosen) => {
                let files = self.planner.written(chosen);
                view.files = files.iter().map(|file| visible_path(file)).collect();
            }
            Key::Nothing => {}
        }
        view
    }
}

/// The lines of a diff for a screen: of a file's headers only its name.
fn lines_of(patch: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = patch.lines();
    while let Some(line) = rest.next() {
        let bare = line.trim_start_matches("\x1b[1m");
        if bare.starts_with("diff --git ") {
            let _ = rest.next();
            if let Some(name) = rest.next() {
                lines.push(name.replacen("+++ b/", "", 1).replacen("+++ \"b/", "\"", 1));
            }
            continue;
        }
        lines.push(line.to_owned());
    }
    lines
}
