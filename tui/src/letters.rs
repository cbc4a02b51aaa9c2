//! The same picture for a reader whose locale has no UTF-8: one plain letter for each that it lacks.

use ratatui::buffer::Buffer;

/// Puts a plain letter in the place of every other one.
pub(crate) fn plain(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let letter = cell.symbol().chars().next().map_or(' ', ascii);
            cell.set_char(letter);
        }
    }
}

const fn ascii(letter: char) -> char {
    match letter {
        '─' | '━' | '–' | '−' => '-',
        '│' | '┆' | '▏' | '├' | '┤' | '┊' => '|',
        '└' | '┌' | '┐' | '┘' => '+',
        '⠁'..='⣿' | '•' => '*',
        '█' | '▉' | '▊' | '▋' | '▇' | '▆' | '▅' | '░' => '#',
        '▌' | '▍' | '▎' | '▄' | '▃' => '=',
        '▂' | '▁' => '_',
        '●' | '◆' | '■' => '*',
        '○' | '◇' | '◌' => 'o',
        '▲' => '!',
        '✗' => 'X',
        '✓' => 'v',
        '▶' | '▸' => '>',
        '‖' => '=',
        '…' | '·' => '.',
        '±' => '~',
        '×' => 'x',
        '£' => 'L',
        '€' => 'E',
        '↑' => '^',
        '↓' => 'v',
        '⇧' => '^',
        'µ' => 'u',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn every_letter_has_one_and_takes_one_column() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, "▲ 0.1 … é │█", Style::new());
        plain(&mut buffer);
        let text: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(text, "! 0.1 . ? |#");
    }
}
