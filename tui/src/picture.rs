//! A screen as SVG: the same letters in the same places, in the colours of a theme.

use crate::app::App;
use crate::theme::{Depth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use std::fmt::Write as _;

/// A letter's cell, in the picture's units.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
/// Round the letters.
const MARGIN: f64 = 12.0;
/// From the top of a row to the line that letters stand on.
const BASE: f64 = 13.5;

const DARK: (&str, &str) = ("#16181C", "#D8DBE0");
const LIGHT: (&str, &str) = ("#FFFFFF", "#24272C");

/// What `app` shows, on so many columns and rows.
#[must_use]
pub fn svg(app: &mut App<'_>, (columns, rows): (u16, u16)) -> String {
    let theme = app.theme();
    app.set_theme(Theme { depth: Depth::True, ..theme });
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    app.draw(&mut buffer);
    app.set_theme(theme);
    draw(&buffer, if theme.is_light { LIGHT } else { DARK })
}

fn draw(buffer: &Buffer, (ground, ink): (&str, &str)) -> String {
    let Rect { width, height, .. } = *buffer.area();
    let (w, h) =
        (f64::from(width) * WIDTH + 2.0 * MARGIN, f64::from(height) * HEIGHT + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.1} {h:.1}\" width=\"{w:.0}\" height=\"{h:.0}\" \
         font-family=\"ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{ground}\"/>\n"
    );
    for y in 0..height {
        let mut x = 0;
        while x < width {
            let style = look(&buffer[(x, y)]);
            let mut end = x + 1;
            while end < width && look(&buffer[(end, y)]) == style {
                end += 1;
            }
            let text: String = (x..end).map(|x| buffer[(x, y)].symbol()).collect();
            run(&mut svg, (x, y), &text, style, (ground, ink));
            x = end;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// How a cell looks.
fn look(cell: &Cell) -> (Color, Modifier) {
    (cell.fg, cell.modifier)
}

/// Letters that look the same, beside each other.
fn run(
    svg: &mut String,
    (x, y): (u16, u16),
    text: &str,
    (colour, modifier): (Color, Modifier),
    (ground, ink): (&str, &str),
) {
    let (left, top) = (MARGIN + f64::from(x) * WIDTH, MARGIN + f64::from(y) * HEIGHT);
    let is_reversed = modifier.contains(Modifier::REVERSED);
    let colour = if let Color::Rgb(red, green, blue) = colour {
        format!("#{red:02X}{green:02X}{blue:02X}")
    } else {
        ink.to_owned()
    };
    if is_reversed {
        let width = text.chars().count() as f64 * WIDTH;
        writeln!(svg, "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{colour}\"/>")
            .expect("a string takes all");
    }
    let fill = if is_reversed { ground } else { &colour };
    let faint = if modifier.contains(Modifier::DIM) { " opacity=\"0.6\"" } else { "" };
    let letters = blocks(svg, (left, top), text, &format!("fill=\"{fill}\"{faint}"));
    if letters.is_empty() {
        return;
    }
    let weight = if modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let line =
        if modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
    let baseline = top + BASE;
    for (places, words) in phrases(&letters) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(
            svg,
            "<text x=\"{places}\" y=\"{baseline:.1}\" fill=\"{fill}\"{weight}{line}{faint}>{words}</text>"
        )
        .expect("a string takes all");
    }
}

/// Letters in pieces that have no more than one space in them (more would be drawn as one), each with the places of its
/// letters: another font cannot shift a column.
fn phrases(letters: &[(f64, char)]) -> Vec<(String, String)> {
    let mut all: Vec<(Vec<String>, String)> = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (place, letter) in letters {
        let gap = ((place - last) / WIDTH).round();
        match all.last_mut() {
            Some((places, words)) if gap <= 2.0 => {
                if gap > 1.5 {
                    places.push(format!("{:.1}", place - WIDTH));
                    words.push(' ');
                }
                places.push(format!("{place:.1}"));
                words.push(*letter);
            }
            Some(_) | None => all.push((vec![format!("{place:.1}")], letter.to_string())),
        }
        last = *place;
    }
    all.into_iter().map(|(places, words)| (places.join(" "), words)).collect()
}

/// Draws blocks and lines as shapes, which no font can pull apart; returns the letters that are left, with their places.
fn blocks(svg: &mut String, (left, top): (f64, f64), text: &str, paint: &str) -> Vec<(f64, char)> {
    let mut letters = Vec::new();
    let mut wide: Option<(f64, f64, char)> = None;
    let flush = |svg: &mut String, wide: &mut Option<(f64, f64, char)>| {
        if let Some((from, to, letter)) = wide.take()
            && let Some([_, height, from_top, opacity]) = shape(letter)
        {
            let (y, height, width) = (top + from_top * HEIGHT, height * HEIGHT, to - from);
            let faint =
                if opacity < 1.0 { format!(" fill-opacity=\"{opacity}\"") } else { String::new() };
            writeln!(
                svg,
                "<rect x=\"{from:.1}\" y=\"{y:.2}\" width=\"{width:.1}\" height=\"{height:.2}\" {paint}{faint}/>"
            )
            .expect("a string takes all");
        }
    };
    for (at, letter) in text.chars().enumerate() {
        let x = left + at as f64 * WIDTH;
        match shape(letter) {
            Some([across, ..]) => {
                let end = x + across * WIDTH;
                match &mut wide {
                    // What is as high and begins where the last one ended is one shape.
                    Some((_, to, same)) if *same == letter && (*to - x).abs() < 0.01 => *to = end,
                    Some(_) | None => {
                        flush(svg, &mut wide);
                        wide = Some((x, end, letter));
                    }
                }
            }
            None if letter == ' ' => {}
            None => letters.push((x, letter)),
        }
    }
    flush(svg, &mut wide);
    letters
}

/// Of a block or a line: its share of the cell's width and height, where it begins from the top, and how dense it is.
fn shape(letter: char) -> Option<[f64; 4]> {
    let below = |eighths: f64| Some([1.0, eighths / 8.0, 1.0 - eighths / 8.0, 1.0]);
    let beside = |eighths: f64| Some([eighths / 8.0, 0.8, 0.1, 1.0]);
    match letter {
        '█' => Some([1.0, 1.0, 0.0, 1.0]),
        '░' => Some([1.0, 0.8, 0.1, 0.4]),
        '─' => Some([1.0, 0.06, 0.47, 1.0]),
        '━' => Some([1.0, 0.12, 0.44, 1.0]),
        '▁' => below(1.0),
        '▂' => below(2.0),
        '▃' => below(3.0),
        '▄' => below(4.0),
        '▅' => below(5.0),
        '▆' => below(6.0),
        '▇' => below(7.0),
        '▏' => beside(1.0),
        '▎' => beside(2.0),
        '▍' => beside(3.0),
        '▌' => beside(4.0),
        '▋' => beside(5.0),
        '▊' => beside(6.0),
        '▉' => beside(7.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn a_run_stands_where_it_stood_and_is_escaped() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        buffer.set_string(
            2,
            1,
            "a<b",
            Style::new().fg(Color::Rgb(1, 2, 255)).add_modifier(Modifier::BOLD),
        );
        let svg = draw(&buffer, DARK);
        let text = "<text x=\"28.8 37.2 45.6\" y=\"43.5\" fill=\"#0102FF\" font-weight=\"bold\">a&lt;b</text>";
        assert!(svg.contains(text), "{svg}");
        assert_eq!(svg.matches("<text").count(), 1);
    }

    #[test]
    fn blocks_are_shapes_and_those_beside_each_other_are_one() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 1));
        buffer.set_string(1, 0, "██▌ ▂ ok", Style::new());
        let svg = draw(&buffer, DARK);
        let shapes: Vec<&str> = svg.lines().filter(|line| line.starts_with("<rect x=")).collect();
        let ink = DARK.1;
        assert_eq!(
            shapes,
            [
                format!(
                    "<rect x=\"20.4\" y=\"12.00\" width=\"16.8\" height=\"18.00\" fill=\"{ink}\"/>"
                ),
                format!(
                    "<rect x=\"37.2\" y=\"13.80\" width=\"4.2\" height=\"14.40\" fill=\"{ink}\"/>"
                ),
                format!(
                    "<rect x=\"54.0\" y=\"25.50\" width=\"8.4\" height=\"4.50\" fill=\"{ink}\"/>"
                ),
            ]
        );
        assert!(svg.contains(">ok</text>"));
    }
}
