use std::collections::HashMap;
use std::sync::Mutex;

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::advance;

use super::*;
use crate::aws::Stage;
use crate::catalog::MovieListBuilder;
use crate::log::capture::Lines;

const TTL: Duration = Duration::from_secs(900);

/// A table whose reads return the answers that the test sends.
struct ScriptedTable {
    reads: Mutex<u32>,
    answers: tokio::sync::Mutex<mpsc::UnboundedReceiver<Result<&'static str, Failure>>>,
}

impl Table for ScriptedTable {
    async fn read_all(&self) -> Result<MovieList, Failure> {
        *self.reads.lock().unwrap() += 1;
        let title = self.answers.lock().await.recv().await.unwrap()?;
        let mut builder = MovieListBuilder::default();
        builder.add(&HashMap::from([("title".to_owned(), AttributeValue::S(title.to_owned()))]));
        Ok(builder.finish())
    }
}

fn catalog() -> (CachedCatalog<ScriptedTable>, mpsc::UnboundedSender<Result<&'static str, Failure>>) {
    let (send, answers) = mpsc::unbounded_channel();
    (CachedCatalog::new(ScriptedTable { reads: Mutex::default(), answers: answers.into() }, 50, TTL), send)
}

fn reads(catalog: &CachedCatalog<ScriptedTable>) -> u32 {
    *catalog.0.table.reads.lock().unwrap()
}

async fn films(catalog: &CachedCatalog<ScriptedTable>) -> Result<Vec<String>, Failure> {
    let selection = catalog.movies(&Query::default()).await?;
    // Let the tasks that the request started run, as they do while the model answers.
    for _ in 0..10 {
        yield_now().await;
    }
    Ok(selection.movies().map(|(_, movie)| movie.as_json().to_owned()).collect())
}

fn failure() -> Failure {
    Failure::new(Stage::Service, "Throttled", "slow down")
}

fn line(title: &str) -> Vec<String> {
    vec![format!("{{\"title\":\"{title}\"}}")]
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_used_until_its_ttl_has_passed() {
    let (catalog, answers) = catalog();
    answers.send(Ok("Alien")).unwrap();
    catalog.prepare().await;
    for _ in 0..3 {
        assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
        advance(TTL / 4).await;
    }
    assert_eq!(reads(&catalog), 1);
}

#[tokio::test(start_paused = true)]
async fn an_old_copy_is_used_during_a_refresh() {
    let (catalog, answers) = catalog();
    answers.send(Ok("Alien")).unwrap();
    catalog.prepare().await;
    advance(TTL).await;
    for _ in 0..3 {
        assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    }
    assert_eq!(reads(&catalog), 2);
    // The read spans a freeze of one hour: it is not cancelled, and its result counts as new.
    advance(Duration::from_secs(3600)).await;
    answers.send(Ok("Aliens")).unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    assert_eq!(films(&catalog).await.unwrap(), line("Aliens"));
    assert_eq!(reads(&catalog), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_logs_the_age_of_the_old_copy_and_is_not_repeated_at_once() {
    let lines = Lines::default();
    let _logger = tracing::subscriber::set_default(lines.subscriber(tracing::Level::INFO));
    let (catalog, answers) = catalog();
    answers.send(Ok("Alien")).unwrap();
    catalog.prepare().await;
    advance(TTL).await;
    answers.send(Err(failure())).unwrap();
    for _ in 0..3 {
        assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    }
    assert_eq!(reads(&catalog), 2);
    let warning = lines.values().into_iter().find(|line| line["level"] == "WARN").unwrap();
    assert_eq!((&warning["ageSeconds"], &warning["code"]), (&900.into(), &"Throttled".into()));

    advance(RETRY_AFTER).await;
    answers.send(Ok("Aliens")).unwrap();
    films(&catalog).await.unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Aliens"));
    assert_eq!(reads(&catalog), 3);
}

#[tokio::test(start_paused = true)]
async fn without_a_copy_each_request_reads_the_table_and_returns_its_failure() {
    let (catalog, answers) = catalog();
    answers.send(Err(failure())).unwrap();
    catalog.prepare().await;
    answers.send(Err(failure())).unwrap();
    assert_eq!(films(&catalog).await.unwrap_err(), failure());
    answers.send(Ok("Alien")).unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    assert_eq!(reads(&catalog), 3);
}

#[tokio::test(start_paused = true)]
async fn a_read_continues_when_its_request_times_out() {
    let (catalog, answers) = catalog();
    assert!(tokio::time::timeout(Duration::from_secs(3), films(&catalog)).await.is_err());
    answers.send(Ok("Alien")).unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    assert_eq!(reads(&catalog), 1);
}
