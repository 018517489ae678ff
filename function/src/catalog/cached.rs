//! The whole catalogue, kept in memory.
//!
//! Lambda freezes the process between invocations, so a refresh runs only while the function serves a request, and may
//! take several requests. No request depends on its end: requests use the current copy, whatever its age, and wait only
//! if there is no copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Catalog, FAILURES, Query, Selection, Shelf, Table};
use crate::aws::{self, Trouble};

/// The time after a failed refresh in which the old copy is used without another attempt.
///
/// Without it, every request would try to read a table that cannot be read.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);

/// A copy of a table that is refreshed in the background when its `ttl` has passed.
#[derive(Debug)]
pub struct KeptCatalog<T>(Arc<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    table: T,
    limit: usize,
    ttl: Duration,
    state: Mutex<State>,
    /// The number of completed reads.
    ended: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    copy: Option<Copy>,
    reading: bool,
    failure: Option<(Instant, Trouble)>,
}

#[derive(Debug, Clone)]
struct Copy {
    shelf: Arc<Shelf>,
    read_at: Instant,
}

impl<T: Table> KeptCatalog<T> {
    /// Keeps `table` for `ttl` and returns at most `limit` films for a request. It does not read the table yet.
    pub fn new(table: T, limit: u16, ttl: Duration) -> Self {
        let (state, ended) = (Mutex::default(), watch::Sender::default());
        Self(Arc::new(Kept { table, limit: usize::from(limit), ttl, state, ended }))
    }

    /// Reads the table for the first time, so that the first request finds films.
    pub async fn prepare(&self) {
        // The first request tries again, and the handler logs its failure.
        let _ = self.shelf().await;
    }

    /// The current copy. If there is none, waits until a read ends.
    async fn shelf(&self) -> Result<Arc<Shelf>, Trouble> {
        let mut ended = self.0.ended.subscribe();
        {
            let mut state = self.0.state();
            if !state.reading && state.wants_reading(self.0.ttl) {
                state.reading = true;
                tokio::spawn(Arc::clone(&self.0).read());
            }
            if let Some(copy) = &state.copy {
                return Ok(Arc::clone(&copy.shelf));
            }
        }
        // The sender lives as long as `self`, so this returns when the read ends.
        let _ = ended.changed().await;
        let state = self.0.state();
        match (&state.copy, &state.failure) {
            (Some(copy), _) => Ok(Arc::clone(&copy.shelf)),
            (None, Some((_, trouble))) => Err(trouble.clone()),
            (None, None) => Ok(Arc::default()),
        }
    }
}

impl<T: Table> Catalog for KeptCatalog<T> {
    async fn movies(&self, query: &Query) -> Result<Selection, Trouble> {
        Ok(self.shelf().await?.select(query, self.0.limit))
    }
}

impl<T: Table> Kept<T> {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code that runs under the lock can panic and leave the state inconsistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(self: Arc<Self>) {
        let started = Instant::now();
        let read = self.table.shelf().await;
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.state();
        state.reading = false;
        match read {
            Ok(shelf) => {
                tracing::info!(movies = shelf.len(), bytes = shelf.bytes(), catalogMs = ms, "catalogue read");
                state.copy = Some(Copy { shelf: Arc::new(shelf), read_at: Instant::now() });
                state.failure = None;
            }
            Err(trouble) => {
                if let Some(copy) = &state.copy {
                    let Trouble { stage: _, code, detail, aws_request_id } = &trouble;
                    tracing::warn!(
                        catalogMs = ms,
                        ageSeconds = copy.read_at.elapsed().as_secs(),
                        code,
                        detail,
                        awsRequestId = aws_request_id,
                        hint = aws::hint(FAILURES, &trouble),
                        "the catalogue cannot be read again: answering from the copy that there is"
                    );
                }
                state.failure = Some((Instant::now(), trouble));
            }
        }
        drop(state);
        self.ended.send_modify(|ended| *ended += 1);
    }
}

impl State {
    fn wants_reading(&self, ttl: Duration) -> bool {
        match (&self.copy, &self.failure) {
            (None, _) => true,
            (Some(copy), None) => copy.read_at.elapsed() >= ttl,
            (Some(copy), Some((failed_at, _))) => copy.read_at.elapsed() >= ttl && failed_at.elapsed() >= RETRY_AFTER,
        }
    }
}

#[cfg(test)]
mod tests;
