use std::collections::HashMap;
use std::sync::Mutex;

use aws_sdk_dynamodb::types::AttributeValue;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::advance;

use super::*;
use crate::aws::Stage;
use crate::catalog::Filling;
use crate::log::capture::Lines;

const TTL: Duration = Duration::from_secs(900);

/// A table whose reads return the answers that the test sends.
struct Asked {
    asked: Mutex<u32>,
    answers: tokio::sync::Mutex<mpsc::UnboundedReceiver<Result<&'static str, Trouble>>>,
}

impl Table for Asked {
    async fn shelf(&self) -> Result<Shelf, Trouble> {
        *self.asked.lock().unwrap() += 1;
        let title = self.answers.lock().await.recv().await.unwrap()?;
        let mut filling = Filling::default();
        filling.add(&HashMap::from([("title".to_owned(), AttributeValue::S(title.to_owned()))]));
        Ok(filling.finish())
    }
}

fn catalog() -> (KeptCatalog<Asked>, mpsc::UnboundedSender<Result<&'static str, Trouble>>) {
    let (send, answers) = mpsc::unbounded_channel();
    (KeptCatalog::new(Asked { asked: Mutex::default(), answers: answers.into() }, 50, TTL), send)
}

fn reads(catalog: &KeptCatalog<Asked>) -> u32 {
    *catalog.0.table.asked.lock().unwrap()
}

async fn films(catalog: &KeptCatalog<Asked>) -> Result<Vec<String>, Trouble> {
    let selection = catalog.movies(&Query::default()).await?;
    // Let the tasks that the request started run, as they do while the model answers.
    for _ in 0..10 {
        yield_now().await;
    }
    Ok(selection.movies().map(|(_, movie)| movie.as_json().to_owned()).collect())
}

fn trouble() -> Trouble {
    Trouble {
        stage: Stage::Service,
        code: "Throttled".to_owned(),
        detail: "slow down".to_owned(),
        aws_request_id: None,
    }
}

fn line(title: &str) -> Vec<String> {
    vec![format!("{{\"title\":\"{title}\"}}")]
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_the_first_request_serves_until_it_is_old() {
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
async fn an_old_copy_serves_while_one_new_one_is_read() {
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
async fn a_failed_refresh_leaves_the_old_copy_says_how_old_it_is_and_is_not_repeated_at_once() {
    let lines = Lines::default();
    let _logger = tracing::subscriber::set_default(lines.subscriber(tracing::Level::INFO));
    let (catalog, answers) = catalog();
    answers.send(Ok("Alien")).unwrap();
    catalog.prepare().await;
    advance(TTL).await;
    answers.send(Err(trouble())).unwrap();
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
async fn without_a_copy_each_request_tries_and_hears_why_there_is_none() {
    let (catalog, answers) = catalog();
    answers.send(Err(trouble())).unwrap();
    catalog.prepare().await;
    answers.send(Err(trouble())).unwrap();
    assert_eq!(films(&catalog).await.unwrap_err(), trouble());
    answers.send(Ok("Alien")).unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    assert_eq!(reads(&catalog), 3);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_gave_up_waiting_leaves_the_read_to_the_next_one() {
    let (catalog, answers) = catalog();
    assert!(tokio::time::timeout(Duration::from_secs(3), films(&catalog)).await.is_err());
    answers.send(Ok("Alien")).unwrap();
    assert_eq!(films(&catalog).await.unwrap(), line("Alien"));
    assert_eq!(reads(&catalog), 1);
}
