//! One connection, moved on by whoever uses it: no task of its own, and closed when it is dropped.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

use super::address::{CONNECTING, PostgresAddress};
use super::trouble::Fault;
use crate::journal::JournalError;

/// A server that has not answered by then is taken for gone. It gives up a statement before, after ten seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// A value of a statement, with its type: so a statement takes one way to the server and back.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection of one's own.
pub(super) struct Link {
    address: Arc<PostgresAddress>,
    client: Client,
    line: Line,
    /// A transaction was begun, and its end was not seen.
    begun: bool,
    /// A statement was sent, and its result was not seen.
    waits: bool,
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

    /// Carries a call and its answer.
    async fn carry<T>(&mut self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Fault> {
        let mut call = pin!(call);
        let both = poll_fn(|context| {
            self.poll(context);
            call.as_mut().poll(context)
        });
        match timeout(PATIENCE, both).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => match self {
                // The server's last word tells more than that there is no answer.
                Self::Ended(why) if error.code().is_none() => Err(Fault::Lost(why.clone())),
                _ => Err(Fault::Postgres(error)),
            },
            Err(_) => {
                *self = Self::Ended("no answer".to_owned());
                Err(Fault::Silent)
            }
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
        let line = Line::Open(Box::pin(connection));
        let address = Arc::clone(address);
        let mut link = Self { address, client, line, begun: false, waits: false };
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

    /// The connection is there, as far as one sees without asking.
    pub(super) async fn is_alive(&mut self) -> bool {
        poll_fn(|context| {
            self.line.poll(context);
            Poll::Ready(())
        })
        .await;
        self.is_reusable()
    }

    /// Nothing is half done on the connection.
    pub(super) fn is_reusable(&self) -> bool {
        matches!(self.line, Line::Open(_)) && !self.begun && !self.waits
    }

    /// Runs a statement of a transaction.
    pub(super) async fn query(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, JournalError> {
        let done = self.try_query(sql, values).await;
        done.map_err(|fault| fault.of_statement(&self.address.place))
    }

    /// The same for one whose failure has a meaning.
    pub(super) async fn try_query(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Fault> {
        if let Line::Ended(why) = &self.line {
            return Err(Fault::Lost(why.clone()));
        }
        self.waits = true;
        let done = self.line.carry(self.client.query_typed(sql, values)).await;
        self.waits = false;
        done
    }

    /// Runs a statement that is no part of a transaction.
    pub(super) async fn read(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, JournalError> {
        self.tidy().await?;
        self.query(sql, values).await
    }

    /// Runs statements without values.
    pub(super) async fn batch(&mut self, sql: &str) -> Result<(), JournalError> {
        self.try_batch(sql).await.map_err(|fault| fault.of_statement(&self.address.place))
    }

    async fn try_batch(&mut self, sql: &str) -> Result<(), Fault> {
        if let Line::Ended(why) = &self.line {
            return Err(Fault::Lost(why.clone()));
        }
        self.waits = true;
        let done = self.line.carry(self.client.batch_execute(sql)).await;
        self.waits = false;
        done
    }

    /// Undoes a transaction whose future was dropped on the way: before a statement outside of one.
    pub(super) async fn tidy(&mut self) -> Result<(), JournalError> {
        if self.begun {
            self.batch("ROLLBACK").await?;
            self.begun = false;
        }
        Ok(())
    }

    /// Begins a transaction, which [`end`](Self::end) ends.
    pub(super) async fn begin(&mut self) -> Result<(), JournalError> {
        self.tidy().await?;
        self.begun = true;
        self.batch("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await
    }

    /// Makes what a transaction did durable, or undoes it.
    pub(super) async fn end<T>(
        &mut self,
        done: Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let ended = match &done {
            Ok(_) => self.try_batch("COMMIT").await,
            Err(_) => self.try_batch("ROLLBACK").await,
        };
        match (done, ended) {
            (Ok(done), Ok(())) => {
                self.begun = false;
                Ok(done)
            }
            (Ok(_), Err(fault)) => Err(fault.of_commit(&self.address.place)),
            (Err(error), ended) => {
                self.begun = ended.is_err();
                Err(error)
            }
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
        let mut line = Line::Open(Box::pin(pending()));
        let fault = line.carry(pending::<Result<(), Error>>()).await.unwrap_err();
        assert!(matches!(fault, Fault::Silent), "{fault:?}");
        assert!(
            matches!(line, Line::Ended(_)),
            "its answer may still come, and would be another's"
        );
    }
}
