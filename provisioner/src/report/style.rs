//! Colours. They repeat what symbols and words already say; `anstream` drops them where they do not belong.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// For what comes.
pub fn added(text: impl Display) -> String {
    styled(AnsiColor::Green.on_default(), text)
}

/// For what changes.
pub fn changed(text: impl Display) -> String {
    styled(AnsiColor::Yellow.on_default(), text)
}

/// For what goes.
pub fn removed(text: impl Display) -> String {
    styled(AnsiColor::Red.on_default(), text)
}

/// For what can be skipped.
pub fn dim(text: impl Display) -> String {
    styled(Style::new().dimmed(), text)
}

/// For what must not be.
pub fn strong(text: impl Display) -> String {
    styled(Style::new().bold(), text)
}
