//! From the body of `POST /chat` to a conversation that the Converse API takes.

use super::limits;
use crate::{
    error::BadRequest,
    json::{Json, Kind, Object},
    text::without_invisible,
};

/// Who spoke. `Assistant` turns come from the client too: they say what it claims that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the two roles of the Converse API")]
pub enum Role {
    User,
    Assistant,
}

/// One side's words, never blank.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "a pair")]
pub struct Turn {
    pub role: Role,
    pub text: String,
}

/// A checked conversation: it opens and ends with the user, and the roles alternate, as Converse demands.
///
/// History that breaks this is mended rather than refused, because chat widgets send it in good faith: blank turns
/// say nothing and are dropped; a greeting by the assistant before the first question is dropped; neighbours with one
/// role (the widget lost an answer) become one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    turns: Vec<Turn>,
    /// Characters in the message, for the log.
    pub message_chars: usize,
    /// Turns in the history as sent, for the log.
    pub history_turns: usize,
    /// Characters in the history, for the log.
    pub history_chars: usize,
}

impl Conversation {
    /// Read and check a request's body.
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
        push(&mut turns, Turn { role: Role::User, text: message });
        Ok(Self { turns, message_chars, history_turns, history_chars })
    }

    /// The turns, oldest first.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// What was said with how much it tells about what is wanted now, the latest first: an earlier turn says less, and
    /// an answer, in which many films are named, less than a question.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, f32)> {
        let weight = |turn: &Turn| if turn.role == Role::User { 0.5 } else { 0.25 };
        let ages = (0_u8..).map(|age| 0.6_f32.powi(i32::from(age)));
        let (latest, before) =
            self.turns.split_last().map_or((None, &self.turns[..]), |(last, before)| (Some(last), before));
        let earlier = before.iter().rev().zip(ages).map(move |(turn, age)| (turn.text.as_str(), weight(turn) * age));
        latest.map(|turn| (turn.text.as_str(), 1.0)).into_iter().chain(earlier)
    }

    /// Whether `text`, written by a service, repeats part of what was said: four words in a row, or a whole turn.
    /// Such a text must not be logged.
    pub fn is_quoted_in(&self, text: &str) -> bool {
        let heard = words(text);
        self.turns.iter().map(|turn| words(&turn.text)).any(|said| {
            let run = said.len().min(4);
            run > 0 && said.windows(run).any(|said| heard.windows(run).any(|heard| heard == said))
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
        Some(Kind::Text(text)) => clean(&text),
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

/// Fields beside `role` and `content` are the widget's own (ids, times) and are ignored.
fn turn(index: usize, value: Json<'_>) -> Result<Turn, BadRequest> {
    let fields = value.object().ok_or(BadRequest::TurnIsNotAnObject { index })?;
    let role = match fields.get("role").and_then(Json::text).as_deref() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some(_) | None => return Err(BadRequest::UnknownRole { index }),
    };
    let content = fields.get("content").and_then(Json::text).ok_or(BadRequest::ContentIsNotAString { index })?;
    Ok(Turn { role, text: clean(&content) })
}

fn clean(text: &str) -> String {
    without_invisible(text).trim().to_owned()
}

fn total_chars(turns: &[Turn]) -> usize {
    turns.iter().map(|turn| turn.text.chars().count()).sum()
}

fn alternating(history: Vec<Turn>) -> Vec<Turn> {
    let said = history.into_iter().filter(|turn| !turn.text.is_empty());
    let mut turns = Vec::new();
    for turn in said.skip_while(|turn| turn.role == Role::Assistant) {
        push(&mut turns, turn);
    }
    turns
}

fn push(turns: &mut Vec<Turn>, next: Turn) {
    match turns.last_mut() {
        Some(last) if last.role == next.role => {
            last.text.push_str("\n\n");
            last.text.push_str(&next.text);
        }
        Some(_) | None => turns.push(next),
    }
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
