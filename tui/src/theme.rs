//! Colours by role. Text and background are the terminal's own and are never set; blue against orange carries the
//! meaning, every state has a sign and a word beside its colour, and without colour weight and reverse video stand in.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The terminal's own.
    Plain,
    /// A heading of a panel that has no focus.
    Bold,
    /// Headings with focus, the increment, what is recommended.
    Accent,
    /// A line that is kept; an alarm that is over.
    Good,
    /// A line at risk.
    Look,
    /// A line that was missed.
    Failed,
    /// Units, reasons, machines.
    Faint,
    /// The rule under the tabs, ticks, the rest of a gauge.
    Rule,
}

/// How many colours there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// None: `NO_COLOR`, or a terminal that has none.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The palette of 256.
    Many,
    /// Red, green and blue.
    True,
}

impl Depth {
    /// What the terminal says of itself.
    #[must_use]
    pub fn of_terminal() -> Self {
        let many = std::env::var("TERM").is_ok_and(|term| term.contains("256color"));
        if anstyle_query::no_color() || !anstyle_query::term_supports_color() {
            Self::None
        } else if anstyle_query::truecolor() {
            Self::True
        } else if many {
            Self::Many
        } else {
            Self::Sixteen
        }
    }
}

/// Colours for a background.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// How many colours there are.
    pub depth: Depth,
    /// Whether the background is light.
    pub is_light: bool,
}

/// A colour in each depth: dark, light, of 256 (dark, light), of 16.
type Shades = ([u8; 3], [u8; 3], (u8, u8), Color);

impl Theme {
    /// How text of that role looks.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let shades: Shades = match role {
            Role::Plain => return Style::new(),
            Role::Bold => return Style::new().add_modifier(Modifier::BOLD),
            Role::Accent => {
                let blue = if self.is_light { Color::Blue } else { Color::Cyan };
                ([0x5B, 0xB8, 0xE8], [0x00, 0x68, 0xA6], (74, 25), blue)
            }
            Role::Good => ([0x2F, 0xB5, 0x8B], [0x00, 0x7A, 0x58], (36, 29), Color::Green),
            Role::Look => ([0xE8, 0xA3, 0x3D], [0x8F, 0x5A, 0x00], (179, 94), Color::Yellow),
            Role::Failed => ([0xEF, 0x6F, 0x4C], [0xB5, 0x3A, 0x12], (203, 124), Color::Red),
            Role::Faint => ([0x8A, 0x8F, 0x98], [0x66, 0x6B, 0x73], (245, 242), Color::Reset),
            Role::Rule => ([0x3A, 0x3F, 0x46], [0xD0, 0xD4, 0xD9], (238, 252), Color::Reset),
        };
        let (dark, light, (many_dark, many_light), few) = shades;
        let colour = match self.depth {
            Depth::None => Color::Reset,
            Depth::Sixteen => few,
            Depth::Many => Color::Indexed(if self.is_light { many_light } else { many_dark }),
            Depth::True => {
                let [red, green, blue] = if self.is_light { light } else { dark };
                Color::Rgb(red, green, blue)
            }
        };
        let style = if colour == Color::Reset { Style::new() } else { Style::new().fg(colour) };
        match (role, self.depth) {
            (Role::Accent, Depth::None) => {
                style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
            }
            (Role::Accent, _) => style.add_modifier(Modifier::BOLD),
            (Role::Failed, Depth::None) => style.add_modifier(Modifier::REVERSED),
            (Role::Faint | Role::Rule, Depth::None | Depth::Sixteen) => {
                style.add_modifier(Modifier::DIM)
            }
            (Role::Plain | Role::Bold | Role::Good | Role::Look, _)
            | (Role::Failed | Role::Faint | Role::Rule, _) => style,
        }
    }

    /// The other of dark and light.
    #[must_use]
    pub const fn turned(self) -> Self {
        Self { is_light: !self.is_light, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance by WCAG 2.1.
    fn luminance(rgb: [u8; 3]) -> f64 {
        let [red, green, blue] = rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_either_background() {
        for (is_light, ground) in [(false, [0x16, 0x18, 0x1C]), (true, [0xFF, 0xFF, 0xFF])] {
            let theme = Theme { depth: Depth::True, is_light };
            for role in [Role::Accent, Role::Good, Role::Look, Role::Failed, Role::Faint] {
                let Some(Color::Rgb(red, green, blue)) = theme.style(role).fg else { panic!() };
                let contrast = contrast([red, green, blue], ground);
                assert!(contrast >= 5.3, "{role:?} on {ground:?}: {contrast}");
            }
        }
    }

    #[test]
    fn without_colour_no_role_sets_any() {
        let theme = Theme { depth: Depth::None, is_light: false };
        for role in [Role::Plain, Role::Accent, Role::Failed, Role::Faint, Role::Rule] {
            assert_eq!((theme.style(role).fg, theme.style(role).bg), (None, None));
        }
    }
}
