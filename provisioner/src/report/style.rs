//! Colours. They repeat what symbols and words already say; `anstream` drops them where they do not belong.

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

/// For what comes.
pub fn added(text: impl Display) -> String {
    styled(ADDED, text)
}

/// For what changes.
pub fn changed(text: impl Display) -> String {
    styled(CHANGED, text)
}

/// For what goes.
pub fn removed(text: impl Display) -> String {
    styled(REMOVED, text)
}

/// For what can be skipped.
pub fn dim(text: impl Display) -> String {
    styled(DIM, text)
}

/// For what must not be.
pub fn strong(text: impl Display) -> String {
    styled(STRONG, text)
}
