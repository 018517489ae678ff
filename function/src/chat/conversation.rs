//! Converts the body of `POST /chat` to a conversation for the Converse API.

use super::limits;
use crate::error::BadRequest;
use crate::json::{Json, Kind, Object};
use crate::text::without_invisible;

/// The author of a turn. The client also sends the `Assistant` turns, so they are only its claim of earlier answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two roles of the Converse API")]
pub enum Role {
    User,
    Assistant,
}

/// The text of one turn, which is never blank.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// A validated conversation: it starts and ends with the user, and the roles alternate, as Converse requires.
///
/// The code corrects a history that violates this instead of rejecting it, because chat widgets send such histories in
/// good faith. It drops blank turns and a greeting by the assistant before the first question, and it joins adjacent
/// turns with the same role (the widget lost an answer) into one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    turns: Vec<Turn>,
    /// The number of characters in the message, for the log.
    pub message_chars: usize,
    /// The number of turns in the history as sent, for the log.
    pub history_turns: usize,
    /// The number of characters in the history, for the log.
    pub history_chars: usize,
}

impl Conversation {
    /// Parses and validates a request's body.
    pub fn from_body(body: &str) -> Result<Self, BadRequest> {
        let fields = object(body)?;
        let message = message(fields.get("message"))?;
        let history = history(fields.get("history"))?;
        let (history_turns, history_chars) = (history.len(), total_chars(&history));
        if history_chars > limits::MAX_HISTORY_CHARS {
            return Err(BadRequest::HistoryTooLong { chars: history_chars });
        }
        let message_chars = message.chars().count();
        let mut turns = alternating(history);
        append(&mut turns, Turn { role: Role::User, text: message });
        Ok(Self { turns, message_chars, history_turns, history_chars })
    }

    /// The turns, oldest first.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The texts of the conversation with their weights for the search, the latest first. An earlier turn has a lower
    /// weight, and an answer, which names many films, has a lower weight than a question.
    pub fn weighted_texts(&self) -> impl Iterator<Item = (&str, f32)> {
        let weight = |turn: &Turn| if turn.role == Role::User { 0.5 } else { 0.25 };
        let ages = (0_u8..).map(|age| 0.6_f32.powi(i32::from(age)));
        let (latest, earlier) =
            self.turns.split_last().map_or((None, &self.turns[..]), |(last, earlier)| (Some(last), earlier));
        let earlier = earlier.iter().rev().zip(ages).map(move |(turn, age)| (turn.text.as_str(), weight(turn) * age));
        latest.map(|turn| (turn.text.as_str(), 1.0)).into_iter().chain(earlier)
    }

    /// Whether `text`, which a service wrote, repeats a part of the conversation: four consecutive words, or a whole
    /// turn. Such a text must not be logged.
    pub fn is_quoted_in(&self, text: &str) -> bool {
        let quoted = words(text);
        self.turns.iter().map(|turn| words(&turn.text)).any(|turn_words| {
            let run = turn_words.len().min(4);
            run > 0 && turn_words.windows(run).any(|run_words| quoted.windows(run).any(|window| window == run_words))
        })
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn object(body: &str) -> Result<Object<'_>, BadRequest> {
    if body.len() > limits::MAX_BODY_BYTES {
        return Err(BadRequest::BodyTooLarge);
    }
    if body.trim().is_empty() {
        return Err(BadRequest::NoMessage);
    }
    let json =
        Json::parse(body).map_err(|error| BadRequest::BodyIsNotJson { line: error.line(), column: error.column() })?;
    json.object().ok_or(BadRequest::BodyIsNotAnObject)
}

fn message(value: Option<Json<'_>>) -> Result<String, BadRequest> {
    let text = match value.map(Json::kind) {
        None | Some(Kind::Null) => return Err(BadRequest::NoMessage),
        Some(Kind::Text(text)) => cleaned(&text),
        Some(Kind::Bool(_) | Kind::Number | Kind::List(_) | Kind::Object(_)) => {
            return Err(BadRequest::MessageIsNotAString);
        }
    };
    match text.chars().count() {
        0 => Err(BadRequest::NoMessage),
        chars if chars > limits::MAX_MESSAGE_CHARS => Err(BadRequest::MessageTooLong { chars }),
        _ => Ok(text),
    }
}

fn history(value: Option<Json<'_>>) -> Result<Vec<Turn>, BadRequest> {
    match value.map(Json::kind) {
        None | Some(Kind::Null) => Ok(Vec::new()),
        Some(Kind::List(turns)) if turns.len() > limits::MAX_HISTORY_TURNS => {
            Err(BadRequest::TooManyTurns { turns: turns.len() })
        }
        Some(Kind::List(turns)) => turns.into_iter().enumerate().map(|(index, value)| turn(index, value)).collect(),
        Some(Kind::Bool(_) | Kind::Number | Kind::Text(_) | Kind::Object(_)) => Err(BadRequest::HistoryIsNotAList),
    }
}

/// Other fields than `role` and `content` belong to the widget (ids, times) and are ignored.
fn turn(index: usize, value: Json<'_>) -> Result<Turn, BadRequest> {
    let fields = value.object().ok_or(BadRequest::TurnIsNotAnObject { index })?;
    let role = match fields.get("role").and_then(Json::text).as_deref() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some(_) | None => return Err(BadRequest::UnknownRole { index }),
    };
    let content = fields.get("content").and_then(Json::text).ok_or(BadRequest::ContentIsNotAString { index })?;
    Ok(Turn { role, text: cleaned(&content) })
}

fn cleaned(text: &str) -> String {
    without_invisible(text).trim().to_owned()
}

fn total_chars(turns: &[Turn]) -> usize {
    turns.iter().map(|turn| turn.text.chars().count()).sum()
}

fn alternating(history: Vec<Turn>) -> Vec<Turn> {
    let turns_with_text = history.into_iter().filter(|turn| !turn.text.is_empty());
    let mut turns = Vec::new();
    for turn in turns_with_text.skip_while(|turn| turn.role == Role::Assistant) {
        append(&mut turns, turn);
    }
    turns
}

fn append(turns: &mut Vec<Turn>, next: Turn) {
    match turns.last_mut() {
        Some(last) if last.role == next.role => {
            last.text.push_str("\n\n");
            last.text.push_str(&next.text);
        }
        Some(_) | None => turns.push(next),
    }
}

#[cfg(test)]
mod tests;
