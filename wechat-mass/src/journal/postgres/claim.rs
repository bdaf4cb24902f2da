//! A call that is claimed: what that depends on is locked and read in one way to the server, what is granted is
//! written and made durable in another.

use std::time::{Duration, SystemTime};

use tokio::join;
use tokio_postgres::types::Type;

use super::crew::{self, APART, Member, name_of};
use super::link::{Link, Value};
use super::rows::{self, Recorded, column, since};
use super::spent;
use crate::journal::facts::{self, millis, moment};
use crate::journal::{Claim, Entry, JournalError, Part, Reserved};

/// Whose claim it is.
pub(super) struct Claimant<'a> {
    pub(super) campaign: i64,
    pub(super) account: &'a str,
    /// Which of several workers; none where the campaign is one's own.
    pub(super) member: Option<&'a Member>,
}

impl Claimant<'_> {
    fn worker(&self) -> Option<i64> {
        self.member.map(|member| member.id)
    }

    /// Reserves a call and records its intent, both or neither.
    pub(super) async fn claim(
        &self,
        link: &Link,
        claim: &Claim<'_>,
    ) -> Result<Reserved, JournalError> {
        let intent = facts::text(&claim.intent())?;
        link.begin().await?;
        match self.decide(link, claim).await {
            Ok((Reserved::Granted, at)) => self.grant(link, claim, at, &intent).await,
            other => link.end(other.map(|(refused, _)| refused)).await,
        }
    }

    /// Whether it is granted, and at which moment it is spent.
    async fn decide(
        &self,
        link: &Link,
        claim: &Claim<'_>,
    ) -> Result<(Reserved, SystemTime), JournalError> {
        let part = Part::Call(claim.chunk);
        let (stopped, state, known) = join!(
            biased;
            self.lock(link),
            self.state(link, part),
            async {
                // The database's clock, which is not known yet, may be behind by so much.
                let asked = claim.at.checked_sub(APART).unwrap_or(claim.at);
                match claim.budgets.iter().map(|budget| budget.window.began(asked)).min() {
                    Some(earliest) => spent::spent(link, self.account, earliest).await,
                    None => Ok(Vec::new()),
                }
            },
        );
        if let Some(at) = stopped? {
            return Ok((Reserved::Stopped { at }, claim.at));
        }
        let state = state?;
        let at = match self.member {
            // The budgets of several machines are counted by one clock.
            Some(_) => {
                crew::check_clock(link, claim.at, state.now)?;
                state.now
            }
            None => {
                crew::check_not_ahead(link, claim.at, state.now)?;
                claim.at
            }
        };
        let matters = |entry: &Entry| claim.alone || entry.concern().is_about(part);
        if self.member.is_some_and(|member| member.is_behind(&state.unread, matters)) {
            return Ok((Reserved::Behind, at));
        }
        if let Some(left) = state.left_of_others {
            return Ok((Reserved::Held { left }, at));
        }
        Ok((spent::count(&known?, state.last_spent, at, claim.budgets)?, at))
    }

    /// Locks the campaign's row and what its account spent, for what is read after it in the same transaction. When
    /// the campaign was stopped, unless somebody has said go on since.
    async fn lock(&self, link: &Link) -> Result<Option<SystemTime>, JournalError> {
        let rows = link
            .query(
                "SELECT stopped, pg_advisory_xact_lock($2)
                 FROM (SELECT stopped FROM campaign WHERE id = $1 FOR NO KEY UPDATE) AS held",
                &[(&self.campaign, Type::INT8), (&spent::key(link, self.account), Type::INT8)],
            )
            .await?;
        rows.first().map_or_else(|| Err(rows::no_longer_there()), |row| since(row, 0))
    }

    async fn state(&self, link: &Link, part: Part) -> Result<State, JournalError> {
        let (name, worker) = (name_of(part), self.worker());
        let values: [Value<'_>; 5] = [
            (&self.campaign, Type::INT8),
            (&name, Type::TEXT),
            (&worker, Type::INT8),
            (&self.account, Type::TEXT),
            (&crew::read(self.member), Type::INT8),
        ];
        let rows = link
            .query(
                "SELECT entry.id, entry.fact, entry.worker, now, last_spent, left_of_others
                 FROM (SELECT
                    now_ms() AS now,
                    (SELECT max(at) FROM spent WHERE account = $4) AS last_spent,
                    (SELECT until - now_ms() FROM lease
                     WHERE campaign = $1 AND part = $2 AND worker <> $3) AS left_of_others
                 ) AS state LEFT JOIN entry ON entry.campaign = $1 AND entry.id > $5
                 ORDER BY entry.id",
                &values,
            )
            .await?;
        let row = rows.first().ok_or_else(rows::no_answer)?;
        Ok(State {
            now: moment(column(row, 3)?),
            last_spent: since(row, 4)?,
            left_of_others: crew::left(column(row, 5)?),
            unread: rows::recorded(link, &rows)?,
        })
    }

    async fn grant(
        &self,
        link: &Link,
        claim: &Claim<'_>,
        at: SystemTime,
        intent: &str,
    ) -> Result<Reserved, JournalError> {
        let lease = i64::try_from(claim.lease.as_millis()).unwrap_or(i64::MAX / 2);
        let values: [Value<'_>; 8] = [
            (&self.account, Type::TEXT),
            (&claim.spend.as_str(), Type::TEXT),
            (&millis(at), Type::INT8),
            (&self.campaign, Type::INT8),
            (&name_of(Part::Call(claim.chunk)), Type::TEXT),
            (&self.worker(), Type::INT8),
            (&lease, Type::INT8),
            (&intent, Type::TEXT),
        ];
        let written = link
            .finish(
                "WITH paid AS (
                    INSERT INTO spent (account, spend, at) VALUES ($1, $2, $3)
                 ), held AS (
                    INSERT INTO lease (campaign, part, worker, until)
                    SELECT $4, $5, $6, now_ms() + $7 WHERE $6 IS NOT NULL
                    ON CONFLICT (campaign, part)
                        DO UPDATE SET worker = excluded.worker, until = excluded.until
                 )
                 INSERT INTO entry (campaign, worker, fact) VALUES ($4, $6, $8)",
                &values,
            )
            .await;
        match written {
            Ok(_) => Ok(Reserved::Granted),
            Err(fault) => Err(fault.of_commit(&link.address().place)),
        }
    }
}

/// What a claim depends on.
struct State {
    now: SystemTime,
    /// The last moment at which the account spent anything.
    last_spent: Option<SystemTime>,
    /// How long the call is still another's.
    left_of_others: Option<Duration>,
    /// What the worker has not read.
    unread: Vec<Recorded>,
}
