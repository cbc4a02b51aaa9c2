//! The keys, over whatever is shown.

use crate::app::View;
use crate::keys::{KEYS, Place};
use crate::pen::Pen;
use crate::theme::Role;

pub(super) fn draw(view: &View, pen: &mut Pen<'_>) {
    let of = |place: Place| KEYS.iter().filter(move |binding| binding.place == place);
    let played = if view.is_played { of(Place::WhenPlayed).count() + 2 } else { 0 };
    let left = of(Place::Everywhere).count();
    let right = of(Place::InLists).count() + played;
    let height = u16::try_from(left.max(right) + 6).unwrap_or(u16::MAX).min(pen.height() - 1);
    let width = 76.min(pen.width() - 2);
    let (x, y) = ((pen.width() - width) / 2, (pen.height() - height) / 2);
    let mut pen = pen.part(x, y, width, height);
    pen.clear();
    let line = "─".repeat(usize::from(width));
    pen.left(0, 0, &line, Role::Rule);
    pen.left(2, 1, "Keys", Role::Accent);
    pen.right(width - 2, 1, "any key closes", Role::Faint);
    let mut column = |x: u16, mut y: u16, title: &str, place: Place| {
        pen.left(x, y, title, Role::Bold);
        for binding in of(place) {
            y += 1;
            pen.within(x, y, 10, binding.shown, Role::Plain);
            pen.left(x + 11, y, binding.says, Role::Faint);
        }
        y + 2
    };
    column(3, 3, "everywhere", Place::Everywhere);
    let below = column(46, 3, "in a list or map", Place::InLists);
    if view.is_played {
        column(46, below, "in a rehearsal or replay", Place::WhenPlayed);
    }
    pen.left(2, height - 2, "mouse: tab, row, wheel", Role::Faint);
    pen.left(0, height - 1, &line, Role::Rule);
}
