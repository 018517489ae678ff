//! MiniStack: the emulator of the tests and of `make local`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::emulator::{Emulator, Program};

/// The MiniStack of this process. The first call starts it and waits until it answers.
pub(crate) fn ministack() -> &'static Emulator {
    static SHARED: OnceLock<Result<Emulator, String>> = OnceLock::new();
    match SHARED.get_or_init(|| program().start()) {
        Ok(ministack) => ministack,
        Err(why) => panic!("{why}"),
    }
}

/// The URL of a path of an HTTP API. The host name in its `ApiEndpoint` does not resolve everywhere.
pub(crate) fn api_url(api_id: &str, path: &str) -> String {
    format!("{}/_aws/execute-api/{api_id}/$default{path}", ministack().url())
}

/// The URL of another path of the function URL `url`, as the program prints it, at MiniStack itself.
pub(crate) fn url_url(url: &str, path: &str) -> String {
    let id = url.split("/_aws/lambda-url/").nth(1).expect("a URL of the emulator").trim_end_matches('/');
    format!("{}/_aws/lambda-url/{id}{path}", ministack().url())
}

/// The Python environment that contains MiniStack.
pub(crate) fn venv() -> PathBuf {
    executable().ancestors().nth(2).map_or_else(PathBuf::new, Path::to_owned)
}

/// From the project's `.venv`; `MINISTACK` may name another executable, and the `python` next to it is then used.
fn executable() -> PathBuf {
    match std::env::var_os("MINISTACK") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/ministack"),
    }
}

fn program() -> Program {
    Program {
        name: "ministack",
        executable: executable(),
        health: "/_ministack/health",
        arguments: |_| Vec::new(),
        environment: |port, directory| {
            vec![
                ("STATE_DIR", directory.join("state").into()),
                ("S3_DATA_DIR", directory.join("s3").into()),
                ("BIND_HOST", "127.0.0.1".into()),
                ("GATEWAY_PORT", port.to_string().into()),
                ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}").into()),
                ("LAMBDA_ACCOUNT_CONCURRENCY", "1000".into()),
                // These two listen on every interface, at a fixed port, independently of `BIND_HOST`.
                ("IOT_MTLS_ENABLED", "0".into()),
                ("SFTP_ENABLED", "0".into()),
            ]
        },
        pid_file: Some(|port, directory| directory.join(format!("ministack-{port}.pid"))),
    }
}
