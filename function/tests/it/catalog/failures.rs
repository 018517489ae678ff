//! Tests every row of the table's failures over the network: its hint, and whether the page is requested once more.

use std::future::{pending, ready};
use std::sync::Arc;
use std::thread::park;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::{AsyncSleep, SharedAsyncSleep, Sleep};
use function::aws::{ENDPOINT_FAILED, KnownFailure, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
use function::catalog::FAILURES;
use function::deadline::CATALOG_READ_TIMEOUT;
use harness::backend::Backend;
use harness::http::Response;
use tokio::sync::Semaphore;

use super::first_rows_by;
use crate::support::{aws, sdk_config};

fn row(name: &str) -> &'static KnownFailure<bool> {
    FAILURES.iter().find(|row| row.name == name).unwrap()
}

/// Asserts that the failure of `backend` matches the row `name`, and that the number of requests is that of the row.
async fn assert_row(backend: &Backend, config: &SdkConfig, name: &str) {
    let (row, failure) = (row(name), first_rows_by(config, 50).await.unwrap_err());
    assert_eq!(function::aws::hint(FAILURES, &failure), Some(row.hint), "{name}: {failure:?}");
    assert_eq!(backend.requests().len(), if row.action { 2 } else { 1 }, "{name}");
}

#[tokio::test]
async fn each_error_of_the_service_is_handled_by_its_row() {
    for row in FAILURES.iter().filter(|row| row.example.status > 0) {
        let example = row.example;
        let backend = aws(move |_| Some(Response::error(example.status, example.code, example.message)));
        assert_row(&backend, &sdk_config(&backend.url), row.name).await;
    }
}

#[tokio::test]
async fn each_other_failure_is_handled_by_its_row() {
    let unreadable =
        "an incomplete answer, or an answer of another server (empty, JSON without rows, HTML with any status)";
    let (timeout, broken) = ("no answer in time", "no connection, or a broken connection");
    for (name, answer) in [(unreadable, Some("{}")), (broken, None)] {
        let backend = aws(move |_| answer.map(Response::ok));
        assert_row(&backend, &sdk_config(&backend.url), name).await;
    }

    let arrived = Arc::new(Semaphore::new(0));
    let arriving = Arc::clone(&arrived);
    let hanging = aws(move |_| {
        arriving.add_permits(1);
        loop {
            park();
        }
    });
    let mut config = sdk_config(&hanging.url).into_builder();
    config.set_sleep_impl(Some(SharedAsyncSleep::new(UntilArrival(arrived))));
    assert_row(&hanging, &config.build(), timeout).await;

    // The tests in `environment.rs` show these through the program.
    let credentials = [NO_CREDENTIALS, ENDPOINT_FAILED, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS].map(|row| row.name);
    let tested = [&[unreadable, timeout, broken], &credentials[..]].concat();
    for row in FAILURES.iter().filter(|row| row.example.status == 0) {
        assert!(tested.contains(&row.name), "{} has no test", row.name);
    }
}

/// Ends the time limit of a page when the request has arrived. Pauses take no time.
#[derive(Debug)]
struct UntilArrival(Arc<Semaphore>);

impl AsyncSleep for UntilArrival {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration == CATALOG_READ_TIMEOUT {
            let arrived = Arc::clone(&self.0);
            return Sleep::new(async move { arrived.acquire().await.unwrap().forget() });
        }
        if duration <= Duration::from_secs(1) { Sleep::new(ready(())) } else { Sleep::new(pending()) }
    }
}
