//! The template: read from its file, included files and all, and resolved for one set of parameters.
//!
//! Pure but for reading files.

mod evaluate;
mod graph;
mod include;
mod parameters;
mod reference;
mod resolve;
mod sections;
mod source;
mod sub;
mod wording;
mod yaml;

pub use parameters::{Declaration, Parameters};
pub use reference::{Known, Reference, references_in, references_in_text};
pub use resolve::{Output, Resolved, ResolvedResource};
pub use sections::{DeletionPolicy, Template};
pub use source::Source;
pub(crate) use wording::in_words;

#[cfg(test)]
mod tests;
