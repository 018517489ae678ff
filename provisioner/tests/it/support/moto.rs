//! moto: a second control plane, by other people, so that nothing is fitted to one emulator.

use std::sync::OnceLock;

use tokio::sync::{Mutex, MutexGuard};

use super::account::Account;
use super::emulator::{Emulator, Program};
use super::http::send;
use super::ministack::venv;

/// The moto of this process, empty, for one test at a time: it has one account for whoever does not say who he is.
pub(crate) async fn moto() -> (Account, MutexGuard<'static, ()>) {
    static SHARED: OnceLock<Result<Emulator, String>> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let moto = match SHARED.get_or_init(|| program().start()) {
        Ok(moto) => moto,
        Err(why) => panic!("{why}"),
    };
    let account = Account::on(moto, "123456789012", &["logging", "last_update"]);
    let reset = send(&account, "POST", &format!("{}/moto-api/reset", moto.url()), &[], String::new()).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    (account, turn)
}

fn program() -> Program {
    Program {
        name: "moto",
        executable: venv().join("bin/moto_server"),
        health: "/moto-api/",
        arguments: |port| ["-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned).to_vec(),
        // Without them there is no AWSLambdaBasicExecutionRole to attach.
        environment: |_, _| vec![("MOTO_IAM_LOAD_MANAGED_POLICIES", "true".into())],
        pid_file: None,
    }
}
