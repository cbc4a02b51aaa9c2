//! Writing into a part of the screen: text from a column or up to one, bars, columns of a pace. What does not fit is cut
//! with `…`; nothing is ever written outside.

use crate::theme::{Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

/// A part of the screen; columns and rows count from its left upper corner.
pub(crate) struct Pen<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    theme: Theme,
}

/// Eighths of a cell, from the left and from below.
const EIGHTHS: [&str; 9] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
const LEVELS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

impl<'a> Pen<'a> {
    pub(crate) fn new(buffer: &'a mut Buffer, area: Rect, theme: Theme) -> Self {
        let area = area.intersection(*buffer.area());
        Self { buffer, area, theme }
    }

    pub(crate) const fn width(&self) -> u16 {
        self.area.width
    }

    pub(crate) const fn height(&self) -> u16 {
        self.area.height
    }

    /// A part of this part.
    pub(crate) fn part(&mut self, x: u16, y: u16, width: u16, height: u16) -> Pen<'_> {
        let area = self.area;
        let wanted =
            Rect { x: area.x.saturating_add(x), y: area.y.saturating_add(y), width, height };
        Pen { area: wanted.intersection(area), buffer: self.buffer, theme: self.theme }
    }

    /// Text from column `x`, as far as the part goes. Returns the column behind it.
    pub(crate) fn left(&mut self, x: u16, y: u16, text: &str, role: Role) -> u16 {
        let room = self.area.width.saturating_sub(x);
        self.within(x, y, room, text, role)
    }

    /// Text from column `x` in so many columns. Returns the column behind it.
    pub(crate) fn within(&mut self, x: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let style = self.theme.style(role);
        self.styled(x, y, room, text, style)
    }

    /// The same in a style of one's own.
    pub(crate) fn styled(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let room = room.min(self.area.width.saturating_sub(x));
        if y >= self.area.height || room == 0 {
            return x;
        }
        let cut = cut(text, usize::from(room));
        let (left, top) = (self.area.x + x, self.area.y + y);
        let (end, _) = self.buffer.set_stringn(left, top, cut, usize::from(room), style);
        end - self.area.x
    }

    /// Text that ends before column `end`; cut at its left where it does not fit.
    pub(crate) fn right(&mut self, end: u16, y: u16, text: &str, role: Role) {
        let width = u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
        self.left(end.saturating_sub(width), y, text, role);
    }

    /// A bar of `share` (0 to 1) of so many columns.
    pub(crate) fn bar(&mut self, x: u16, y: u16, width: u16, share: f64, role: Role) {
        let eighths = (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a screen")]
        let eighths = eighths as usize;
        let mut text = EIGHTHS[8].repeat(eighths / 8);
        if !eighths.is_multiple_of(8) {
            text.push_str(EIGHTHS[eighths % 8]);
        }
        self.within(x, y, width, &text, role);
    }

    /// The same, hatched: machines.
    pub(crate) fn hatched(&mut self, x: u16, y: u16, width: u16, share: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a screen")]
        let cells = (share.clamp(0.0, 1.0) * f64::from(width)).round() as usize;
        self.within(x, y, width, &"░".repeat(cells), Role::Faint);
    }

    /// A column for each of `values`, the last one at the right end of `width` columns, `rows` high; `·` where nothing
    /// is known, and nothing before the first.
    pub(crate) fn columns(
        &mut self,
        (x, y): (u16, u16),
        (width, rows): (u16, u16),
        values: &[Option<u64>],
    ) {
        let shown = &values[values.len().saturating_sub(usize::from(width))..];
        let most = shown.iter().flatten().copied().max().unwrap_or(0).max(1);
        let first = x + width - u16::try_from(shown.len()).unwrap_or(width);
        for (column, value) in (first..).zip(shown) {
            let Some(value) = value else {
                self.within(column, y + rows - 1, 1, "·", Role::Faint);
                continue;
            };
            let eighths = u64::from(rows) * 8 * value / most;
            // What is not nothing is seen.
            let eighths = if *value > 0 { eighths.max(1) } else { 0 };
            for row in 0..rows {
                let below = u64::from(rows - 1 - row) * 8;
                let level = usize::try_from(eighths.saturating_sub(below).min(8)).unwrap_or(8);
                self.within(column, y + row, 1, LEVELS[level], Role::Plain);
            }
        }
    }

    /// A widget, from there to the right lower corner.
    pub(crate) fn widget(&mut self, x: u16, y: u16, widget: impl Widget) {
        let part = self.part(x, y, self.area.width.saturating_sub(x + 2), self.area.height);
        let area = part.area;
        widget.render(area, self.buffer);
    }

    /// A whole row in reverse video: it is selected.
    pub(crate) fn select(&mut self, y: u16) {
        self.modify(0, y, self.area.width, Modifier::REVERSED);
    }

    /// So many columns of a row look otherwise, too.
    pub(crate) fn modify(&mut self, x: u16, y: u16, width: u16, modifier: Modifier) {
        if y < self.area.height && x < self.area.width {
            let width = width.min(self.area.width - x);
            let area = Rect { x: self.area.x + x, y: self.area.y + y, width, height: 1 };
            self.buffer.set_style(area, Style::new().add_modifier(modifier));
        }
    }

    /// Everything here is forgotten.
    pub(crate) fn clear(&mut self) {
        for y in self.area.top()..self.area.bottom() {
            for x in self.area.left()..self.area.right() {
                self.buffer[(x, y)].reset();
            }
        }
    }
}

/// `text` in so many columns, its end `…` if it is longer.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Depth;

    fn drawn(width: u16, height: u16, draw: impl FnOnce(&mut Pen<'_>)) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let theme = Theme { depth: Depth::None, is_light: false };
        draw(&mut Pen::new(&mut buffer, Rect::new(0, 0, width, height), theme));
        (0..height).map(|y| (0..width).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn what_does_not_fit_is_cut_and_nothing_is_written_outside() {
        let rows = drawn(8, 2, |pen| {
            pen.left(2, 0, "seven letters", Role::Plain);
            pen.right(20, 0, "no", Role::Plain);
            pen.right(8, 1, "end", Role::Plain);
            pen.left(0, 9, "below", Role::Plain);
        });
        assert_eq!(rows, ["  seven…", "     end"]);
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_to_an_eighth() {
        let rows = drawn(8, 3, |pen| {
            pen.bar(0, 0, 8, 1.0, Role::Plain);
            pen.bar(0, 1, 8, 0.3, Role::Plain); // 19.2 eighths
            pen.hatched(0, 2, 8, 0.5);
        });
        assert_eq!(rows, ["████████", "██▍     ", "░░░░    "]);
    }

    #[test]
    fn the_newest_column_stands_at_the_right_and_the_highest_fills_the_height() {
        let rows = drawn(5, 2, |pen| {
            pen.columns((0, 0), (5, 2), &[None, Some(0), Some(1), Some(50), Some(100)])
        });
        assert_eq!(rows, ["    █", "· ▁██"]);
        let rows = drawn(2, 1, |pen| pen.columns((0, 0), (2, 1), &[Some(900), Some(1), Some(2)]));
        assert_eq!(rows, ["▄█"]);
    }
}
