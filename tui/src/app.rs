//! What is on the screen and what keys change: the screen shown, the panel in focus, the row selected, the window, the
//! filter. Drawing is in `screen`; nothing here touches a terminal.

use crate::keys::{Action, action};
use crate::letters;
use crate::screen::{self, SCREENS, Screen};
use crate::source::{Source, Status};
use crate::theme::Theme;
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind,
};
use foresend_insight::board::Board;
use foresend_insight::board::customer::CustomerBoard;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::collections::BTreeMap;
use std::time::Duration;

/// The dashboard, without its terminal.
pub struct App<'a> {
    source: Box<dyn Source + 'a>,
    pub(crate) view: View,
    /// What can be clicked, of the picture drawn last.
    spots: Vec<(Rect, Spot)>,
    /// The ids of each list, of the picture drawn last.
    lists: BTreeMap<Panel, Vec<String>>,
    wants: Option<Wants>,
    quits: bool,
    is_plain: bool,
}

/// What is drawn.
pub(crate) struct View {
    pub(crate) board: Option<Board>,
    pub(crate) status: Status,
    pub(crate) windows: Vec<&'static str>,
    pub(crate) is_played: bool,
    pub(crate) theme: Theme,
    pub(crate) screen: Screen,
    pub(crate) window: usize,
    /// The panel in focus, by screen.
    focus: [usize; SCREENS],
    /// Selected rows, by panel.
    selected: BTreeMap<Panel, String>,
    pub(crate) filters: [String; SCREENS],
    /// The filter is being typed.
    pub(crate) typing: bool,
    /// The picture stands still, for so long.
    pub(crate) paused: Option<Duration>,
    pub(crate) help: bool,
    pub(crate) enlarged: bool,
    /// A detail lies over the screen.
    pub(crate) detail: bool,
    pub(crate) order: usize,
    pub(crate) kinds: usize,
    /// The bin of the histograms that is told of, from the left.
    pub(crate) bin: Option<usize>,
    pub(crate) message: Option<String>,
    pub(crate) customer: Option<Result<CustomerBoard, String>>,
}

/// A list that can have the focus.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Panel {
    Funnel,
    Journeys,
    Alarms,
    Map,
    Experiments,
    Domains,
    WhyNot,
    Shards,
    Feed,
    Timeline,
    Waits,
}

/// What can be clicked.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Spot {
    Tab(Screen),
    Row(Panel, String),
}

/// What only the host of the terminal can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// Write the board and the picture to files.
    Save,
    /// Put a text on the clipboard.
    Copy,
}

impl<'a> App<'a> {
    /// A dashboard of `source`.
    #[must_use]
    pub fn new(source: Box<dyn Source + 'a>, theme: Theme) -> Self {
        let view = View {
            board: source.board(0),
            status: source.status(),
            windows: source.windows().to_vec(),
            is_played: source.is_played(),
            theme,
            screen: Screen::Overview,
            window: 0,
            focus: [0; SCREENS],
            selected: BTreeMap::new(),
            filters: std::array::from_fn(|_| String::new()),
            typing: false,
            paused: None,
            help: false,
            enlarged: false,
            detail: false,
            order: 0,
            kinds: 0,
            bin: None,
            message: None,
            customer: None,
        };
        let (spots, lists) = (Vec::new(), BTreeMap::new());
        Self { source, view, spots, lists, wants: None, quits: false, is_plain: false }
    }

    /// Whether it is over.
    #[must_use]
    pub const fn quits(&self) -> bool {
        self.quits
    }

    /// What the host is to do, once.
    pub const fn take_wish(&mut self) -> Option<Wants> {
        self.wants.take()
    }

    /// Says something in the third row, until the next key.
    pub fn say(&mut self, message: String) {
        self.view.message = Some(message);
    }

    /// The board shown. `None`: there is nothing yet.
    #[must_use]
    pub const fn board(&self) -> Option<&Board> {
        self.view.board.as_ref()
    }

    /// The same as JSON, with a line's end.
    ///
    /// # Panics
    /// Never: it holds texts and numbers only.
    #[must_use]
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(&self.view.board).expect("texts and numbers only");
        format!("{text}\n")
    }

    /// Goes to the screen with that number, from 0; to the last one for a larger one.
    pub fn go(&mut self, screen: usize) {
        self.view.go(Screen::ALL[screen.min(SCREENS - 1)]);
    }

    /// Numbers over the window called so, `7d`. `false`: there is none.
    pub fn look_over(&mut self, window: &str) -> bool {
        let found = self.view.windows.iter().position(|name| name.replace(' ', "") == window);
        self.view.window = found.unwrap_or(self.view.window);
        self.refresh();
        found.is_some()
    }

    /// Shows the map of that journey.
    pub fn choose(&mut self, journey: &str) {
        self.view.selected.insert(Panel::Journeys, journey.to_owned());
    }

    /// How it looks.
    #[must_use]
    pub const fn theme(&self) -> Theme {
        self.view.theme
    }

    /// Looks otherwise from now on.
    pub const fn set_theme(&mut self, theme: Theme) {
        self.view.theme = theme;
    }

    /// Whether letters beyond ASCII must not be used.
    pub const fn set_plain(&mut self, is_plain: bool) {
        self.is_plain = is_plain;
    }

    /// A name for a picture of what is shown: `overview-day-23`.
    #[must_use]
    pub fn called(&self) -> String {
        let day = self.view.board.as_ref().and_then(|board| board.of.day);
        let day = day.map(|(day, _)| format!("-day-{day}")).unwrap_or_default();
        format!("{}{day}", self.view.screen.name().to_lowercase())
    }

    /// The text that `y` copies: the id of the row selected.
    #[must_use]
    pub fn chosen(&self) -> String {
        let own = match &self.view.customer {
            Some(Ok(customer)) if self.view.screen == Screen::Customer => Some(&customer.id),
            Some(_) | None => None,
        };
        own.or_else(|| self.view.selected(self.view.panel())).cloned().unwrap_or_default()
    }

    /// Time has passed. Returns whether the picture changes.
    pub fn tick(&mut self, since: Duration) -> bool {
        let changed = self.source.poll(since);
        if let Some(paused) = &mut self.view.paused {
            let before = paused.as_secs();
            *paused += since;
            return paused.as_secs() != before;
        }
        if changed {
            self.refresh();
        }
        changed
    }

    fn refresh(&mut self) {
        self.view.status = self.source.status();
        self.view.board = self.source.board(self.view.window);
    }

    /// Something was typed, clicked or resized. Returns whether the picture changes.
    pub fn hear(&mut self, event: &Event) -> bool {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.press(*key),
            Event::Mouse(mouse) => self.click(*mouse),
            Event::Resize(..) => true,
            Event::Key(_) | Event::FocusGained | Event::FocusLost | Event::Paste(_) => false,
        }
    }

    fn press(&mut self, key: KeyEvent) -> bool {
        self.view.message = None;
        if self.view.typing {
            return self.type_in(key);
        }
        let Some(action) = action(key, self.view.is_played) else { return true };
        if self.view.help && action != Action::Quit {
            self.view.help = false;
            return true;
        }
        self.act(action);
        true
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "any other key does nothing while typing")]
    fn type_in(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(crossterm::event::KeyModifiers::CONTROL);
        let filter = &mut self.view.filters[self.view.screen as usize];
        match key.code {
            KeyCode::Char('c') if control => self.quits = true,
            KeyCode::Char(letter) if !control => filter.push(letter),
            KeyCode::Backspace => {
                filter.pop();
            }
            KeyCode::Esc => {
                filter.clear();
                self.view.typing = false;
            }
            KeyCode::Enter => {
                self.view.typing = false;
                if self.view.screen == Screen::Customer && !filter.is_empty() {
                    let id = filter.trim().to_owned();
                    self.view.customer = Some(self.source.customer(&id));
                    self.view.selected.remove(&Panel::Timeline);
                }
            }
            _ => return false,
        }
        true
    }

    fn act(&mut self, action: Action) {
        let view = &mut self.view;
        match action {
            Action::Quit => self.quits = true,
            Action::Help => view.help = true,
            Action::Screen(number) => view.go(Screen::ALL[number]),
            Action::Alarms => {
                view.go(Screen::Overview);
                view.focus_on(Panel::Alarms);
            }
            Action::NextPanel => view.focus_by(1),
            Action::PreviousPanel => view.focus_by(view.screen.panels().len() - 1),
            Action::Shorter => view.window = view.window.saturating_sub(1),
            Action::Longer => {
                view.window = (view.window + 1).min(view.windows.len().saturating_sub(1))
            }
            Action::Filter => {
                view.typing = true;
                view.detail = false;
            }
            Action::Pause => {
                view.paused = if view.paused.is_some() { None } else { Some(Duration::ZERO) };
            }
            Action::Save => self.wants = Some(Wants::Save),
            Action::Copy => self.wants = Some(Wants::Copy),
            Action::Enlarge => view.enlarged = !view.enlarged,
            Action::Theme => view.theme = view.theme.turned(),
            Action::Order => view.order = view.order.wrapping_add(1),
            Action::Kinds => view.kinds = view.kinds.wrapping_add(1),
            Action::Up => self.select(|at, _| at.saturating_sub(1)),
            Action::Down => self.select(|at, last| (at + 1).min(last)),
            Action::Left => view.bin = Some(view.bin.unwrap_or(1).saturating_sub(1)),
            Action::Right => view.bin = Some(view.bin.map_or(0, |bin| (bin + 1).min(BINS_MAX))),
            Action::First => self.select(|_, _| 0),
            Action::Last => self.select(|_, last| last),
            Action::PageUp => self.select(|at, _| at.saturating_sub(PAGE)),
            Action::PageDown => self.select(|at, last| (at + PAGE).min(last)),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Play(play) => {
                self.source.play(play);
                view.paused = None;
            }
        }
        if self.view.paused.is_none() {
            self.refresh();
        }
    }

    /// Moves the selection of the panel in focus: from a place to another, both counted from 0.
    fn select(&mut self, to: impl FnOnce(usize, usize) -> usize) {
        let panel = self.view.panel();
        let Some(ids) = self.lists.get(&panel).filter(|ids| !ids.is_empty()) else { return };
        let chosen = self.view.selected(panel);
        let at = chosen.and_then(|id| ids.iter().position(|other| other == id));
        let to = at.map_or(0, |at| to(at, ids.len() - 1));
        self.view.selected.insert(panel, ids[to].clone());
    }

    fn open(&mut self) {
        let panel = self.view.panel();
        let chosen = self.view.selected(panel).cloned();
        match panel {
            Panel::Journeys if self.view.screen == Screen::Overview => {
                self.view.go(Screen::Journeys);
                self.view.focus_on(Panel::Map);
            }
            Panel::Journeys => self.view.focus_on(Panel::Map),
            Panel::Alarms => {
                let alarms = self.view.board.iter().flat_map(|board| &board.alarms);
                let chosen =
                    chosen.and_then(|id| alarms.into_iter().find(|alarm| alarm.id() == id));
                if let Some(alarm) = chosen {
                    self.view.go(Screen::ALL[usize::from(alarm.screen.clamp(1, 6)) - 1]);
                }
            }
            Panel::Map | Panel::Timeline | Panel::Experiments | Panel::Domains | Panel::WhyNot => {
                self.view.detail = chosen.is_some();
            }
            Panel::Funnel | Panel::Shards | Panel::Feed | Panel::Waits => {}
        }
    }

    fn back(&mut self) {
        let view = &mut self.view;
        if view.detail || view.enlarged {
            (view.detail, view.enlarged) = (false, false);
        } else if !view.filters[view.screen as usize].is_empty() {
            view.filters[view.screen as usize].clear();
        } else if view.panel() == Panel::Map {
            view.focus_on(Panel::Journeys);
        } else {
            view.selected.remove(&view.panel());
        }
    }

    fn click(&mut self, mouse: MouseEvent) -> bool {
        match mouse.kind {
            MouseEventKind::ScrollUp => self.act(Action::Up),
            MouseEventKind::ScrollDown => self.act(Action::Down),
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position { x: mouse.column, y: mouse.row };
                let hit = self.spots.iter().rev().find(|(area, _)| area.contains(at));
                match hit.map(|(_, spot)| spot.clone()) {
                    Some(Spot::Tab(screen)) => self.view.go(screen),
                    Some(Spot::Row(panel, id)) => {
                        let again = self.view.selected(panel) == Some(&id);
                        self.view.focus_on(panel);
                        self.view.selected.insert(panel, id);
                        if again {
                            self.open();
                        }
                    }
                    None => return false,
                }
            }
            MouseEventKind::Down(_) | MouseEventKind::Up(_) | MouseEventKind::Drag(_) => {
                return false;
            }
            MouseEventKind::Moved | MouseEventKind::ScrollLeft | MouseEventKind::ScrollRight => {
                return false;
            }
        }
        true
    }

    /// Draws the picture.
    pub fn draw(&mut self, buffer: &mut Buffer) {
        let mut drawn = screen::Drawn::default();
        screen::draw(&self.view, buffer, &mut drawn);
        (self.spots, self.lists) = (drawn.spots, drawn.lists);
        if self.is_plain {
            letters::plain(buffer);
        }
    }
}

/// No histogram has more bins.
const BINS_MAX: usize = 1_000;

/// Rows of a page.
const PAGE: usize = 10;

impl View {
    /// The panel in focus.
    pub(crate) fn panel(&self) -> Panel {
        let panels = self.screen.panels();
        panels[self.focus[self.screen as usize].min(panels.len() - 1)]
    }

    pub(crate) fn has_focus(&self, panel: Panel) -> bool {
        self.panel() == panel
    }

    pub(crate) fn selected(&self, panel: Panel) -> Option<&String> {
        self.selected.get(&panel)
    }

    /// What rows must hold to be shown here. A customer is asked for instead, and all of their lines are shown.
    pub(crate) fn filter(&self) -> &str {
        if self.screen == Screen::Customer {
            return "";
        }
        self.filters[self.screen as usize].trim()
    }

    fn go(&mut self, screen: Screen) {
        (self.screen, self.detail, self.enlarged) = (screen, false, false);
    }

    fn focus_by(&mut self, by: usize) {
        let focus = &mut self.focus[self.screen as usize];
        *focus = (*focus + by) % self.screen.panels().len();
    }

    fn focus_on(&mut self, panel: Panel) {
        if let Some(at) = self.screen.panels().iter().position(|other| *other == panel) {
            self.focus[self.screen as usize] = at;
        }
    }
}
