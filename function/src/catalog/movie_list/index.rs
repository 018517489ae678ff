//! An inverted index: which films contain a word, and how relevant the word is for each film (BM25F).
//!
//! A posting takes five bytes. The relevance of a word for a film is computed once, when the index is built, so a query
//! only adds numbers.

use std::collections::HashMap;

use super::fields::WeightedWord;

/// How fast repetitions of a word lose their effect (k1 of BM25).
const SATURATION: f32 = 1.2;
/// How much a long text reduces the relevance of its words (b of BM25). Titles, genres and the like are not reduced.
const LENGTH_PENALTY: f32 = 0.75;
/// The largest number of postings that one query reads. The least relevant words are skipped when it is reached.
///
/// It limits the time of a selection for any conversation and any catalogue.
const MAX_POSTINGS: usize = 100_000;

/// The films that contain each word.
#[derive(Debug, Default)]
pub(super) struct Index {
    films: usize,
    terms: HashMap<Box<str>, u32>,
    /// The start of each term's postings, and the end of the last ones.
    starts: Vec<u32>,
    /// The film of each posting. The term's relevance for the film is at the same position of `relevances`, in 255ths.
    postings: Vec<u32>,
    relevances: Vec<u8>,
}

/// The data that is collected while rows are added.
#[derive(Debug, Default)]
pub(super) struct IndexBuilder {
    terms: HashMap<Box<str>, u32>,
    /// The number of films that contain each term.
    counts: Vec<u32>,
    occurrences: Vec<Occurrence>,
    films: Vec<FilmLength>,
}

/// A term in a film: its number of occurrences in plain text, and its total weight in the weighted attributes.
#[derive(Debug, Clone, Copy)]
struct Occurrence {
    term: u32,
    plain: u8,
    strong: u8,
}

/// The number of terms in a film, and the number of words in its plain text.
#[derive(Debug, Clone, Copy)]
struct FilmLength {
    terms: u32,
    plain: u32,
}

impl IndexBuilder {
    /// Adds the words of the next film.
    pub(super) fn add(&mut self, words: Vec<WeightedWord>) {
        let mut seen: HashMap<u32, Occurrence> = HashMap::new();
        let mut plain = 0;
        for WeightedWord { word, weight } in words {
            let next = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
            let term = *self.terms.entry(word.into_boxed_str()).or_insert(next);
            if term == next {
                self.counts.push(0);
            }
            let occurrence = seen.entry(term).or_insert(Occurrence { term, plain: 0, strong: 0 });
            if weight > 1 {
                occurrence.strong = occurrence.strong.saturating_add(weight);
            } else {
                occurrence.plain = occurrence.plain.saturating_add(1);
                plain += 1;
            }
        }
        for &term in seen.keys() {
            if let Some(count) = self.counts.get_mut(term as usize) {
                *count += 1;
            }
        }
        self.films.push(FilmLength { terms: u32::try_from(seen.len()).unwrap_or(u32::MAX), plain });
        self.occurrences.extend(seen.into_values());
    }

    /// Builds the index. `positions` gives the final position of each film, in the order in which the films were added.
    pub(super) fn finish(self, positions: &[u32]) -> Index {
        let Self { terms, counts, occurrences, films } = self;
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut end = 0_u32;
        for count in &counts {
            starts.push(end);
            end += count;
        }
        starts.push(end);
        let plain: u64 = films.iter().map(|film| u64::from(film.plain)).sum();
        let average = (plain as f32 / films.len().max(1) as f32).max(1.0);
        let mut next = starts.clone();
        let (mut postings, mut relevances) = (vec![0; occurrences.len()], vec![0; occurrences.len()]);
        let mut occurrences = occurrences.into_iter();
        for (film, &position) in films.iter().zip(positions) {
            let normalization = 1.0 - LENGTH_PENALTY + LENGTH_PENALTY * film.plain as f32 / average;
            for occurrence in occurrences.by_ref().take(film.terms as usize) {
                let frequency = f32::from(occurrence.strong) + f32::from(occurrence.plain) / normalization;
                let at = next[occurrence.term as usize] as usize;
                next[occurrence.term as usize] += 1;
                postings[at] = position;
                relevances[at] = (255.0 * frequency / (SATURATION + frequency)) as u8;
            }
        }
        Index { films: films.len(), terms, starts, postings, relevances }
    }
}

impl Index {
    /// At most `limit` films that match the weighted words best, the best first. Of equal matches, the film with the
    /// lower position is first.
    pub(super) fn best<'a>(&self, query: impl Iterator<Item = (&'a str, f32)>, limit: usize) -> Vec<u32> {
        let mut terms: Vec<(f32, usize, usize)> = query.filter_map(|(word, weight)| self.term(word, weight)).collect();
        terms.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut scores = vec![0.0_f32; self.films];
        let mut remaining = MAX_POSTINGS;
        for (weight, from, to) in terms {
            // The most relevant word is always read.
            if to - from > remaining && remaining < MAX_POSTINGS {
                continue;
            }
            remaining = remaining.saturating_sub(to - from);
            for (&film, &relevance) in self.postings[from..to].iter().zip(&self.relevances[from..to]) {
                scores[film as usize] += weight * f32::from(relevance);
            }
        }
        let mut found: Vec<(f32, u32)> =
            (0..).zip(scores).filter(|&(_, score)| score > 0.0).map(|(film, score)| (score, film)).collect();
        let better = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if found.len() > limit {
            found.select_nth_unstable_by(limit, better);
            found.truncate(limit);
        }
        found.sort_unstable_by(better);
        found.into_iter().map(|(_, film)| film).collect()
    }

    /// The relevance of a word in this catalogue, and the range of its postings.
    fn term(&self, word: &str, weight: f32) -> Option<(f32, usize, usize)> {
        let term = *self.terms.get(word)? as usize;
        let (from, to) = (self.starts[term] as usize, self.starts[term + 1] as usize);
        let (all, with) = (self.films as f32, (to - from) as f32);
        let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        Some((weight * rarity, from, to))
    }

    /// The approximate size in bytes, for the log.
    pub(super) fn bytes(&self) -> usize {
        let words: usize = self.terms.keys().map(|word| word.len() + 16).sum();
        words + self.terms.capacity() * 25 + self.starts.len() * 4 + self.postings.len() * 5
    }
}
