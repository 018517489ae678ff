//! Colours. They only repeat what symbols and words state; `anstream` removes them where they are not supported.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

const ADDED: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const DIM: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// All styles: no other escape sequence reaches a terminal.
pub(crate) const STYLES: [Style; 5] = [ADDED, CHANGED, REMOVED, DIM, STRONG];

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// For additions.
pub fn added(text: impl Display) -> String {
    styled(ADDED, text)
}

/// For changes.
pub fn changed(text: impl Display) -> String {
    styled(CHANGED, text)
}

/// For removals.
pub fn removed(text: impl Display) -> String {
    styled(REMOVED, text)
}

/// For secondary text.
pub fn dim(text: impl Display) -> String {
    styled(DIM, text)
}

/// For important text.
pub fn strong(text: impl Display) -> String {
    styled(STRONG, text)
}
