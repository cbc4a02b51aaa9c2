//! The screens, a file each, and what is the same on all of them: tabs and how the source stands, a rule that shows how
//! far it is, the worst alarm, and the keys in the last row.

mod customer;
mod delivery;
mod engine;
mod experiments;
mod frame;
mod help;
mod journeys;
mod overview;
mod parts;

use crate::app::{Panel, Spot, View};
use crate::pen::Pen;
use crate::table::{At, Line, Table};
use crate::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// How many screens there are.
pub(crate) const SCREENS: usize = 6;
/// No screen is drawn on less.
pub(crate) const WIDTH_MIN: u16 = 60;
pub(crate) const HEIGHT_MIN: u16 = 16;
/// From here on there is room for two panels beside each other, and for a third.
pub(crate) const WIDE: u16 = 100;
pub(crate) const VERY_WIDE: u16 = 160;
/// Rows above the body, and below it.
const ABOVE: u16 = 4;
const BELOW: u16 = 1;

/// Which screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Screen {
    Overview,
    Journeys,
    Experiments,
    Delivery,
    Engine,
    Customer,
}

impl Screen {
    pub(crate) const ALL: [Self; SCREENS] = [
        Self::Overview,
        Self::Journeys,
        Self::Experiments,
        Self::Delivery,
        Self::Engine,
        Self::Customer,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Journeys => "Journeys",
            Self::Experiments => "Experiments",
            Self::Delivery => "Delivery",
            Self::Engine => "Engine",
            Self::Customer => "Customer",
        }
    }

    /// The same in fewer letters.
    const fn short(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Journeys => "Journ.",
            Self::Experiments => "Exper.",
            Self::Delivery => "Deliv.",
            Self::Engine => "Engine",
            Self::Customer => "Cust.",
        }
    }

    /// What can have the focus, the first one to begin with.
    pub(crate) const fn panels(self) -> &'static [Panel] {
        match self {
            Self::Overview => &[Panel::Journeys, Panel::Alarms, Panel::Funnel],
            Self::Journeys => &[Panel::Journeys, Panel::Map],
            Self::Experiments => &[Panel::Experiments],
            Self::Delivery => &[Panel::Domains, Panel::WhyNot],
            Self::Engine => &[Panel::Shards, Panel::Feed],
            Self::Customer => &[Panel::Timeline, Panel::Waits],
        }
    }
}

/// What a picture holds besides its letters.
#[derive(Default)]
pub(crate) struct Drawn {
    pub(crate) spots: Vec<(Rect, Spot)>,
    pub(crate) lists: BTreeMap<Panel, Vec<String>>,
    /// Of the list in focus: how many lines the filter lets through, of how many.
    chosen: Option<(usize, usize)>,
}

/// Draws `view`.
pub(crate) fn draw(view: &View, buffer: &mut Buffer, drawn: &mut Drawn) {
    let area = *buffer.area();
    let mut pen = Pen::new(buffer, area, view.theme);
    if area.width < WIDTH_MIN || area.height < HEIGHT_MIN {
        let (w, h) = (area.width, area.height);
        let text =
            format!("Foresend needs {WIDTH_MIN} × {HEIGHT_MIN}; this is {w} × {h} · q quits");
        let x = w.saturating_sub(u16::try_from(text.chars().count()).unwrap_or(w)) / 2;
        pen.left(x, h / 2, &text, Role::Plain);
        return;
    }
    frame::draw(view, &mut pen, drawn);
    let (width, height) = (area.width, area.height - ABOVE - BELOW);
    let mut body = Body { view, drawn, origin: (0, ABOVE), pen: pen.part(0, ABOVE, width, height) };
    match view.screen {
        Screen::Overview => overview::draw(&mut body),
        Screen::Journeys => journeys::draw(&mut body),
        Screen::Experiments => experiments::draw(&mut body),
        Screen::Delivery => delivery::draw(&mut body),
        Screen::Engine => engine::draw(&mut body),
        Screen::Customer => customer::draw(&mut body),
    }
    frame::third(view, &mut pen, drawn.chosen);
    if view.help {
        help::draw(view, &mut pen);
    }
}

/// A part of the screen under the frame.
pub(crate) struct Body<'a> {
    pub(crate) view: &'a View,
    pub(crate) pen: Pen<'a>,
    drawn: &'a mut Drawn,
    /// Where its left upper corner is on the screen.
    origin: (u16, u16),
}

impl Body<'_> {
    pub(crate) const fn width(&self) -> u16 {
        self.pen.width()
    }

    pub(crate) const fn height(&self) -> u16 {
        self.pen.height()
    }

    /// A part of this part.
    pub(crate) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Body<'_> {
        Body {
            view: self.view,
            pen: self.pen.part(x, y, width, height),
            drawn: self.drawn,
            origin: (self.origin.0 + x, self.origin.1 + y),
        }
    }

    /// The heading of a panel.
    pub(crate) fn heading(&mut self, panel: Panel, x: u16, y: u16, text: &str) -> u16 {
        let role = if self.view.has_focus(panel) { Role::Accent } else { Role::Bold };
        self.pen.left(x, y, text, role)
    }

    /// A list that can have the focus, those of its lines that the filter lets through. Returns the rows it takes.
    pub(crate) fn list(
        &mut self,
        panel: Panel,
        (head, columns): (&[&str], &[At]),
        lines: &[Line],
        total: Option<&Line>,
    ) -> u16 {
        let filter = self.view.filter();
        let all = lines.iter().filter(|line| !line.id.is_empty()).count();
        let lines: Vec<Line> =
            lines.iter().filter(|line| line.id.is_empty() || line.holds(filter)).cloned().collect();
        let selected = self.view.selected(panel).map(String::as_str);
        let has_focus = self.view.has_focus(panel);
        let table = Table { head, columns, lines: &lines, total, selected, has_focus, filter };
        let (x, y) = self.origin;
        for (row, id) in table.draw(&mut self.pen) {
            let area = Rect { x, y: y + row, width: self.pen.width(), height: 1 };
            self.drawn.spots.push((area, Spot::Row(panel, id)));
        }
        let ids = lines.iter().filter(|line| !line.id.is_empty()).map(|line| line.id.clone());
        let ids: Vec<String> = ids.collect();
        if has_focus {
            self.drawn.chosen = Some((ids.len(), all));
        }
        self.drawn.lists.insert(panel, ids);
        table.height().min(self.pen.height())
    }

    /// The foot of this part, cleared, under a title: a detail that Esc closes.
    pub(crate) fn overlay(&mut self, rows: u16, title: &str) -> Body<'_> {
        let (width, height) = (self.width(), self.height());
        let rows = rows.min(height);
        let mut part = self.part(0, height - rows, width, rows);
        part.pen.clear();
        part.pen.left(0, 0, &"─".repeat(usize::from(width)), Role::Rule);
        part.pen.left(2, 1, title, Role::Accent);
        part.pen.right(width - 2, 1, "Esc closes", Role::Faint);
        part
    }

    /// A sentence where there is nothing else to show.
    pub(crate) fn empty(&mut self, x: u16, y: u16, sentence: &str) {
        parts::wrapped(&mut self.pen, (x, y), sentence, Role::Faint);
    }
}
