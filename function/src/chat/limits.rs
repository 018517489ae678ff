//! The size limits of one request. The chat is public and its operator pays for every character, so these limits bound
//! the cost of a request before the function parses it or calls AWS.

/// The largest number of characters (Unicode scalar values) in `message`: about a thousand tokens of English.
pub const MAX_MESSAGE_CHARS: usize = 4_000;
/// The largest number of turns in `history`: ten questions with their answers.
pub const MAX_HISTORY_TURNS: usize = 20;
/// The largest number of characters in all turns of `history` together: enough for ten answers of four hundred words.
pub const MAX_HISTORY_CHARS: usize = 24_000;
/// The largest number of bytes in the body, after base64 decoding.
///
/// The longest conversation within the other limits fits at four bytes per character, so a caller that respects those
/// never reaches this limit.
pub const MAX_BODY_BYTES: usize = 128 * 1024;
/// The largest number of bytes of films in a prompt: about fifteen thousand tokens.
///
/// A row can have 400 KB. Rows that do not fit are left out.
pub const MAX_CATALOG_BYTES: usize = 60_000;

const _: () = assert!(MAX_BODY_BYTES > 4 * (MAX_MESSAGE_CHARS + MAX_HISTORY_CHARS));
