use proptest::prelude::*;

use super::*;

fn film(title: &str, genre: &str, year: &str, rating: &str, plot: &str) -> Item {
    let s = |text: &str| AttributeValue::S(text.to_owned());
    let n = |digits: &str| AttributeValue::N(digits.to_owned());
    [("title", s(title)), ("genre", s(genre)), ("year", n(year)), ("rating", n(rating)), ("plot", s(plot))]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

fn rows() -> Vec<Item> {
    vec![
        film("Alien", "Horror, Sci-Fi", "1979", "8.5", "The crew of a freighter meets something that hunts them."),
        film("Amélie", "Comedy, Romance", "2001", "8.3", "A waitress in Paris mends other people's lives."),
        film("Heat", "Crime, Thriller", "1995", "8.3", "A detective hunts a thief who is as careful as he is."),
        film("Scream", "Horror", "1996", "7.4", "A masked killer knows every rule of the game."),
        film("Up", "Animation, Adventure", "2009", "8.3", "A widower flies his house away, with balloons."),
    ]
}

fn list(rows: &[Item]) -> Arc<MovieList> {
    let mut builder = MovieListBuilder::default();
    rows.iter().for_each(|row| builder.add(row));
    Arc::new(builder.finish())
}

fn titles(selection: &Selection) -> Vec<String> {
    let title = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["title"].as_str().unwrap().to_owned()
    };
    selection.movies().map(|(_, movie)| title(movie.as_json())).collect()
}

fn best(question: &str) -> String {
    titles(&list(&rows()).select(&Query::new([(question, 1.0)]), 1)).concat()
}

#[test]
fn the_best_match_is_first() {
    for (question, expected) in [
        ("Who made amelie?", "Amélie"),
        ("a scary movie from the 90s", "Scream"),
        ("science fiction", "Alien"),
        ("something about a thief", "Heat"),
        ("films with balloons", "Up"),
        ("2001", "Amélie"),
    ] {
        assert_eq!(best(question), expected, "{question}");
    }
}

#[test]
fn equal_matches_are_ordered_by_rating() {
    let selection = list(&rows()).select(&Query::new([("horror", 1.0)]), 5);
    assert_eq!(titles(&selection)[..2], ["Alien", "Scream"]);
    assert_eq!(selection.matched, 2);
}

#[test]
fn the_best_rated_films_complete_a_selection_and_are_all_of_it_without_a_match() {
    let list = list(&rows());
    assert_eq!(titles(&list.select(&Query::new([("balloons", 1.0)]), 3)), ["Up", "Alien", "Amélie"]);
    let top = titles(&list.select(&Query::default(), 3));
    assert_eq!(top, ["Alien", "Up", "Amélie"]);
    assert_eq!(titles(&list.select(&Query::new([("Hello, what should I watch?", 1.0)]), 3)), top);
}

#[test]
fn a_selection_does_not_depend_on_the_order_of_the_rows() {
    let mut reversed = rows();
    reversed.reverse();
    for question in ["", "horror", "1995 hunts"] {
        let query = Query::new([(question, 1.0)]);
        assert_eq!(titles(&list(&rows()).select(&query, 4)), titles(&list(&reversed).select(&query, 4)));
    }
}

#[test]
fn a_selection_from_an_empty_list_is_empty() {
    assert!(list(&[]).select(&Query::new([("horror", 1.0)]), 50).is_empty());
}

proptest! {
    #[test]
    fn a_selection_contains_each_film_once_up_to_the_limit(
        texts in prop::collection::vec("[a-c]{1,2}( [a-c]{1,2}){0,5}|\\PC{0,20}", 0..30),
        question in "[a-c]{1,2}( [a-c]{1,2}){0,5}|\\PC{0,40}",
        limit in 1_usize..40,
    ) {
        let rows: Vec<Item> = texts.iter().map(|text| film(text, text, "1999", "5", text)).collect();
        let selection = list(&rows).select(&Query::new([(question.as_str(), 1.0)]), limit);
        let mut positions: Vec<u32> = selection.movies().map(|(position, _)| position).collect();
        prop_assert_eq!(positions.len(), rows.len().min(limit));
        prop_assert!(selection.matched <= positions.len());
        positions.sort_unstable();
        positions.dedup();
        prop_assert_eq!(positions.len(), selection.len());
    }
}
