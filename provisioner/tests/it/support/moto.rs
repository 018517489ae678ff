//! moto: a second, independent control plane.

use std::sync::OnceLock;

use aws_sdk_iam::Client;

use super::account::Account;
use super::aws::Aws;
use super::emulator::{Emulator, Program};
use super::ministack::venv;

/// The property of the chat's function that moto does not store.
pub(super) const LOGGING_CONFIG: &str = "LoggingConfig:";

/// An account that this process has not used yet. moto takes a call's account from a header of its own, or from the
/// access key if it created that key: the first call sends the header, and all later ones use the key.
pub(super) async fn account() -> Account {
    let id = Account::unused_id();
    let anonymous = Account::on(Aws::Moto, moto(), &id, "nobody");
    let iam = Client::new(&anonymous.sdk());
    let (for_user, for_key) = (id.clone(), id.clone());
    let user = iam.create_user().user_name("tester").customize();
    let user = user.mutate_request(move |request| names(request, &for_user)).send().await;
    user.expect("a user of the account");
    let key = iam.create_access_key().user_name("tester").customize();
    let key = key.mutate_request(move |request| names(request, &for_key)).send().await;
    let key = key.expect("a user's key").access_key.expect("the key");
    Account::on(Aws::Moto, moto(), &id, key.access_key_id())
}

fn moto() -> &'static Emulator {
    static SHARED: OnceLock<Result<Emulator, String>> = OnceLock::new();
    match SHARED.get_or_init(|| program().start()) {
        Ok(moto) => moto,
        Err(why) => panic!("{why}"),
    }
}

/// moto reads all 1,600 managed policies of AWS for each account. The tests attach only those of Lambda.
const SERVER: &str = "
import json
from moto.iam import models
from moto.server import main

policies = json.loads(models.aws_managed_policies_data)
policies = {name: policy for name, policy in policies.items() if name.startswith('AWSLambda')}
models.aws_managed_policies_data = json.dumps(policies)
main()
";

fn program() -> Program {
    Program {
        name: "moto",
        executable: venv().join("bin/python"),
        health: "/moto-api/",
        arguments: |port| ["-c", SERVER, "-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned).to_vec(),
        // Without them, moto has no `AWSLambdaBasicExecutionRole` to attach.
        environment: |_, _| vec![("MOTO_IAM_LOAD_MANAGED_POLICIES", "true".into())],
        pid_file: None,
    }
}

fn names(request: &mut aws_sdk_iam::config::http::HttpRequest, account: &str) {
    request.headers_mut().insert("x-moto-account-id", account.to_owned());
}
