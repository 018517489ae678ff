//! The file: written completely or not at all, and validated when it is read.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde_json::Value;

use super::{FORMAT, Planned, plan_again, step};
use crate::error::{Error, Result};
use crate::hint::{Command, Hint};

impl Planned {
    /// Writes a temporary file next to `path` and renames it: a reader finds the old file or the new one, never a part
    /// of one.
    pub fn write(&self, path: &Path) -> Result<()> {
        let fault = |error: std::io::Error| {
            let fault = Error::new(format!("writing the plan to {}", path.display()), &error);
            match path.parent().filter(|_| error.kind() == ErrorKind::NotFound) {
                Some(folder) => fault.hint(format!("create the folder {}, or name another file", folder.display())),
                None => fault.hint("name a file that may be written with `--out FILE`"),
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.{}", std::process::id()));
        let moved = write_all(&temporary, &self.text()).and_then(|()| fs::rename(&temporary, path));
        moved.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            fault(error)
        })
    }

    /// Reads a file that [`Planned::write`] wrote.
    ///
    /// # Errors
    /// When the file does not exist, is damaged, or was written by another version of the program.
    pub fn read(path: &Path) -> Result<Self> {
        let fault = |cause: String| {
            Error::new(format!("reading the plan in {}", path.display()), cause).exists("nothing was changed")
        };
        let text = fs::read(path).map_err(|error| {
            fault(error.to_string())
                .hint(Hint::new("write a plan first").run(Command::provisioner(["plan", "--out", "FILE"])))
        })?;
        let damaged = |why: String| fault(format!("the file is damaged or incomplete: {why}")).hint(plan_again());
        let value: Value = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        let no_plan = || fault("it is not a plan that `plan --out` wrote".to_owned()).hint(plan_again());
        let format = value.get("format").and_then(Value::as_u64).ok_or_else(no_plan)?;
        let by = value.get("provisioner").and_then(Value::as_str).ok_or_else(no_plan)?;
        let own = env!("CARGO_PKG_VERSION");
        if format != u64::from(FORMAT) || by != own {
            let cause = format!("provisioner {by} wrote it in format {format}, and this is {own} with format {FORMAT}");
            return Err(fault(cause).hint(Hint::new(format!("execute it with provisioner {by}")).or(plan_again())));
        }
        let planned: Self = serde_json::from_value(value).map_err(|error| damaged(error.to_string()))?;
        if planned.clone().sealed() != planned {
            let cause = "its content does not match its checksum: it was changed after `plan --out` wrote it";
            return Err(fault(cause.to_owned()).hint(plan_again()));
        }
        Ok(planned)
    }

    /// The plan with the checksum of its content.
    pub(super) fn sealed(mut self) -> Self {
        self.checksum = String::new();
        self.checksum = step::digest(&serde_json::to_value(&self).unwrap_or_default());
        self
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

fn write_all(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
