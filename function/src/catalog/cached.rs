//! The whole catalogue, cached in memory.
//!
//! Lambda freezes the process between invocations, so a refresh runs only while the function serves a request, and may
//! take several requests. No request depends on its end: requests use the current copy, of any age, and wait only
//! if there is no copy.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Catalog, FAILURES, MovieList, Query, Selection, Table};
use crate::aws::{self, Failure};

/// The time after a failed refresh in which the old copy is used without another attempt.
///
/// Without it, every request would try to read a table that cannot be read.
pub const RETRY_AFTER: Duration = Duration::from_secs(30);

/// A copy of a table that is refreshed in the background when its `ttl` has passed.
#[derive(Debug)]
pub struct CachedCatalog<T>(Arc<Cache<T>>);

#[derive(Debug)]
struct Cache<T> {
    table: T,
    limit: usize,
    ttl: Duration,
    state: Mutex<State>,
    /// The number of completed reads.
    completed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    copy: Option<CachedCopy>,
    is_reading: bool,
    failure: Option<(Instant, Failure)>,
}

#[derive(Debug, Clone)]
struct CachedCopy {
    movies: Arc<MovieList>,
    read_at: Instant,
}

impl<T: Table> CachedCatalog<T> {
    /// Caches `table` for `ttl` and returns at most `limit` films for a request. It does not read the table yet.
    pub fn new(table: T, limit: u16, ttl: Duration) -> Self {
        let (state, completed) = (Mutex::default(), watch::Sender::default());
        Self(Arc::new(Cache { table, limit: usize::from(limit), ttl, state, completed }))
    }

    /// Reads the table for the first time, so that the first request finds films.
    pub async fn prepare(&self) {
        // The first request tries again, and the handler logs its failure.
        let _ = self.movie_list().await;
    }

    /// The current copy. If there is none, waits until a read ends.
    async fn movie_list(&self) -> Result<Arc<MovieList>, Failure> {
        let mut completed = self.0.completed.subscribe();
        {
            let mut state = self.0.state();
            if !state.is_reading && state.is_due(self.0.ttl) {
                state.is_reading = true;
                tokio::spawn(Arc::clone(&self.0).read());
            }
            if let Some(copy) = &state.copy {
                return Ok(Arc::clone(&copy.movies));
            }
        }
        // The sender lives as long as `self`, so this returns when the read ends.
        let _ = completed.changed().await;
        let state = self.0.state();
        match (&state.copy, &state.failure) {
            (Some(copy), _) => Ok(Arc::clone(&copy.movies)),
            (None, Some((_, failure))) => Err(failure.clone()),
            (None, None) => Ok(Arc::default()),
        }
    }
}

impl<T: Table> Catalog for CachedCatalog<T> {
    async fn movies(&self, query: &Query) -> Result<Selection, Failure> {
        Ok(self.movie_list().await?.select(query, self.0.limit))
    }
}

impl<T: Table> Cache<T> {
    fn state(&self) -> MutexGuard<'_, State> {
        // No code that runs under the lock can panic and leave the state inconsistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(self: Arc<Self>) {
        let started = Instant::now();
        let read = self.table.read_all().await;
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut state = self.state();
        state.is_reading = false;
        match read {
            Ok(movies) => {
                tracing::info!(movies = movies.len(), bytes = movies.bytes(), catalogMs = ms, "catalogue read");
                state.copy = Some(CachedCopy { movies: Arc::new(movies), read_at: Instant::now() });
                state.failure = None;
            }
            Err(failure) => {
                if let Some(copy) = &state.copy {
                    let Failure { stage: _, code, detail, aws_request_id } = &failure;
                    tracing::warn!(
                        catalogMs = ms,
                        ageSeconds = copy.read_at.elapsed().as_secs(),
                        code,
                        detail,
                        awsRequestId = aws_request_id,
                        hint = aws::hint(FAILURES, &failure),
                        "the catalogue cannot be refreshed: answering from the cached copy"
                    );
                }
                state.failure = Some((Instant::now(), failure));
            }
        }
        drop(state);
        self.completed.send_modify(|completed| *completed += 1);
    }
}

impl State {
    fn is_due(&self, ttl: Duration) -> bool {
        match (&self.copy, &self.failure) {
            (None, _) => true,
            (Some(copy), None) => copy.read_at.elapsed() >= ttl,
            (Some(copy), Some((failed_at, _))) => copy.read_at.elapsed() >= ttl && failed_at.elapsed() >= RETRY_AFTER,
        }
    }
}

#[cfg(test)]
mod tests;
