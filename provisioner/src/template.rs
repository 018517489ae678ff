//! The template: it is read from its file with the included files, and resolved for one set of parameters.
//!
//! Pure, except for reading files.

mod cdk_output;
mod check;
mod compose;
mod condition;
mod dynamic;
mod encoding;
mod evaluate;
mod fault;
mod flat;
mod functions;
mod graph;
mod include;
mod java_pattern;
mod json;
mod known;
mod lists;
mod naming;
mod no_echo;
mod node;
mod parameter_file;
mod parameters;
mod plain;
mod pseudo;
mod reason;
mod remark;
mod resolve;
mod restore;
mod sections;
mod source;
mod sub;
mod texts;
mod wording;
mod write;
mod yaml;

// As `super::reference` for the modules below.
use crate::reference;

pub use dynamic::{
    dynamic_reference_in, has_dynamic_reference, has_function_of_dynamic_reference, reference_to_another_service_in,
};
pub use encoding::{SAVE_AS_UTF_8, text as file_text};
pub(crate) use fault::{Evaluated, Fault, below};
pub use flat::{normalized, relocate};
pub(crate) use graph::order;
pub(crate) use java_pattern::regex as java_pattern;
pub(crate) use known::spread;
pub use known::{Known, Unfilled};
pub use lists::{list_as_text, list_inside};
pub use naming::{Choice, Naming};
pub use no_echo::Secrets;
pub use parameter_file::ParameterFile;
pub use parameters::{Declaration, Parameters};
pub(crate) use plain::flag as flag_of_1_1;
pub use pseudo::Pseudo;
pub use reason::Reason;
pub(crate) use reason::instead;
pub(crate) use reference::may_contain_term;
pub use reference::{
    Reference, begins_unknown, has_function, references_in, references_in_text, reserved, reserved_in, shown, shown_in,
    substituted, with_unknown_as, with_unknown_by,
};
pub use remark::Remark;
pub use resolve::{Output, Resolved, ResolvedResource};
pub use sections::{DeletionPolicy, Template};
pub use source::Source;
pub(crate) use texts::{find_text, scalar_text, text_of_scalar};
pub(crate) use wording::{decoded, in_words};
pub use write::to_yaml;

/// Parses the text of a template that CloudFormation has accepted, with the functions in their long form, without a
/// check of its sections.
pub(crate) fn parse_text(name: &str, text: &str) -> crate::Result<serde_json::Value> {
    yaml::any(&Source::in_memory(std::path::Path::new(name), text)).map(|document| document.value)
}

#[cfg(test)]
mod tests;
