//! `synth --cdk`: writes the app.

use std::path::Path;

use provisioner::place::StackName;
use provisioner::{Error, Result};
use serde_json::Value;

use crate::cli::{CdkLanguage, Synth};

/// Writes the app of a resolved template to a directory that is new, empty or contains an app from an earlier run.
#[cfg(feature = "cdk")]
pub(super) fn write(
    template: &Value,
    language: CdkLanguage,
    stack: StackName,
    arguments: &Synth,
    out: &Path,
) -> Result<()> {
    use provisioner::cdk::{self, Destination, Language};

    let language = match language {
        CdkLanguage::Typescript => Language::Typescript,
        CdkLanguage::Python => Language::Python,
    };
    let Synth { region, account, .. } = arguments;
    let files = cdk::app(template, &Destination { stack, region: region.clone(), account: account.clone() }, language)?;
    check_directory(out)?;
    for file in files {
        super::file::write(&out.join(&file.path), &file.text)?;
    }
    crate::terminal::note(&format!("wrote a CDK app to {}; its README.md describes the deployment", out.display()));
    Ok(())
}

#[cfg(feature = "cdk")]
fn check_directory(out: &Path) -> Result<()> {
    let doing = || format!("writing a CDK app to {}", out.display());
    if !out.exists() {
        return Ok(());
    }
    let mut entries = std::fs::read_dir(out).map_err(|error| Error::new(doing(), error))?;
    let ours = std::fs::read_to_string(out.join("cdk.json")).is_ok_and(|text| provisioner::cdk::is_ours(&text));
    if ours || entries.next().is_none() {
        return Ok(());
    }
    Err(Error::new(doing(), "the directory contains files that are not from an earlier run")
        .hint("name a new directory with `--out`"))
}

/// The error of a build without cdk-from-cfn.
#[cfg(not(feature = "cdk"))]
pub(super) fn write(_: &Value, _: CdkLanguage, _: StackName, _: &Synth, out: &Path) -> Result<()> {
    Err(Error::new(
        format!("writing a CDK app to {}", out.display()),
        "this program was built without the feature `cdk`",
    )
    .hint("build the program with its default features"))
}
