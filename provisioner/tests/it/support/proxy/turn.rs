//! Keeps chats and changes of functions apart.
//!
//! Lambda lets the running invocations of a function end when the function changes. MiniStack ends the processes that
//! answer for `$LATEST`, and their callers get a 502; for a change of the configuration it ends those of all accounts
//! in which a function has the same name. So a change waits for the chats of all tests, and they wait for the change.

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::strict::CHANGES;

static IN_PROGRESS: RwLock<()> = RwLock::const_new(());

/// The lock for the duration of a call.
pub(super) enum Turn {
    Chat(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Change(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
    Other,
}

/// Waits for the turn of a call.
pub(super) async fn of(service: &str, operation: &str) -> Turn {
    match service {
        "execute-api" => Turn::Chat(IN_PROGRESS.read().await),
        "lambda" if CHANGES.contains(&operation) => Turn::Change(IN_PROGRESS.write().await),
        _ => Turn::Other,
    }
}
