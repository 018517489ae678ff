//! The films at hand: each as the line that a prompt takes, best rated first, and an index over their words.

mod fields;
mod index;
mod words;

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::types::AttributeValue;

use self::index::{Builder, Index};
use super::Movie;

type Item = HashMap<String, AttributeValue>;

/// Films in the order that settles ties, and what finds them.
#[derive(Debug, Default)]
pub struct Shelf {
    movies: Vec<Movie>,
    index: Index,
}

/// What a conversation is about: weighted words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query(Vec<(String, f32)>);

/// The films for one prompt.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    shelf: Arc<Shelf>,
    /// Best first.
    picks: Vec<u32>,
    /// How many of them say something that was asked for. The others are there because they are well rated.
    pub matched: usize,
}

impl Query {
    /// Distinct words that are looked for at most.
    const MOST_WORDS: usize = 32;

    /// Of texts with their weights, the weightiest first.
    pub fn new<'a>(texts: impl IntoIterator<Item = (&'a str, f32)>) -> Self {
        let mut query: Vec<(String, f32)> = Vec::new();
        for (text, weight) in texts {
            for word in words::asked(text) {
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
    /// Films as they come, without an index: a selection is the first of them.
    pub fn in_order(movies: Vec<Movie>) -> Self {
        Self { movies, index: Index::default() }
    }

    /// How many films.
    pub fn len(&self) -> usize {
        self.movies.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.movies.is_empty()
    }

    /// Bytes in memory, about.
    pub fn bytes(&self) -> usize {
        self.movies.iter().map(|movie| movie.as_json().len() + size_of::<Movie>()).sum::<usize>() + self.index.bytes()
    }

    /// The films, up to `limit`, that fit `query` best. When fewer fit, the best rated fill up, so that the model has
    /// something to offer: when nothing fits, the selection is the same every time.
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
    /// Films with their places on the shelf, the best fitting first.
    pub fn movies(&self) -> impl Iterator<Item = (u32, &Movie)> {
        self.picks.iter().filter_map(|&place| Some((place, self.shelf.movies.get(place as usize)?)))
    }

    /// How many films.
    pub fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }
}

/// A shelf that is being filled.
#[derive(Debug, Default)]
pub struct Filling {
    rated: Vec<(f32, Movie)>,
    index: Builder,
    bytes: usize,
}

impl Filling {
    /// Put a row on the shelf.
    pub fn add(&mut self, item: &Item) {
        let movie = Movie::from_item(item);
        self.bytes += movie.as_json().len();
        self.rated.push((fields::rating(item), movie));
        self.index.add(fields::said(item));
    }

    /// How many films are on it.
    pub fn len(&self) -> usize {
        self.rated.len()
    }

    /// Whether none are.
    pub fn is_empty(&self) -> bool {
        self.rated.is_empty()
    }

    /// Bytes of their lines.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The shelf: best rated first, and of equals by their lines, so that the order in which a table is read does not
    /// matter.
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
#[path = "shelf_tests.rs"]
mod tests;
