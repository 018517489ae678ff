//! Lambda: functions, their releases and aliases, their resource policies, and invoking them.

mod function;
mod invoke;
mod outside_settings;
mod permission;
mod published;
mod ready;
mod release;
mod url;

pub use invoke::Answer;
pub(super) use permission::tagged_statements;
pub(super) use published::found_alias;
