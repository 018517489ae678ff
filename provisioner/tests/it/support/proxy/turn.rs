//! Chats and changes of functions, one after the other.
//!
//! Lambda lets the invocations of a function end that are under way when it changes. MiniStack ends the processes that
//! answer for `$LATEST`, and their callers get a 502; for a change of the configuration those of every account, where the
//! function has the same name. So a change waits for the chats of all tests, and they for it.

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::strict::CHANGES;

static UNDER_WAY: RwLock<()> = RwLock::const_new(());

/// Held while a call is with MiniStack.
pub(super) enum Turn {
    Chat(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Change(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
    Other,
}

/// The turn of a call, once it comes.
pub(super) async fn of(service: &str, operation: &str) -> Turn {
    match service {
        "execute-api" => Turn::Chat(UNDER_WAY.read().await),
        "lambda" if CHANGES.contains(&operation) => Turn::Change(UNDER_WAY.write().await),
        _ => Turn::Other,
    }
}
