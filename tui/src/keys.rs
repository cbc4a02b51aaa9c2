//! The one list of keys. The help overlay and the last row are drawn from it, so that neither can name a key that does
//! nothing.

use crate::source::Play;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    Screen(usize),
    NextPanel,
    PreviousPanel,
    Shorter,
    Longer,
    Filter,
    Pause,
    Save,
    Enlarge,
    Theme,
    Alarms,
    Help,
    Quit,
    Up,
    Down,
    First,
    Last,
    PageUp,
    PageDown,
    Left,
    Right,
    Open,
    Back,
    Order,
    Kinds,
    Copy,
    Play(Play),
}

/// Where a key works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Everywhere,
    InLists,
    WhenPlayed,
}

/// Keys that ask for one thing.
pub(crate) struct Binding {
    pub(crate) place: Place,
    /// As they are shown, and what they do.
    pub(crate) shown: &'static str,
    pub(crate) says: &'static str,
    /// What the last row says of them. `None`: nothing.
    pub(crate) foot: Option<&'static str>,
    keys: &'static [(KeyCode, Action)],
}

use KeyCode::{BackTab, Char, Down, End, Enter, Esc, Home, Left, PageDown, PageUp, Right, Tab, Up};

const fn all(
    place: Place,
    (shown, says): (&'static str, &'static str),
    foot: Option<&'static str>,
    keys: &'static [(KeyCode, Action)],
) -> Binding {
    Binding { place, shown, says, foot, keys }
}

/// In the order in which help lists them.
pub(crate) const KEYS: [Binding; 27] = [
    all(
        Place::Everywhere,
        ("1 … 6", "screen"),
        None,
        &[
            (Char('1'), Action::Screen(0)),
            (Char('2'), Action::Screen(1)),
            (Char('3'), Action::Screen(2)),
            (Char('4'), Action::Screen(3)),
            (Char('5'), Action::Screen(4)),
            (Char('6'), Action::Screen(5)),
        ],
    ),
    all(Place::Everywhere, ("?", "these keys"), Some("? help"), &[(Char('?'), Action::Help)]),
    all(
        Place::Everywhere,
        ("/", "filter or customer; Esc clears"),
        Some("/ filter"),
        &[(Char('/'), Action::Filter)],
    ),
    all(Place::Everywhere, ("[", "shorter window"), None, &[(Char('['), Action::Shorter)]),
    all(
        Place::Everywhere,
        ("]", "longer window"),
        Some("[ ] window"),
        &[(Char(']'), Action::Longer)],
    ),
    all(
        Place::WhenPlayed,
        ("Space", "run, stop"),
        Some("Space run"),
        &[(Char(' '), Action::Play(Play::RunStop))],
    ),
    all(
        Place::WhenPlayed,
        (".", "one day"),
        Some(". day"),
        &[(Char('.'), Action::Play(Play::Step))],
    ),
    all(
        Place::Everywhere,
        ("p", "pause the picture"),
        Some("p pause"),
        &[(Char('p'), Action::Pause)],
    ),
    all(
        Place::Everywhere,
        ("s", "save JSON and SVG"),
        Some("s save"),
        &[(Char('s'), Action::Save)],
    ),
    all(Place::Everywhere, ("Tab", "next panel"), Some("Tab panel"), &[(Tab, Action::NextPanel)]),
    all(Place::Everywhere, ("⇧Tab", "previous panel"), None, &[(BackTab, Action::PreviousPanel)]),
    all(Place::Everywhere, ("e", "enlarge the panel"), None, &[(Char('e'), Action::Enlarge)]),
    all(Place::Everywhere, ("t", "theme dark, light"), None, &[(Char('t'), Action::Theme)]),
    all(Place::Everywhere, ("a", "alarms"), None, &[(Char('a'), Action::Alarms)]),
    all(
        Place::InLists,
        ("↑ ↓  j k", "row"),
        None,
        &[
            (Up, Action::Up),
            (Char('k'), Action::Up),
            (Down, Action::Down),
            (Char('j'), Action::Down),
        ],
    ),
    all(
        Place::InLists,
        ("← →  h l", "bin of a histogram"),
        None,
        &[
            (Left, Action::Left),
            (Char('h'), Action::Left),
            (Right, Action::Right),
            (Char('l'), Action::Right),
        ],
    ),
    all(
        Place::InLists,
        ("g G", "first, last"),
        None,
        &[
            (Char('g'), Action::First),
            (Home, Action::First),
            (Char('G'), Action::Last),
            (End, Action::Last),
        ],
    ),
    all(
        Place::InLists,
        ("PgUp PgDn", "page"),
        None,
        &[(PageUp, Action::PageUp), (PageDown, Action::PageDown)],
    ),
    all(Place::InLists, ("Enter", "open"), Some("Enter open"), &[(Enter, Action::Open)]),
    all(Place::InLists, ("Esc", "back (never quits)"), None, &[(Esc, Action::Back)]),
    all(Place::InLists, ("o", "order by column"), None, &[(Char('o'), Action::Order)]),
    all(Place::InLists, ("f", "kinds of lines"), None, &[(Char('f'), Action::Kinds)]),
    all(Place::InLists, ("y", "copy id or row"), None, &[(Char('y'), Action::Copy)]),
    all(
        Place::WhenPlayed,
        ("+ −", "faster, slower"),
        None,
        &[
            (Char('+'), Action::Play(Play::Faster)),
            (Char('='), Action::Play(Play::Faster)),
            (Char('-'), Action::Play(Play::Slower)),
        ],
    ),
    all(Place::WhenPlayed, ("<", "a week back"), None, &[(Char('<'), Action::Play(Play::Back))]),
    all(Place::WhenPlayed, (">", "a week on"), None, &[(Char('>'), Action::Play(Play::Forward))]),
    all(Place::Everywhere, ("q ^C", "quit"), Some("q quit"), &[(Char('q'), Action::Quit)]),
];

/// What `key` asks for.
pub(crate) fn action(key: KeyEvent, is_played: bool) -> Option<Action> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == Char('c')).then_some(Action::Quit);
    }
    let works = |binding: &&Binding| is_played || binding.place != Place::WhenPlayed;
    let mut keys = KEYS.iter().filter(works).flat_map(|binding| binding.keys);
    keys.find(|(code, _)| *code == key.code).map(|(_, action)| *action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_asks_for_two_things() {
        let mut seen = HashSet::new();
        for (code, action) in KEYS.iter().flat_map(|binding| binding.keys) {
            assert!(seen.insert(*code), "{code:?} {action:?}");
        }
    }

    #[test]
    fn control_c_quits_and_other_control_keys_do_nothing() {
        let control = |letter| action(KeyEvent::new(Char(letter), KeyModifiers::CONTROL), true);
        assert_eq!((control('c'), control('q')), (Some(Action::Quit), None));
        let plain =
            |letter, played| action(KeyEvent::new(Char(letter), KeyModifiers::NONE), played);
        assert_eq!(plain('<', false), None);
        assert_eq!(plain('<', true), Some(Action::Play(Play::Back)));
    }
}
