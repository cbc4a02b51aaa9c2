//! Every screen in three sizes, busy, empty and in trouble; and what each key does to them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod boards;
mod formulas;
mod keys;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use foresend_insight::board::Board;
use foresend_insight::board::customer::CustomerBoard;
use foresend_tui::app::App;
use foresend_tui::source::{Play, Source, Status};
use foresend_tui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// A source of one board, which notes what it was asked for.
#[derive(Clone)]
pub(crate) struct Fixed {
    pub(crate) board: Option<Board>,
    pub(crate) status: Status,
    pub(crate) played: Rc<RefCell<Vec<Play>>>,
    pub(crate) windows: Rc<RefCell<usize>>,
}

impl Fixed {
    pub(crate) fn of(board: Board) -> Self {
        let status = match board.of.day {
            Some((day, days)) => Status::Stopped { day, days },
            None => Status::Live("shop  14:32:07 UTC".to_owned()),
        };
        Self { board: Some(board), status, played: Rc::default(), windows: Rc::default() }
    }
}

impl Source for Fixed {
    fn poll(&mut self, _: Duration) -> bool {
        true
    }

    fn status(&self) -> Status {
        self.status.clone()
    }

    fn windows(&self) -> &[&'static str] {
        &["1 h", "24 h", "7 d"]
    }

    fn board(&self, window: usize) -> Option<Board> {
        *self.windows.borrow_mut() = window;
        self.board.clone()
    }

    fn play(&mut self, play: Play) -> bool {
        self.played.borrow_mut().push(play);
        true
    }

    fn is_played(&self) -> bool {
        matches!(self.status, Status::Stopped { .. } | Status::Playing { .. })
    }

    fn customer(&mut self, id: &str) -> Result<CustomerBoard, String> {
        if id == "c-48213" {
            Ok(boards::customer())
        } else {
            Err(format!("No customer matches \"{id}\""))
        }
    }
}

/// The letters of what `app` shows.
pub(crate) fn letters(app: &mut App<'_>, (width, height): (u16, u16)) -> String {
    let buffer = drawn(app, (width, height));
    let row =
        |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect::<Vec<_>>().join("\n") + "\n"
}

pub(crate) fn drawn(app: &mut App<'_>, (width, height): (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    app.draw(&mut buffer);
    buffer
}

pub(crate) fn app(source: Fixed) -> App<'static> {
    App::new(Box::new(source), Theme { depth: Depth::None, is_light: false })
}

/// Presses keys: `⏎` is Enter, `⇥` Tab, `⎋` Esc, `↓` and `↑` themselves.
pub(crate) fn press(app: &mut App<'_>, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '⏎' => KeyCode::Enter,
            '⇥' => KeyCode::Tab,
            '⎋' => KeyCode::Esc,
            '↓' => KeyCode::Down,
            '↑' => KeyCode::Up,
            '⌫' => KeyCode::Backspace,
            letter => KeyCode::Char(letter),
        };
        app.hear(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// Every screen of `board` in every size. Where customers can be shown, one is.
fn screens(name: &str, board: &Board) {
    for (width, height) in SIZES {
        for (number, screen) in
            (1..).zip(["overview", "journeys", "experiments", "delivery", "engine", "customer"])
        {
            let mut app = app(Fixed::of(board.clone()));
            press(&mut app, &number.to_string());
            if number == 6 && board.of.customers > 0 {
                press(&mut app, "/c-48213⏎");
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_omit_expression(true);
            settings.set_prepend_module_to_snapshot(false);
            settings.bind(|| {
                insta::assert_snapshot!(
                    format!("{name}_{screen}_{width}"),
                    letters(&mut app, (width, height))
                );
            });
        }
    }
}

#[test]
fn a_busy_shop() {
    screens("busy", &boards::busy());
}

#[test]
fn a_rehearsal() {
    screens("rehearsal", &boards::rehearsed());
}

#[test]
fn a_shop_on_its_first_day() {
    screens("empty", &boards::empty());
}

#[test]
fn a_shop_in_trouble() {
    screens("alarm", &boards::alarmed());
}

#[test]
fn more_of_an_experiment() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "3");
    letters(&mut app, SIZES[1]);
    press(&mut app, "↓⏎");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("busy_experiment_120", letters(&mut app, SIZES[1])));
}

#[test]
fn nothing_is_drawn_on_too_small_a_screen_but_what_it_needs() {
    let mut app = app(Fixed::of(boards::busy()));
    assert_eq!(
        letters(&mut app, (52, 14)).trim(),
        "Foresend needs 60 × 16; this is 52 × 14 · q quits"
    );
    for size in [(1, 1), (59, 40), (60, 15), (10, 3)] {
        letters(&mut app, size);
    }
}

#[test]
fn every_screen_of_every_board_fits_any_size() {
    let all =
        [boards::busy(), boards::rehearsed(), boards::empty(), boards::alarmed(), Board::default()];
    for board in all {
        for screen in "123456".chars() {
            let mut app = app(Fixed::of(board.clone()));
            press(&mut app, &screen.to_string());
            for width in (60..=210).step_by(10) {
                for height in (16..=64).step_by(4) {
                    let text = letters(&mut app, (width, height));
                    assert!(text.lines().last().unwrap().contains("q quit"), "{width}×{height}");
                }
            }
        }
    }
}

#[test]
fn before_there_is_a_board_it_says_what_it_waits_for() {
    let status = Status::Working(0.58, "58,000 of 100,000 customers".to_owned());
    let mut app = app(Fixed { board: None, status, ..Fixed::of(boards::busy()) });
    for screen in "12345".chars() {
        press(&mut app, &screen.to_string());
        let text = letters(&mut app, (100, 20));
        assert!(text.contains("◌ rehearsing 58 %"), "{text}");
    }
}
