//! One connection, moved on by whoever uses it: no task of its own, and closed when it is dropped.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

use super::address::{CONNECTING, PostgresAddress};
use super::statements::Statements;
use super::trouble::Fault;
use crate::journal::JournalError;

/// A server that has not answered by then is taken for gone. It gives up a statement before, after ten seconds; those
/// that went out together with it are answered after it.
const PATIENCE: Duration = Duration::from_secs(25);

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// A value of a statement, with its type: so a statement takes one way to the server and back.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection of one's own. Statements whose futures are polled together go out together, in the order of their
/// first poll, and the server does one after the other: that is one way there and back for all of them.
pub(super) struct Link {
    address: Arc<PostgresAddress>,
    client: Client,
    statements: Statements,
    line: Mutex<Line>,
    /// A transaction was begun, and its end was not seen.
    begun: AtomicBool,
    /// Its begin goes out with its first statement.
    to_begin: AtomicBool,
    /// How many statements were sent whose result was not seen.
    waits: AtomicUsize,
}

/// The side of a connection that carries bytes. Nothing moves when nobody polls it.
enum Line {
    Open(Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>),
    Ended(String),
}

impl Line {
    fn poll(&mut self, context: &mut Context<'_>) {
        if let Self::Open(connection) = self
            && let Poll::Ready(end) = connection.as_mut().poll(context)
        {
            let why = end.err().map_or("it was closed".to_owned(), |e| Fault::Postgres(e).said());
            // Drops the connection, and with it what waits for an answer on it.
            *self = Self::Ended(why);
        }
    }
}

impl Link {
    /// Connects, and says how this program wants to be served.
    pub(super) async fn connect(address: &Arc<PostgresAddress>) -> Result<Self, JournalError> {
        let failed = |fault: Fault| fault.of_connecting(&address.place);
        let connecting = address.config.connect(address.tls()?);
        // Each of several hosts has its time, and the whole has one too.
        let (client, connection) = match timeout(CONNECTING * 2, connecting).await {
            Ok(connected) => connected.map_err(|error| failed(Fault::Postgres(error)))?,
            Err(_) => return Err(failed(Fault::Silent)),
        };
        if connection.parameter("server_encoding").is_some_and(|encoding| encoding != "UTF8") {
            return Err(JournalError::new(format!(
                "{}: the database does not keep all characters: make one with the encoding UTF8",
                address.place
            )));
        }
        let line = Mutex::new(Line::Open(Box::pin(connection)));
        let address = Arc::clone(address);
        let (begun, to_begin) = (AtomicBool::new(false), AtomicBool::new(false));
        let (statements, waits) = (Statements::default(), AtomicUsize::new(0));
        let link = Self { address, client, statements, line, begun, to_begin, waits };
        // A dead program's locks end with its connection, a stalled one's transaction by itself: before those
        // who wait for its locks give up.
        let session = format!(
            "SET search_path TO \"{}\", pg_temp;
             SET statement_timeout = '10s';
             SET idle_in_transaction_session_timeout = '5s';
             SET tcp_keepalives_idle = 30;
             SET tcp_keepalives_interval = 10;
             SET tcp_keepalives_count = 3;
             SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off'",
            link.address.schema
        );
        link.batch(&session).await?;
        Ok(link)
    }

    pub(super) fn address(&self) -> &PostgresAddress {
        &self.address
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection is there, as far as one sees without asking.
    pub(super) async fn is_alive(&self) -> bool {
        poll_fn(|context| {
            self.line().poll(context);
            Poll::Ready(())
        })
        .await;
        self.is_reusable()
    }

    /// Nothing is half done on the connection.
    pub(super) fn is_reusable(&self) -> bool {
        let is_open = matches!(*self.line(), Line::Open(_));
        is_open && !self.begun.load(Relaxed) && self.waits.load(Relaxed) == 0
    }

    /// Runs a statement of a transaction.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, JournalError> {
        let done = self.try_query(sql, values).await;
        done.map_err(|fault| fault.of_statement(&self.address.place))
    }

    /// The same for one whose failure has a meaning.
    pub(super) async fn try_query(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Fault> {
        let ready = self.statements.take_note(sql, values);
        let call = async {
            match ready {
                Some(statement) => {
                    let values: Vec<_> = values.iter().map(|(value, _)| *value).collect();
                    self.client.query(&statement, &values).await
                }
                None => self.client.query_typed(sql, values).await,
            }
        };
        self.carry(call).await
    }

    /// Runs a statement that is no part of a transaction.
    pub(super) async fn read(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, JournalError> {
        self.tidy().await?;
        self.query(sql, values).await
    }

    /// Runs statements without values.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), JournalError> {
        self.try_batch(sql).await.map_err(|fault| fault.of_statement(&self.address.place))
    }

    async fn try_batch(&self, sql: &str) -> Result<(), Fault> {
        self.carry(self.client.batch_execute(sql)).await
    }

    /// Carries a call and its answer.
    async fn carry<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
        if let Line::Ended(why) = &*self.line() {
            return Err(Fault::Lost(why.clone()));
        }
        self.waits.fetch_add(1, Relaxed);
        let done = if self.to_begin.swap(false, Relaxed) {
            let begin = self.client.batch_execute(BEGIN);
            let both = async {
                let (begun, done) = tokio::join!(biased; begin, call);
                begun.and(done)
            };
            carried(&self.line, both).await
        } else {
            carried(&self.line, call).await
        };
        self.waits.fetch_sub(1, Relaxed);
        done
    }

    /// Undoes a transaction whose future was dropped on the way: before a statement outside of one.
    pub(super) async fn tidy(&self) -> Result<(), JournalError> {
        if self.to_begin.swap(false, Relaxed) {
            self.begun.store(false, Relaxed);
        }
        if self.begun.load(Relaxed) {
            self.batch("ROLLBACK").await?;
            self.begun.store(false, Relaxed);
        }
        Ok(())
    }

    /// Begins a transaction, which [`end`](Self::end) ends.
    pub(super) async fn begin(&self) -> Result<(), JournalError> {
        self.tidy().await?;
        // Here nothing goes out together, whose order would be another.
        while let Some((sql, types)) = self.statements.next_to_prepare() {
            let statement = self.carry(self.client.prepare_typed(sql, &types)).await;
            let statement = statement.map_err(|fault| fault.of_statement(&self.address.place))?;
            self.statements.is_ready(sql, statement);
        }
        self.begun.store(true, Relaxed);
        self.to_begin.store(true, Relaxed);
        Ok(())
    }

    /// Runs the only statement of a transaction that writes and makes that durable, in one way to the server: whoever
    /// waits for this one's locks does not wait for this program too.
    pub(super) async fn finish(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Fault> {
        let (done, ended) =
            tokio::join!(biased; self.try_query(sql, values), self.try_batch("COMMIT"));
        // After a statement that failed, the server takes COMMIT for ROLLBACK, and says that it went well.
        self.begun.store(ended.is_err(), Relaxed);
        let rows = done?;
        ended?;
        Ok(rows)
    }

    /// Makes what a transaction did durable, or undoes it.
    pub(super) async fn end<T>(&self, done: Result<T, JournalError>) -> Result<T, JournalError> {
        if self.to_begin.swap(false, Relaxed) {
            self.begun.store(false, Relaxed);
            return done;
        }
        let ended = match &done {
            Ok(_) => self.try_batch("COMMIT").await,
            Err(_) => self.try_batch("ROLLBACK").await,
        };
        match (done, ended) {
            (Ok(done), Ok(())) => {
                self.begun.store(false, Relaxed);
                Ok(done)
            }
            (Ok(_), Err(fault)) => Err(fault.of_commit(&self.address.place)),
            (Err(error), ended) => {
                self.begun.store(ended.is_err(), Relaxed);
                Err(error)
            }
        }
    }
}

async fn carried<T>(
    line: &Mutex<Line>,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Fault> {
    let line = || line.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut call, mut handed_over) = (pin!(call), false);
    let both = poll_fn(|context| {
        // Carried when the others that are polled together have handed over theirs, too.
        if handed_over {
            line().poll(context);
        }
        let done = call.as_mut().poll(context);
        if !std::mem::replace(&mut handed_over, true) {
            context.waker().wake_by_ref();
        }
        done
    });
    match timeout(PATIENCE, both).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => match &*line() {
            // The server's last word tells more than that there is no answer.
            Line::Ended(why) if error.code().is_none() => Err(Fault::Lost(why.clone())),
            _ => Err(Fault::Postgres(error)),
        },
        Err(_) => {
            *line() = Line::Ended("no answer".to_owned());
            Err(Fault::Silent)
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("address", &self.address).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_given_up() {
        let line = Mutex::new(Line::Open(Box::pin(pending())));
        let fault = carried(&line, pending::<Result<(), Error>>()).await.unwrap_err();
        assert!(matches!(fault, Fault::Silent), "{fault:?}");
        assert!(
            matches!(*line.lock().unwrap(), Line::Ended(_)),
            "its answer may still come, and would be another's"
        );
    }
}
