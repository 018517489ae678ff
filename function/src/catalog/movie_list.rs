//! The films in memory: each as its line of the prompt, the best rated first, with an index of their words.

mod fields;
mod index;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use self::index::{Builder, Index};
use super::Movie;

type Item = HashMap<String, AttributeValue>;

/// Films, the best rated first, with an index for the search.
#[derive(Debug, Default)]
pub struct Shelf {
    movies: Vec<Movie>,
    index: Index,
}

/// The topics of a conversation, as weighted words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query(Vec<(String, f32)>);

/// The films for one prompt.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    shelf: Arc<Shelf>,
    /// The best match first.
    picks: Vec<u32>,
    /// The number of films that contain a word of the query. The others were added because they are well rated.
    pub matched: usize,
}

impl Query {
    /// The largest number of distinct words in a query.
    const MOST_WORDS: usize = 32;

    /// The query for texts with their weights, in descending order of weight.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, f32)>) -> Self {
        let mut query: Vec<(String, f32)> = Vec::new();
        for (text, weight) in texts {
            for word in words::query_words(text) {
                if query.len() == Self::MOST_WORDS {
                    return Self(query);
                }
                if !query.iter().any(|(known, _)| *known == word) {
                    query.push((word, weight));
                }
            }
        }
        Self(query)
    }
}

impl Shelf {
    /// Films in the given order, without an index: a selection is the first of them.
    pub fn in_order(movies: Vec<Movie>) -> Self {
        Self { movies, index: Index::default() }
    }

    /// The number of films.
    pub fn len(&self) -> usize {
        self.movies.len()
    }

    /// Whether there are no films.
    pub fn is_empty(&self) -> bool {
        self.movies.is_empty()
    }

    /// The approximate size in memory, in bytes.
    pub fn bytes(&self) -> usize {
        self.movies.iter().map(|movie| movie.as_json().len() + size_of::<Movie>()).sum::<usize>() + self.index.bytes()
    }

    /// At most `limit` films that match `query` best. If fewer films match, the best rated ones are added, so that the
    /// model has films to recommend. If no film matches, the selection is always the same.
    pub fn select(self: &Arc<Self>, query: &Query, limit: usize) -> Selection {
        let mut picks = self.index.best(query.0.iter().map(|(word, weight)| (word.as_str(), *weight)), limit);
        let matched = picks.len();
        let mut sorted = picks.clone();
        sorted.sort_unstable();
        let all = 0..u32::try_from(self.movies.len()).unwrap_or(u32::MAX);
        picks.extend(all.filter(|film| sorted.binary_search(film).is_err()).take(limit - matched));
        Selection { shelf: Arc::clone(self), picks, matched }
    }
}

impl Selection {
    /// The films with their positions on the shelf, the best match first.
    pub fn movies(&self) -> impl Iterator<Item = (u32, &Movie)> {
        self.picks.iter().filter_map(|&place| Some((place, self.shelf.movies.get(place as usize)?)))
    }

    /// The number of films.
    pub fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether there are no films.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }
}

/// A shelf to which rows are added.
#[derive(Debug, Default)]
pub struct Filling {
    rated: Vec<(f32, Movie)>,
    index: Builder,
    bytes: usize,
}

impl Filling {
    /// Adds a row.
    pub fn add(&mut self, item: &Item) {
        let movie = Movie::from_item(item);
        self.bytes += movie.as_json().len();
        self.rated.push((fields::rating(item), movie));
        self.index.add(fields::said(item));
    }

    /// The number of films.
    pub fn len(&self) -> usize {
        self.rated.len()
    }

    /// Whether there are no films.
    pub fn is_empty(&self) -> bool {
        self.rated.is_empty()
    }

    /// The size of the films' lines, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The finished shelf: the best rated films first, and films with the same rating in the order of their lines, so
    /// that the order of the table does not matter.
    pub fn finish(self) -> Shelf {
        let Self { rated, index, bytes: _ } = self;
        let mut order: Vec<usize> = (0..rated.len()).collect();
        order.sort_by(|&a, &b| {
            let ((a_rating, a_movie), (b_rating, b_movie)) = (&rated[a], &rated[b]);
            b_rating.total_cmp(a_rating).then_with(|| a_movie.as_json().cmp(b_movie.as_json()))
        });
        let mut places = vec![0; rated.len()];
        for (place, &film) in (0..).zip(&order) {
            places[film] = place;
        }
        let index = index.finish(&places);
        let mut placed: Vec<(u32, Movie)> =
            places.into_iter().zip(rated).map(|(place, (_, movie))| (place, movie)).collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        Shelf { movies: placed.into_iter().map(|(_, movie)| movie).collect(), index }
    }
}

#[cfg(test)]
mod tests;
