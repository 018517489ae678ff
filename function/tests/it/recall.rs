//! Measures whether the films that a question is about are in the prompt: recall@50 over generated films and labelled
//! questions, compared with the first fifty rows, which the seed sent.
//!
//! To print the table: `cargo test … recall -- --nocapture`.

mod generated;

use std::collections::HashSet;
use std::sync::Arc;

use function::catalog::{MovieList, MovieListBuilder, Query};
use function::chat::Conversation;
use generated::{Film, films};
use serde_json::{Value, json};

const LIMIT: usize = 50;

/// A request's body, and the rule for the films that it is about.
type Labelled = (Value, fn(&Film) -> bool);

/// Questions of users. Each label is a rule over the film's data and does not depend on the result of the search.
fn questions() -> Vec<Labelled> {
    let message = |message: &str| json!({"message": message});
    let with_history = |question: &str, answer: &str, message: &str| {
        let history = json!([{"role": "user", "content": question}, {"role": "assistant", "content": answer}]);
        json!({"message": message, "history": history})
    };
    vec![
        (message("What has Hélène Dvořák directed?"), |film| film.director == "Hélène Dvořák"),
        (message("films by lucia bergstrom please"), |film| film.director == "Lucía Bergström"),
        (message("I loved Otto Kaplan's comedies, what else is there?"), |film| {
            film.director == "Otto Kaplan" && film.is("Comedy")
        }),
        (message("Who made The Velvet Zeppelin?"), |film| film.title == "The Velvet Zeppelin"),
        (message("is quiet harbor any good"), |film| film.title == "The Quiet Harbor"),
        (message("Recommend me a scary movie from the 90s"), |film| {
            film.is("Horror") && (1990..2000).contains(&film.year)
        }),
        (message("funny films of the 1970s"), |film| film.is("Comedy") && (1970..1980).contains(&film.year)),
        (message("A good western from 1968?"), |film| film.is("Western") && film.year == 1968),
        (message("What came out in 1984?"), |film| film.year == 1984),
        (message("science fiction about time travel"), |film| film.is("Sci-Fi") && film.theme == "time travel"),
        (message("Something with dinosaurs for the kids, animated"), |film| {
            film.is("Animation") && film.theme == "an island of dinosaurs"
        }),
        (message("Is there a documentary about jazz?"), |film| {
            film.is("Documentary") && film.theme == "a jazz trumpeter"
        }),
        (message("love stories in a vineyard"), |film| film.is("Romance") && film.theme == "a vineyard in decline"),
        (message("crime movies with a heist"), |film| film.is("Crime") && film.theme == "a bank heist"),
        (message("a movie where somebody plays chess"), |film| film.theme == "a chess champion"),
        (message("Submarines!"), |film| film.theme == "a submarine crew"),
        (
            with_history(
                "Anything by Noor Guerra?",
                "Yes, several of her films are in the catalogue.",
                "And which is the best?",
            ),
            |film| film.director == "Noor Guerra",
        ),
        (
            with_history(
                "Who directed The Paper Lantern?", "I can look that up for you.", "Yes please, when was it made?",
            ),
            |film| film.title == "The Paper Lantern",
        ),
    ]
}

fn movie_list(films: &[Film]) -> Arc<MovieList> {
    let mut builder = MovieListBuilder::default();
    films.iter().for_each(|film| builder.add(&film.row()));
    Arc::new(builder.finish())
}

fn line(film: &Film) -> String {
    function::catalog::Movie::from_item(&film.row()).as_json().to_owned()
}

/// The share of the wanted films that are in `prompt`, relative to the largest number that fifty films can contain.
fn recall(relevant: &[String], prompt: &HashSet<String>) -> f64 {
    relevant.iter().filter(|line| prompt.contains(*line)).count() as f64 / relevant.len().min(LIMIT) as f64
}

#[test]
fn the_films_of_a_question_are_in_the_prompt() {
    let films = films(3_000);
    let movies = movie_list(&films);
    let first: HashSet<String> = films.iter().take(LIMIT).map(line).collect();
    let (mut sum, mut sum_first) = (0.0, 0.0);
    let questions = questions();
    println!("relevant  selected  first 50  question");
    for (body, is_relevant) in &questions {
        let conversation = Conversation::from_body(&body.to_string()).unwrap();
        let selected = movies.select(&Query::new(conversation.weighted_texts()), LIMIT);
        let selected: HashSet<String> = selected.movies().map(|(_, movie)| movie.as_json().to_owned()).collect();
        let relevant: Vec<String> = films.iter().filter(|film| is_relevant(film)).map(line).collect();
        assert!(!relevant.is_empty(), "no film is about {body}");
        let (by_search, by_position) = (recall(&relevant, &selected), recall(&relevant, &first));
        println!("{:8}  {by_search:6.2}  {by_position:8.2}  {}", relevant.len(), body["message"]);
        sum += by_search;
        sum_first += by_position;
    }
    let count = questions.len() as f64;
    println!(
        "    mean  {:6.2}  {:8.2}  of {count} questions over {} films",
        sum / count,
        sum_first / count,
        films.len()
    );
    assert!(sum / count >= 0.95, "recall@50 fell to {:.3}", sum / count);
    assert!(sum_first / count < 0.1, "the first fifty rows are not a useful baseline");
}
