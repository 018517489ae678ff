//! Tests every row of the table's failures over the network: its hint, and whether the page is requested once more.

use std::future::{pending, ready};
use std::sync::Arc;
use std::thread::park;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::{AsyncSleep, SharedAsyncSleep, Sleep};
use function::aws::{ENDPOINT_FAILED, Known, NO_CREDENTIALS, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS};
use function::catalog::FAILURES;
use function::deadline::LONGEST_CATALOG_READ;
use harness::backend::Backend;
use harness::http::Response;
use tokio::sync::Semaphore;

use super::first_rows_by;
use crate::support::{aws, sdk_config};

fn row(what: &str) -> &'static Known<bool> {
    FAILURES.iter().find(|row| row.what == what).unwrap()
}

/// Asserts that the failure of `backend` matches the row `what`, and that the number of requests is that of the row.
async fn is_row(backend: &Backend, config: &SdkConfig, what: &str) {
    let (row, trouble) = (row(what), first_rows_by(config, 50).await.unwrap_err());
    assert_eq!(function::aws::hint(FAILURES, &trouble), Some(row.hint), "{what}: {trouble:?}");
    assert_eq!(backend.requests().len(), if row.then { 2 } else { 1 }, "{what}");
}

#[tokio::test]
async fn what_the_service_writes_is_treated_as_its_row_says() {
    for row in FAILURES.iter().filter(|row| row.example.status > 0) {
        let example = row.example;
        let backend = aws(move |_| Some(Response::error(example.status, example.code, example.message)));
        is_row(&backend, &sdk_config(&backend.url), row.what).await;
    }
}

#[tokio::test]
async fn what_does_not_come_from_the_service_is_treated_as_its_row_says() {
    let unreadable =
        "an answer that broke off, or that DynamoDB did not write (empty, JSON without rows, HTML with any status)";
    let (silent, broken) = ("no answer in time", "no connection, or one that broke");
    for (what, answer) in [(unreadable, Some("{}")), (broken, None)] {
        let backend = aws(move |_| answer.map(Response::ok));
        is_row(&backend, &sdk_config(&backend.url), what).await;
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
    is_row(&hanging, &config.build(), silent).await;

    // The tests in `surroundings.rs` show these through the program.
    let credentials = [NO_CREDENTIALS, ENDPOINT_FAILED, TOKEN_FILE_FAILED, UNFIT_CREDENTIALS].map(|row| row.what);
    let shown = [&[unreadable, silent, broken], &credentials[..]].concat();
    for row in FAILURES.iter().filter(|row| row.example.status == 0) {
        assert!(shown.contains(&row.what), "{} has no test", row.what);
    }
}

/// Ends the time limit of a page when the request has arrived. Pauses take no time.
#[derive(Debug)]
struct UntilArrival(Arc<Semaphore>);

impl AsyncSleep for UntilArrival {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration == LONGEST_CATALOG_READ {
            let arrived = Arc::clone(&self.0);
            return Sleep::new(async move { arrived.acquire().await.unwrap().forget() });
        }
        if duration <= Duration::from_secs(1) { Sleep::new(ready(())) } else { Sleep::new(pending()) }
    }
}
