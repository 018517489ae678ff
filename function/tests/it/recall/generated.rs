//! Invented films in any number, in the format of a catalogue's rows. They are the same in every run.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// An invented film, with the attributes that a question can be about.
#[derive(Debug, Clone)]
pub(crate) struct Film {
    pub(crate) title: String,
    pub(crate) genres: [&'static str; 2],
    pub(crate) director: String,
    pub(crate) year: u64,
    pub(crate) theme: &'static str,
    pub(crate) rating: u64,
    plot: String,
}

const GENRES: [&str; 10] =
    ["Action", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Horror", "Romance", "Sci-Fi", "Western"];
const THEMES: [&str; 12] = [
    "a bank heist", "time travel", "a haunted lighthouse", "an island of dinosaurs", "a chess champion",
    "two rival bakers", "a submarine crew", "a vineyard in decline", "a robot nanny", "a jazz trumpeter",
    "a snowed-in courtroom", "an amnesiac pilot",
];
const PLACES: [&str; 8] = ["Lisbon", "Osaka", "Marrakesh", "Buenos Aires", "Reykjavik", "Detroit", "Mumbai", "Tallinn"];
const FIRST: [&str; 15] = [
    "Ana", "Bodil", "Chidi", "Dolores", "Emeric", "Farah", "Goran", "Hélène", "Ingrid", "Jun", "Kofi", "Lucía",
    "Mirek", "Noor", "Otto",
];
const LAST: [&str; 12] = [
    "Abara", "Bergström", "Castellanos", "Dvořák", "Eriksen", "Fontaine", "Guerra", "Hashimoto", "Ivanova", "Jansen",
    "Kaplan", "Lindqvist",
];
const ADJECTIVES: [&str; 25] = [
    "Amber", "Borrowed", "Crimson", "Distant", "Electric", "Forgotten", "Gilded", "Hollow", "Iron", "Jagged",
    "Kindred", "Lonesome", "Midnight", "Nameless", "Open", "Paper", "Quiet", "Restless", "Silver", "Tender",
    "Unspoken", "Velvet", "Winter", "Yellow", "Zealous",
];
const NOUNS: [&str; 25] = [
    "Anchor", "Bridge", "Carnival", "Dagger", "Echo", "Ferry", "Garden", "Harbor", "Inheritance", "Journey", "Kingdom",
    "Lantern", "Mirror", "Notebook", "Orchard", "Passenger", "Quarry", "River", "Station", "Tower", "Umbrella",
    "Valley", "Whistle", "Yard", "Zeppelin",
];

/// A generator of the same numbers on every machine (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<T: Copy, const N: usize>(&mut self, all: [T; N]) -> T {
        all[self.roll(N)]
    }
}

/// The first `count` invented films.
pub(crate) fn films(count: usize) -> Vec<Film> {
    let mut dice = Dice(20_261_125);
    (0..count).map(|_| film(&mut dice)).collect()
}

fn film(dice: &mut Dice) -> Film {
    let (theme, place, other) = (dice.of(THEMES), dice.of(PLACES), dice.of(NOUNS).to_lowercase());
    let plot = match dice.roll(3) {
        0 => format!("In {place}, {theme} changes everything for a family that keeps a {other} nobody may see."),
        1 => format!("Nobody in {place} believes the story of {theme}, until the {other} comes back one night."),
        _ => format!("{theme} and the long way home to {place}: a letter, a {other} and three days to decide."),
    };
    Film {
        title: format!("The {} {}", dice.of(ADJECTIVES), dice.of(NOUNS)),
        genres: [dice.of(GENRES), dice.of(GENRES)],
        director: format!("{} {}", dice.of(FIRST), dice.of(LAST)),
        year: 1950 + dice.roll(76) as u64,
        theme,
        rating: 10 + dice.roll(90) as u64,
        plot,
    }
}

impl Film {
    /// Whether the film has the genre `genre`.
    pub(crate) fn is(&self, genre: &str) -> bool {
        self.genres.contains(&genre)
    }

    /// The film as a row of the table.
    pub(crate) fn row(&self) -> HashMap<String, AttributeValue> {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let n = |number: String| AttributeValue::N(number);
        [
            ("title", s(&self.title)),
            ("genres", AttributeValue::L(self.genres.map(s).to_vec())),
            ("director", s(&self.director)),
            ("year", n(self.year.to_string())),
            ("rating", n(format!("{}.{}", self.rating / 10, self.rating % 10))),
            ("plot", s(&self.plot)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}
