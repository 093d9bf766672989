//! Properties of the dialogue, whatever keys are pressed.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::decision::Decision;
use super::item::Item;
use super::screen::{View, draw};
use super::state::{Decided, Effect, Key, Mode, Refused, Review};
use super::text::width;
use crate::transforms::finding::Level;

/// An item of a transform in a file.
fn item(at: usize, transform: usize, file: usize, is_auto: bool) -> Item {
    Item {
        id: format!("id{at}"),
        transform: format!("transform-{transform}"),
        level: if is_auto { Level::Auto } else { Level::Review },
        title: format!("write something else {at}"),
        reason: "it runs code".to_owned(),
        path: format!("src/file{file}.py"),
        line: at + 1,
        files: vec![file],
        chain: Vec::new(),
        options: Vec::new(),
        is_alternative: false,
        requires: Vec::new(),
        parts: Vec::new(),
        whole: None,
        can_stay: true,
        can_edit: true,
        words: format!("file{file} {at}"),
    }
}

/// Items with alternatives, requirements and parts, and pairs that cannot stand together.
fn world() -> impl Strategy<Value = (Vec<Item>, BTreeSet<(usize, usize)>)> {
    let shape = prop::collection::vec((0..3usize, 0..4usize, any::<bool>(), 0..8u8), 1..14);
    let pairs = prop::collection::btree_set((0..20usize, 0..20usize), 0..6);
    (shape, pairs).prop_map(|(shape, pairs)| {
        let mut items: Vec<Item> = Vec::new();
        for (transform, file, is_auto, kind) in shape {
            let at = items.len();
            items.push(item(at, transform, file, is_auto));
            match kind {
                0 => {
                    items.push(item(at + 1, transform, file, false));
                    items[at + 1].is_alternative = true;
                    items[at].options = vec![at, at + 1];
                    items[at + 1].options = vec![at, at + 1];
                }
                1 if at > 0 && items[at - 1].whole.is_none() && !items[at - 1].is_alternative => {
                    items[at].requires = vec![at - 1];
                }
                2 => {
                    for part in at + 1..at + 3 {
                        items.push(item(part, transform, file, is_auto));
                        items[part].whole = Some(at);
                    }
                    items[at].parts = vec![at + 1, at + 2];
                }
                _ => {}
            }
        }
        let pairs = pairs.into_iter().filter(|(a, b)| a < b).collect();
        (items, pairs)
    })
}

/// The later one of two that cannot stand together is refused.
fn refused(pairs: &BTreeSet<(usize, usize)>, all: &[Decided]) -> Vec<Refused> {
    let changes = |d: &&Decided| matches!(d.decision, Decision::Apply | Decision::Edit(_));
    let there: BTreeSet<usize> = all.iter().filter(changes).map(|d| d.item).collect();
    let both = pairs.iter().filter(|(a, b)| there.contains(a) && there.contains(b));
    both.map(|(a, b)| Refused { item: *b, by: Some(*a), why: "both change it".to_owned() })
        .collect()
}

fn key() -> impl Strategy<Value = Key> {
    let letters = "ynyyuuujjkkg/aafAAdDsexvviq? bn0123zy";
    let letters: Vec<char> = letters.chars().collect();
    prop_oneof![
        8 => prop::sample::select(letters).prop_map(Key::Char),
        1 => Just(Key::Enter),
        1 => Just(Key::Tab),
        1 => Just(Key::Escape),
        1 => prop::sample::select(vec![Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::Backspace]),
    ]
}

/// Keys that only look.
fn only_looks(mode: &Mode, key: Key) -> bool {
    match mode {
        Mode::Change => !matches!(
            key,
            Key::Enter | Key::Char('y' | 'n' | 'a' | 'f' | 'd' | 'D' | 's' | 'e' | 'A' | 'x')
        ),
        Mode::Justify(_) => key != Key::Enter,
        Mode::All(_) | Mode::Last => key != Key::Char('y'),
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_approved_is_what_was_said(
        (items, pairs) in world(),
        keys in prop::collection::vec(key(), 0..60),
        columns in 1usize..120,
        rows in 1usize..40,
    ) {
        let check = |all: &[Decided]| refused(&pairs, all);
        let mut review = Review::new(items.clone(), BTreeMap::new());
        // What a file of decisions would hold.
        let mut kept: BTreeMap<usize, Decided> = BTreeMap::new();
        for key in keys {
            let screen = draw(&review, &View::default(), columns, rows);
            prop_assert!(screen.rows.iter().all(|row| width(row) <= columns.max(20)), "{:?}", screen.rows);
            prop_assert_eq!(screen.rows.len(), rows.max(6));
            review.fit(&screen);
            let (mode, step, before) = (review.mode.clone(), review.step(), review.decided.clone());
            let way = review.item();
            let effect = review.press(key, &check);
            match &effect {
                Effect::Decided(steps) => {
                    for step in steps {
                        match review.decided.get(step) {
                            Some(decided) => kept.insert(*step, decided.clone()),
                            None => kept.remove(step),
                        };
                    }
                }
                Effect::Edit(item) => prop_assert_eq!(*item, way),
                Effect::Show => prop_assert_eq!(&review.decided, &before),
                Effect::Write | Effect::End => {
                    prop_assert!(mode == Mode::Last);
                    break;
                }
            }
            if only_looks(&mode, key) {
                prop_assert_eq!(&review.decided, &before, "{:?} {:?}", mode, key);
            }
            prop_assert_eq!(&kept, &review.decided);
            prop_assert!(check(&review.chosen(None)).is_empty(), "what is approved fits together");
            match (&mode, key, &effect) {
                (Mode::Change, Key::Char('y') | Key::Enter, Effect::Decided(_)) => {
                    let kept = before.get(&step).filter(|d| d.item == way && d.decision != Decision::Leave);
                    let shown = kept.map_or(Decision::Apply, |decided| decided.decision.clone());
                    prop_assert_eq!(&review.decided[&step].decision, &shown);
                    prop_assert_eq!(review.decided[&step].item, way);
                    prop_assert!(key == Key::Char('y') || items[way].level == Level::Auto);
                }
                (Mode::Change, Key::Char('n'), _) => {
                    prop_assert_eq!(&review.decided[&step].decision, &Decision::Leave);
                }
                (Mode::Change, Key::Char('a' | 'f'), Effect::Decided(_)) => {
                    for (other, decided) in &review.decided {
                        if before.get(other) != Some(decided) {
                            prop_assert!(items[decided.item].level <= items[way].level);
                            prop_assert!(*other >= step);
                        }
                    }
                }
                (Mode::All(_), Key::Char('y'), Effect::Decided(_)) => {
                    for (other, decided) in &review.decided {
                        prop_assert!(before.get(other) == Some(decided) || items[decided.item].level == Level::Auto);
                    }
                }
                _ => {}
            }
            // What was said stays said, until it is said otherwise of that very one.
            for (other, decided) in &before {
                let again = review.decided.get(other);
                let rests = !items[decided.item].requires.is_empty();
                prop_assert!(again == Some(decided) || *other == step || (again.is_none() && rests));
            }
            for decided in review.chosen(None) {
                let needs = items[decided.item].requires.iter();
                let is_there = |needed: &usize| review.chosen(None).iter().any(|d| {
                    d.item == *needed && matches!(d.decision, Decision::Apply | Decision::Edit(_))
                });
                if matches!(decided.decision, Decision::Apply | Decision::Edit(_)) {
                    prop_assert!(needs.into_iter().all(is_there));
                }
            }
        }
    }
}

fn plain(count: usize) -> Review {
    let items = (0..count).map(|at| item(at, at % 2, at / 2, at % 3 != 2)).collect();
    Review::new(items, BTreeMap::new())
}

fn all_fit(_: &[Decided]) -> Vec<Refused> {
    Vec::new()
}

fn press(review: &mut Review, keys: &str) -> Effect {
    let mut effect = Effect::Show;
    for c in keys.chars() {
        let key = match c {
            '\n' => Key::Enter,
            '\t' => Key::Tab,
            c => Key::Char(c),
        };
        effect = review.press(key, &all_fit);
    }
    effect
}

#[test]
fn going_back_shows_what_was_said_and_keeps_it() {
    let mut review = plain(4);
    press(&mut review, "ynu");
    assert_eq!(review.position(), (1, 4));
    let screen = draw(&review, &View::default(), 80, 24);
    assert!(screen.rows[0].contains("(was: n)"), "{}", screen.rows[0]);
    press(&mut review, "u");
    assert_eq!(review.position(), (0, 4));
    assert_eq!(review.decided.len(), 2);
    press(&mut review, "n");
    assert_eq!(review.position(), (2, 4), "the next one that is open");
    assert!(review.chosen(None).is_empty());
}

#[test]
fn enter_takes_only_what_is_sure() {
    let mut review = plain(3);
    press(&mut review, "\n\n");
    assert_eq!(review.decided.len(), 2);
    press(&mut review, "\n");
    assert_eq!(review.decided.len(), 2);
    assert_eq!(review.message, "a change that needs a review wants its y");
    press(&mut review, "y");
    assert_eq!(review.mode, Mode::Last);
    assert_eq!(press(&mut review, "y"), Effect::Write);
}

#[test]
fn all_that_is_sure_is_asked_once() {
    let mut review = plain(7);
    press(&mut review, "njA");
    assert_eq!(review.mode, Mode::All(vec![3, 4, 6]));
    assert!(review.prompt().contains("3 changes of level auto"));
    press(&mut review, "y");
    let applied: Vec<usize> = review.chosen(None).iter().map(|d| d.item).collect();
    assert_eq!(applied, [3, 4, 6]);
}

#[test]
fn a_search_goes_round_and_says_when_there_is_nothing() {
    let mut review = plain(6);
    press(&mut review, "/FILE2\n");
    assert_eq!(review.position().0, 4);
    press(&mut review, "/\n");
    assert_eq!(review.position().0, 5);
    press(&mut review, "/\n");
    assert_eq!(review.position().0, 4, "from the beginning again");
    press(&mut review, "/nothing\n");
    assert_eq!(review.message, "nothing holds `nothing`");
}

#[test]
fn a_number_and_enter_go_there() {
    let mut review = plain(20);
    press(&mut review, "g17\n");
    assert_eq!(review.position().0, 16);
    press(&mut review, "g999\n");
    assert_eq!(review.position().0, 19);
}

#[test]
fn a_reason_is_wanted() {
    let mut review = plain(2);
    press(&mut review, "x  \n");
    assert_eq!(review.mode, Mode::Justify("  ".to_owned()));
    press(&mut review, "it is ours\n");
    let kept = Decision::Except("it is ours".to_owned());
    assert_eq!(review.decided[&0].decision, kept);
}

#[test]
fn only_valid_keys_are_listed() {
    let mut review = plain(1);
    review.items[0].can_stay = false;
    let keys: Vec<&str> = review.keys().iter().map(|help| help.key).collect();
    assert!(!keys.contains(&"x") && !keys.contains(&"Tab") && !keys.contains(&"s"));
    press(&mut review, "x");
    assert_eq!(review.message, "x does nothing here; ? says what the keys do");
}
