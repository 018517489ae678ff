//! `synth`: prints the template in one piece.

use provisioner::template::Template;
use provisioner::{Error, Result};

use crate::cli::{Form, Synth};
use crate::terminal::{self, Exit};

pub(crate) fn run(arguments: &Synth) -> Result<Exit> {
    let template = Template::load(&arguments.template)?;
    let text = match arguments.format {
        Form::Yaml => serde_yaml::to_string(template.flat())
            .map_err(|error| Error::new(format!("writing template {}", template.path().display()), error))?,
        Form::Json => serde_json::to_string_pretty(template.flat()).unwrap_or_default(),
    };
    terminal::result(&text);
    Ok(Exit::Done)
}
