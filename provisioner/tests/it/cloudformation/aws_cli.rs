//! AWS's own `cloudformation package` and `deploy` accept the template unchanged.

use std::fs;
use std::path::Path;

use crate::support::account::Account;
use crate::support::aws_cli::aws;
use crate::support::package;
use crate::support::user::TemplateCopy;
use crate::support::world::World;

/// Puts a package where the template expects it.
fn put_package(project: &Path, zip: &Path) {
    let folder = project.join("target/package");
    fs::create_dir_all(&folder).expect("a directory");
    fs::copy(zip, folder.join("function.zip")).expect("a package");
}

async fn package_and_deploy(account: &Account, project: &Path, more: &[&str]) {
    let package = ["cloudformation", "package", "--template-file", "templates/chat.yaml", "--s3-bucket", "packages"];
    aws(account, project, &[&package[..], &["--output-template-file", "packaged.yaml"]].concat()).await;
    let deploy = ["cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "cinedb-chat"];
    aws(account, project, &[&deploy[..], &["--capabilities", "CAPABILITY_NAMED_IAM"], more].concat()).await;
}

#[tokio::test]
async fn the_aws_cli_deploys_the_template_and_a_new_release_moves_the_alias() {
    let account = Account::fresh();
    let copy = TemplateCopy::new();
    let project = copy.chat().parent().and_then(Path::parent).unwrap().to_owned();
    aws(&account, &project, &["s3", "mb", "s3://packages"]).await;

    put_package(&project, package::function_zip_file());
    package_and_deploy(&account, &project, &[]).await;
    let first = World::read(&account).await;
    let alias = |world: &World| world["functions"]["cinedb-chat-bedrock"]["aliases"]["live"]["version"].clone();
    let code = |world: &World, version: &str| {
        world["functions"]["cinedb-chat-bedrock"]["versions"][version]["code_sha256"].clone()
    };
    assert_eq!(alias(&first), "1");
    assert_eq!(code(&first, "1"), package::sha256(package::function_zip_file()));

    let other = package::other_function_zip_file();
    put_package(&project, other);
    package_and_deploy(&account, &project, &["--parameter-overrides", "Release=2"]).await;
    let second = World::read(&account).await;
    assert_eq!(alias(&second), "2");
    assert_eq!(code(&second, "2"), package::sha256(other));
    assert_eq!(code(&second, "1"), code(&first, "1"), "the first release is still there to go back to");
}
