//! The packages of a template's functions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Desired;
use super::relations::set_release;
use crate::error::{Error, Result};
use crate::package::{self, Forgotten, Target, Transfer};
use crate::releases::Releases;
use crate::resources::Resource;
use crate::resources::function::Function;
use crate::template::{Template, normalized};

/// How the packages of a template's functions are read.
#[derive(Debug, Clone, Default)]
pub struct Packages {
    /// Zip files that replace the template's own, by the function's logical id.
    pub instead: BTreeMap<String, PathBuf>,
    /// The requirements for the packages.
    pub check: PackageCheck,
}

/// The requirements for a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PackageCheck {
    /// Lambda must accept it in a call, and be able to start it.
    #[default]
    ForLambda,
    /// Lambda must accept it from a bucket, and be able to start it.
    ForLambdaByBucket,
    /// It is read without checks: an emulator runs it on this machine.
    ForThisMachine,
    /// It is not read, because nothing will be uploaded.
    Unread,
    /// It is read if it exists, and only for a comparison.
    IfThere,
}

/// Checks that a package is given only for functions of the template.
pub(super) fn check_package_names(template: &Template, packages: &Packages) -> Result<()> {
    let functions = template.logical_ids_of("AWS::Lambda::Function");
    match packages.instead.keys().find(|id| !functions.contains(&id.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let hint = match functions.as_slice() {
                [] => "leave out `--code`: the template has no function".to_owned(),
                functions => format!("name a function of the template with `--code`: {}", functions.join(", ")),
            };
            let doing = format!("choosing the package of `{unknown}`");
            Err(Error::new(doing, "the template has no function with this logical id").hint(hint))
        }
    }
}

/// Reads a function's package, and returns the files in it that look forgotten.
pub(super) fn read_package(
    template: &Template,
    logical_id: &str,
    function: &mut Function,
    packages: &Packages,
) -> Result<Option<Forgotten>> {
    if packages.check == PackageCheck::Unread {
        return Ok(None);
    }
    let folder = template.path().parent().unwrap_or(Path::new(""));
    // A path that the user gives must exist.
    let may_be_missing = packages.check == PackageCheck::IfThere && !packages.instead.contains_key(logical_id);
    let path = match (packages.instead.get(logical_id), &function.code.path) {
        (Some(instead), _) => instead.clone(),
        (None, Some(own)) => folder.join(own),
        (None, None) => {
            return Err(template.property_problem(logical_id, "Code", "it does not name a file".to_owned()));
        }
    };
    if may_be_missing && !path.exists() {
        return Ok(None);
    }
    let name = format!("{} of `{logical_id}`", normalized(&path).display());
    let zip = package::read(&path).map_err(|error| {
        let hint = format!("{}, or pass another: `--code {logical_id}=ZIP`", error.remedy);
        Error::new(format!("reading the package {name}"), error).hint(hint)
    })?;
    let transfer = match packages.check {
        PackageCheck::ForLambda => Some(Transfer::InTheCall),
        PackageCheck::ForLambdaByBucket => Some(Transfer::ThroughABucket),
        PackageCheck::ForThisMachine | PackageCheck::Unread | PackageCheck::IfThere => None,
    };
    if let Some(transfer) = transfer {
        package::check_size(&name, &zip, transfer).map_err(|error| match error.next_step() {
            Some(_) => error,
            None => error.hint(format!("pass a zip file: `--code {logical_id}=ZIP`")),
        })?;
        let architecture = function.architectures.first().map_or("x86_64", String::as_str);
        package::check(&name, &zip, Target { runtime: &function.runtime, architecture })?;
    }
    let forgotten = package::forgotten(&path, &zip);
    function.code.sha256 = package::sha256(&zip);
    function.code.path = Some(path);
    Ok(forgotten)
}

impl Desired {
    /// Keeps the deployed code of each function whose package was not read, by the functions' names, because a version
    /// is found by its complete content. Returns the logical ids of these functions.
    pub fn keep_deployed_code(&mut self, deployed: &BTreeMap<String, Releases>) -> BTreeSet<String> {
        let mut unread = BTreeSet::new();
        let mut completed: BTreeMap<String, Function> = BTreeMap::new();
        for wanted in &mut self.resources {
            if let Resource::Function(function) = &mut wanted.resource
                && function.code.sha256.is_empty()
            {
                unread.insert(wanted.logical_id.clone());
                if let Some(releases) = deployed.get(&function.function_name) {
                    function.code.sha256.clone_from(&releases.code_sha256);
                }
                completed.insert(function.function_name.clone(), function.clone());
            }
            if let Resource::Version(version) = &mut wanted.resource
                && let Some(function) = completed.get(&version.function_name)
            {
                set_release(version, function);
            }
        }
        unread
    }
}
