//! What each key does, by what is on the screen after it.

use crate::{Fixed, app, boards, drawn, letters, press};
use crossterm::event::{Event, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use foresend_tui::app::{App, Wants};
use foresend_tui::source::{Play, Status};
use ratatui::style::Modifier;
use std::time::Duration;

const SIZE: (u16, u16) = (120, 40);

fn shown(app: &mut App<'_>) -> String {
    letters(app, SIZE)
}

/// The row in reverse video, if there is one.
fn selected(app: &mut App<'_>) -> Option<String> {
    let buffer = drawn(app, SIZE);
    let is_reversed = |y: u16| buffer[(1, y)].modifier.contains(Modifier::REVERSED);
    let y = (3..SIZE.1).find(|&y| is_reversed(y))?;
    Some((0..SIZE.0).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim().to_owned())
}

#[track_caller]
fn is_selected(app: &mut App<'_>, id: &str) {
    let row = selected(app).unwrap_or_default();
    assert!(row.starts_with(id), "{id} is not selected: {row}");
}

#[test]
fn numbers_go_to_screens() {
    let mut app = app(Fixed::of(boards::busy()));
    for (key, tab) in [("2", "[2 Journeys]"), ("6", "[6 Customer]"), ("1", "[1 Overview]")] {
        press(&mut app, key);
        assert!(shown(&mut app).contains(tab), "{tab}");
    }
}

#[test]
fn the_selection_moves_and_sticks_to_what_it_is() {
    let source = Fixed::of(boards::busy());
    let mut app = app(source);
    shown(&mut app);
    assert_eq!(selected(&mut app), None);
    for (key, id) in [
        ("↓", "cart-recovery"),
        ("j", "post-purchase"),
        ("G", "win-back"),
        ("k", "post-purchase"),
        ("g", "cart-recovery"),
        ("↓", "post-purchase"),
    ] {
        press(&mut app, key);
        is_selected(&mut app, id);
    }
    // By name instead of by mails: another place, the same journey.
    press(&mut app, "ooo");
    is_selected(&mut app, "post-purchase");
    press(&mut app, "⎋");
    assert_eq!(selected(&mut app), None);
}

#[test]
fn enter_opens_the_journey_and_its_step_and_esc_goes_back() {
    let mut app = app(Fixed::of(boards::busy()));
    shown(&mut app);
    press(&mut app, "↓↓⏎");
    let text = shown(&mut app);
    assert!(text.contains("[2 Journeys]") && text.contains("wait_for Order Delivered"), "{text}");
    press(&mut app, "↓↓");
    shown(&mut app);
    press(&mut app, "⏎");
    let text = shown(&mut app);
    assert!(
        text.contains("confirmation of post-purchase") && text.contains("held: limit"),
        "{text}"
    );
    press(&mut app, "⎋");
    assert!(!shown(&mut app).contains("confirmation of"));
    press(&mut app, "⎋1");
    assert!(shown(&mut app).contains("[1 Overview]"));
}

#[test]
fn enter_on_an_alarm_goes_to_its_screen() {
    let mut app = app(Fixed::of(boards::alarmed()));
    shown(&mut app);
    press(&mut app, "a");
    shown(&mut app);
    press(&mut app, "↓");
    is_selected(&mut app, "✗ 13:58");
    press(&mut app, "⏎");
    assert!(shown(&mut app).contains("[4 Delivery]"));
}

#[test]
fn enter_tells_more_of_a_domain_a_reason_and_an_experiment() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "4");
    shown(&mut app);
    press(&mut app, "/yahoo⏎");
    shown(&mut app);
    press(&mut app, "↓⏎");
    let text = shown(&mut app);
    assert!(text.contains("yahoo.com: mails, the newest first"), "{text}");
    assert!(text.contains("14:31:58   01a0c5e6a3b4"), "{text}");
    press(&mut app, "⎋⎋⇥");
    shown(&mut app);
    press(&mut app, "↓⏎");
    assert!(
        shown(&mut app).contains("due: mails") && shown(&mut app).contains("Only counts are kept")
    );
    press(&mut app, "3");
    shown(&mut app);
    press(&mut app, "↓⏎");
    let text = shown(&mut app);
    assert!(text.contains("cart-first-look: rate until the end of each day, %"), "{text}");
    assert!(text.contains("day 14") && text.contains("named"), "{text}");
    press(&mut app, "⎋");
    assert!(!shown(&mut app).contains("day 14"));
}

#[test]
fn arrows_go_through_the_bins_of_histograms() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "5");
    assert!(!shown(&mut app).contains("0 µs … 200 µs"));
    press(&mut app, "l");
    assert!(shown(&mut app).contains("0 µs … 200 µs: 800"));
    press(&mut app, "ll");
    assert!(shown(&mut app).contains("216 µs … 266 µs: 2,160"));
    press(&mut app, "h");
    assert!(shown(&mut app).contains("200 µs … 216 µs: 1,520"));
    for _ in 0..99 {
        press(&mut app, "l");
    }
    assert!(shown(&mut app).contains("25.6 ms: 0"), "{}", shown(&mut app));
}

#[test]
fn a_filter_narrows_lists_and_esc_clears_it() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "/WIN");
    let text = shown(&mut app);
    assert!(
        text.contains(" / WIN▏   1 of 3")
            && text.contains("win-back")
            && !text.contains("cart-recovery"),
        "{text}"
    );
    let buffer = drawn(&mut app, SIZE);
    let row = text.lines().position(|line| line.trim_start().starts_with("win-back")).unwrap();
    let is_underlined =
        |x: u16| buffer[(x, u16::try_from(row).unwrap())].modifier.contains(Modifier::UNDERLINED);
    assert_eq!([1, 2, 4, 5].map(is_underlined), [false, true, true, false], "what was looked for");
    press(&mut app, "⌫⌫⌫post⏎");
    let text = shown(&mut app);
    assert!(text.contains("/ post   1 of 3   Esc clears") && !text.contains("win-back"), "{text}");
    press(&mut app, "2");
    assert!(shown(&mut app).contains("win-back"), "a filter is its screen's");
    press(&mut app, "1⎋");
    assert!(shown(&mut app).contains("cart-recovery"));
}

#[test]
fn a_customer_is_asked_for_by_id() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "6/ana@⏎");
    assert!(shown(&mut app).contains("No customer matches \"ana@\""));
    press(&mut app, "/⌫⌫⌫⌫c-48213⏎");
    let text = shown(&mut app);
    assert!(
        text.contains("c-0000048213 · Europe/Lisbon") && text.contains("6 of 6 · all kinds"),
        "{text}"
    );
    let newest = text.find("18:11:12").unwrap();
    assert!(newest < text.find("17:41:08").unwrap(), "newest first");
    press(&mut app, "f");
    assert!(shown(&mut app).contains("3 of 6 · decisions"));
    press(&mut app, "ff");
    assert!(shown(&mut app).contains("3 of 6 · events"));
    press(&mut app, "f↓⏎");
    shown(&mut app);
    press(&mut app, "y");
    assert_eq!((app.take_wish(), app.chosen()), (Some(Wants::Copy), "c-0000048213".to_owned()));
}

#[test]
fn windows_are_changed_within_those_there_are() {
    let source = Fixed::of(boards::busy());
    let window = source.windows.clone();
    let mut app = app(source);
    for (key, at, foot) in [
        ("[", 0, "[ ] 1 h"),
        ("]", 1, "[ ] 24 h"),
        ("]", 2, "[ ] 7 d"),
        ("]", 2, "[ ] 7 d"),
        ("[", 1, "[ ] 24 h"),
    ] {
        press(&mut app, key);
        assert_eq!(*window.borrow(), at, "{key}");
        assert!(shown(&mut app).contains(foot), "{foot}");
    }
}

#[test]
fn a_paused_picture_stands_still_and_says_for_how_long() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "p");
    assert!(app.tick(Duration::from_millis(1_000)) && !app.tick(Duration::from_millis(900)));
    app.tick(Duration::from_secs(71));
    assert!(shown(&mut app).contains("‖ paused 1:12"));
    press(&mut app, "p");
    assert!(shown(&mut app).contains("● live"));
}

#[test]
fn what_is_played_is_moved_in_time_and_what_is_live_is_not() {
    let source = Fixed::of(boards::rehearsed());
    let played = source.played.clone();
    let mut one = app(source);
    press(&mut one, " .+-<>");
    let wanted = [Play::RunStop, Play::Step, Play::Faster, Play::Slower, Play::Back, Play::Forward];
    assert_eq!(*played.borrow(), wanted);
    assert!(shown(&mut one).contains("Space run"));
    let source = Fixed::of(boards::busy());
    let played = source.played.clone();
    let mut one = app(source);
    press(&mut one, " .+-<>");
    assert!(played.borrow().is_empty() && !shown(&mut one).contains("Space"));
}

#[test]
fn help_lists_every_key_that_works_and_any_key_closes_it() {
    let mut app = app(Fixed::of(boards::rehearsed()));
    press(&mut app, "?");
    let text = shown(&mut app);
    for says in [
        "these keys",
        "pause the picture",
        "save JSON and SVG",
        "back (never quits)",
        "a week back",
        "copy id or row",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    press(&mut app, "2");
    let text = shown(&mut app);
    assert!(
        !text.contains("these keys") && text.contains("[1 Overview]"),
        "closing does nothing else"
    );
}

#[test]
fn e_enlarges_the_panel_in_focus() {
    let mut app = app(Fixed::of(boards::busy()));
    press(&mut app, "e");
    let text = shown(&mut app);
    assert!(text.contains("cart-recovery") && !text.contains("Pace"), "{text}");
    press(&mut app, "⎋");
    assert!(shown(&mut app).contains("Pace"));
}

#[test]
fn keys_for_the_host_of_the_terminal_are_wishes() {
    let mut app = app(Fixed::of(boards::rehearsed()));
    press(&mut app, "s");
    assert_eq!((app.take_wish(), app.take_wish()), (Some(Wants::Save), None));
    assert_eq!(app.called(), "overview-day-23");
    let saved: serde_json::Value = serde_json::from_str(&app.json()).unwrap();
    assert_eq!(saved["schema"], "foresend.board/1");
    assert_eq!(saved["funnel"]["sent"], 79_604);
    assert!(!app.quits());
    press(&mut app, "q");
    assert!(app.quits());
}

#[test]
fn t_turns_the_theme() {
    let mut app = app(Fixed::of(boards::busy()));
    assert!(!app.theme().is_light);
    press(&mut app, "t");
    assert!(app.theme().is_light);
}

#[test]
fn tabs_and_rows_can_be_clicked_and_the_wheel_moves_the_selection() {
    let mut app = app(Fixed::of(boards::busy()));
    let text = shown(&mut app);
    let mouse = |app: &mut App<'_>, kind, column, row| {
        let modifiers = KeyModifiers::NONE;
        app.hear(&Event::Mouse(MouseEvent { kind, column, row, modifiers }))
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    let row = text.lines().position(|line| line.contains("post-purchase")).unwrap();
    let row = u16::try_from(row).unwrap();
    mouse(&mut app, click, 10, row);
    is_selected(&mut app, "post-purchase");
    mouse(&mut app, MouseEventKind::ScrollDown, 0, 0);
    is_selected(&mut app, "win-back");
    mouse(&mut app, click, 10, row);
    mouse(&mut app, click, 10, row);
    assert!(shown(&mut app).contains("[2 Journeys]"), "a second click opens");
    let text = shown(&mut app);
    let tab = text.lines().next().unwrap().chars().collect::<String>().find("4 Delivery").unwrap();
    mouse(&mut app, click, u16::try_from(tab).unwrap(), 0);
    assert!(shown(&mut app).contains("[4 Delivery]"));
    assert!(!mouse(&mut app, click, 119, 39), "nothing is there");
}

#[test]
fn a_lost_source_is_said() {
    let mut app = app(Fixed { status: Status::Lost(12), ..Fixed::of(boards::busy()) });
    let text = shown(&mut app);
    assert!(text.contains("✗ no data for 12 s") && text.contains("reconnecting 12 s"), "{text}");
}
