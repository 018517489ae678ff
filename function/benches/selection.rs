//! Measures the time of a selection and the memory that a film takes:
//! `cargo bench -p function --bench selection --profile function`.

#![expect(clippy::disallowed_methods, reason = "benchmarks read the clock and the environment")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures and prints")]

#[expect(dead_code, reason = "labels are the tests' concern")]
#[path = "../tests/it/recall/generated.rs"]
mod generated;

use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use function::catalog::{MovieList, MovieListBuilder, Query};
use function::chat::Conversation;
use function::chat::limits::{MAX_HISTORY_CHARS, MAX_HISTORY_TURNS};
use serde_json::json;

const ROUNDS: usize = 200;

fn main() {
    for count in [3_000, 100_000] {
        let films = generated::films(count);
        let before = resident();
        let started = Instant::now();
        let mut builder = MovieListBuilder::default();
        films.iter().for_each(|film| builder.add(&film.row()));
        let movies = Arc::new(builder.finish());
        let built = started.elapsed();
        let grown = resident().saturating_sub(before);
        println!(
            "{count} films: built in {built:.1?}, {} bytes per film by `MovieList::bytes`, {} resident",
            movies.bytes() / count,
            grown / count
        );
        for (name, body) in questions(&films[0]) {
            let conversation = Conversation::from_body(&body.to_string()).unwrap();
            println!("  {name}: {:.1?} for the median selection", median(&movies, &conversation));
        }
    }
}

fn questions(film: &generated::Film) -> [(&'static str, serde_json::Value); 3] {
    let words = format!("{} {} {} {} ", film.title, film.director, film.year, film.genres[0]);
    // The texts are as long as the limits allow.
    let long = words.repeat(MAX_HISTORY_CHARS / MAX_HISTORY_TURNS / words.chars().count());
    let turn = |role: &str| json!({"role": role, "content": long});
    let history: Vec<_> = (0..MAX_HISTORY_TURNS / 2).flat_map(|_| [turn("user"), turn("assistant")]).collect();
    [
        ("short question", json!({"message": "a scary movie from the 90s about time travel in Lisbon"})),
        (
            "common words",
            json!({"message": "drama comedy horror romance western crime, letter home night family story way"}),
        ),
        ("long conversation", json!({"message": "and in the 1990s?", "history": history})),
    ]
}

fn median(movies: &Arc<MovieList>, conversation: &Conversation) -> std::time::Duration {
    let mut times: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            black_box(movies.select(&Query::new(conversation.weighted_texts()), 50));
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}
