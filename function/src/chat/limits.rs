//! What one request may weigh. The chat is public and every character of it is paid for: these bound the cost of a
//! request before anything is read or called.

/// Characters (Unicode scalar values) in `message`: about a thousand tokens of English.
pub const MAX_MESSAGE_CHARS: usize = 4_000;
/// Turns in `history`: ten questions with their answers.
pub const MAX_HISTORY_TURNS: usize = 20;
/// Characters in all turns of `history` together: ten answers of four hundred words fit.
pub const MAX_HISTORY_CHARS: usize = 24_000;
/// Bytes in the body, after base64. The longest conversation that the other limits allow fits at four bytes a
/// character, so callers who keep to those never meet this one.
pub const MAX_BODY_BYTES: usize = 128 * 1024;
/// Bytes of films in a prompt: about fifteen thousand tokens. Rows can be 400 KB each; those beyond are left out.
pub const MAX_CATALOG_BYTES: usize = 60_000;

const _: () = assert!(MAX_BODY_BYTES > 4 * (MAX_MESSAGE_CHARS + MAX_HISTORY_CHARS));
