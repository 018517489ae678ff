//! The films in memory: each as its line of the prompt, the best rated first, with an index of their words.

mod fields;
mod index;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use self::index::{Index, IndexBuilder};
use super::Movie;

type Item = HashMap<String, AttributeValue>;

/// Films, the best rated first, with an index for the search.
#[derive(Debug, Default)]
pub struct MovieList {
    movies: Vec<Movie>,
    index: Index,
}

/// The topics of a conversation, as weighted words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query(Vec<(String, f32)>);

/// The films for one prompt.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    list: Arc<MovieList>,
    /// The positions of the films in `list`, the best match first.
    positions: Vec<u32>,
    /// The number of films that contain a word of the query. The others were added because they are well rated.
    pub matched: usize,
}

impl Query {
    /// The largest number of distinct words in a query.
    const MAX_WORDS: usize = 32;

    /// The query for texts with their weights, in descending order of weight.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, f32)>) -> Self {
        let mut query: Vec<(String, f32)> = Vec::new();
        for (text, weight) in texts {
            for word in words::query_words(text) {
                if query.len() == Self::MAX_WORDS {
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

impl MovieList {
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
        let mut positions = self.index.best(query.0.iter().map(|(word, weight)| (word.as_str(), *weight)), limit);
        let matched = positions.len();
        let mut sorted = positions.clone();
        sorted.sort_unstable();
        let all = 0..u32::try_from(self.movies.len()).unwrap_or(u32::MAX);
        positions.extend(all.filter(|film| sorted.binary_search(film).is_err()).take(limit - matched));
        Selection { list: Arc::clone(self), positions, matched }
    }
}

impl Selection {
    /// The films with their positions in the list, the best match first.
    pub fn movies(&self) -> impl Iterator<Item = (u32, &Movie)> {
        self.positions.iter().filter_map(|&position| Some((position, self.list.movies.get(position as usize)?)))
    }

    /// The number of films.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether there are no films.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }
}

/// Collects rows for a [`MovieList`].
#[derive(Debug, Default)]
pub struct MovieListBuilder {
    rated: Vec<(f32, Movie)>,
    index: IndexBuilder,
    bytes: usize,
}

impl MovieListBuilder {
    /// Adds a row.
    pub fn add(&mut self, item: &Item) {
        let movie = Movie::from_item(item);
        self.bytes += movie.as_json().len();
        self.rated.push((fields::rating(item), movie));
        self.index.add(fields::weighted_words(item));
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

    /// The finished list: the best rated films first, and films with the same rating in the order of their lines, so
    /// that the order of the table does not matter.
    pub fn finish(self) -> MovieList {
        let Self { rated, index, bytes: _ } = self;
        let mut order: Vec<usize> = (0..rated.len()).collect();
        order.sort_by(|&a, &b| {
            let ((a_rating, a_movie), (b_rating, b_movie)) = (&rated[a], &rated[b]);
            b_rating.total_cmp(a_rating).then_with(|| a_movie.as_json().cmp(b_movie.as_json()))
        });
        let mut positions = vec![0; rated.len()];
        for (position, &film) in (0..).zip(&order) {
            positions[film] = position;
        }
        let index = index.finish(&positions);
        let mut ordered: Vec<(u32, Movie)> =
            positions.into_iter().zip(rated).map(|(position, (_, movie))| (position, movie)).collect();
        ordered.sort_unstable_by_key(|(position, _)| *position);
        MovieList { movies: ordered.into_iter().map(|(_, movie)| movie).collect(), index }
    }
}

#[cfg(test)]
mod tests;
