//! Measures whether the films that a question is about are in the prompt: recall@50 over invented films and labelled
//! questions, compared with the first fifty rows, which the seed sent.
//!
//! To print the table: `cargo test … recall -- --nocapture`.

mod invented;

use std::collections::HashSet;
use std::sync::Arc;

use function::catalog::{Filling, Query, Shelf};
use function::chat::Conversation;
use invented::{Film, films};
use serde_json::{Value, json};

const LIMIT: usize = 50;

/// A request's body, and the rule for the films that it is about.
type Labelled = (Value, fn(&Film) -> bool);

/// Questions of users. Each label is a rule over the film's data and does not depend on the result of the search.
fn questions() -> Vec<Labelled> {
    let said = |message: &str| json!({"message": message});
    let after = |question: &str, answer: &str, message: &str| {
        let history = json!([{"role": "user", "content": question}, {"role": "assistant", "content": answer}]);
        json!({"message": message, "history": history})
    };
    vec![
        (said("What has Hélène Dvořák directed?"), |film| film.director == "Hélène Dvořák"),
        (said("films by lucia bergstrom please"), |film| film.director == "Lucía Bergström"),
        (said("I loved Otto Kaplan's comedies, what else is there?"), |film| {
            film.director == "Otto Kaplan" && film.is("Comedy")
        }),
        (said("Who made The Velvet Zeppelin?"), |film| film.title == "The Velvet Zeppelin"),
        (said("is quiet harbor any good"), |film| film.title == "The Quiet Harbor"),
        (said("Recommend me a scary movie from the 90s"), |film| {
            film.is("Horror") && (1990..2000).contains(&film.year)
        }),
        (said("funny films of the 1970s"), |film| film.is("Comedy") && (1970..1980).contains(&film.year)),
        (said("A good western from 1968?"), |film| film.is("Western") && film.year == 1968),
        (said("What came out in 1984?"), |film| film.year == 1984),
        (said("science fiction about time travel"), |film| film.is("Sci-Fi") && film.theme == "time travel"),
        (said("Something with dinosaurs for the kids, animated"), |film| {
            film.is("Animation") && film.theme == "an island of dinosaurs"
        }),
        (said("Is there a documentary about jazz?"), |film| film.is("Documentary") && film.theme == "a jazz trumpeter"),
        (said("love stories in a vineyard"), |film| film.is("Romance") && film.theme == "a vineyard in decline"),
        (said("crime movies with a heist"), |film| film.is("Crime") && film.theme == "a bank heist"),
        (said("a movie where somebody plays chess"), |film| film.theme == "a chess champion"),
        (said("Submarines!"), |film| film.theme == "a submarine crew"),
        (
            after(
                "Anything by Noor Guerra?",
                "Yes, several of her films are in the catalogue.",
                "And which is the best?",
            ),
            |film| film.director == "Noor Guerra",
        ),
        (
            after("Who directed The Paper Lantern?", "I can look that up for you.", "Yes please, when was it made?"),
            |film| film.title == "The Paper Lantern",
        ),
    ]
}

fn shelf(films: &[Film]) -> Arc<Shelf> {
    let mut filling = Filling::default();
    films.iter().for_each(|film| filling.add(&film.row()));
    Arc::new(filling.finish())
}

fn line(film: &Film) -> String {
    function::catalog::Movie::from_item(&film.row()).as_json().to_owned()
}

/// The share of the wanted films that are in `shown`, relative to the largest number that fifty films can contain.
fn recall(wanted: &[String], shown: &HashSet<String>) -> f64 {
    wanted.iter().filter(|line| shown.contains(*line)).count() as f64 / wanted.len().min(LIMIT) as f64
}

#[test]
fn films_that_a_question_is_about_reach_the_prompt() {
    let films = films(3_000);
    let shelf = shelf(&films);
    let first: HashSet<String> = films.iter().take(LIMIT).map(line).collect();
    let (mut sum, mut sum_first) = (0.0, 0.0);
    let questions = questions();
    println!("wanted  chosen  first 50  question");
    for (body, is_wanted) in &questions {
        let conversation = Conversation::from_body(&body.to_string()).unwrap();
        let chosen = shelf.select(&Query::new(conversation.wanted()), LIMIT);
        let chosen: HashSet<String> = chosen.movies().map(|(_, movie)| movie.as_json().to_owned()).collect();
        let wanted: Vec<String> = films.iter().filter(|film| is_wanted(film)).map(line).collect();
        assert!(!wanted.is_empty(), "no film is about {body}");
        let (by_choice, by_place) = (recall(&wanted, &chosen), recall(&wanted, &first));
        println!("{:6}  {by_choice:6.2}  {by_place:8.2}  {}", wanted.len(), body["message"]);
        sum += by_choice;
        sum_first += by_place;
    }
    let count = questions.len() as f64;
    println!("  mean  {:6.2}  {:8.2}  of {count} questions over {} films", sum / count, sum_first / count, films.len());
    assert!(sum / count >= 0.95, "recall@50 fell to {:.3}", sum / count);
    assert!(sum_first / count < 0.1, "the first fifty rows are no longer what they are compared with");
}
