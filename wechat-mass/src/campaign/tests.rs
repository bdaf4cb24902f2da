//! What the tests of the state machine share: plans, answers, reports.

mod brakes;
mod steps;
mod stories;
mod verdicts;

use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use wechat_http::{Error, TokenError, TransportError, TransportErrorKind};
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::{AppId, ClientMsgId, MediaId, OpenId};
use wechat_types::mass::{Audience, GetMassStatus, JobStatus, Recipients, ReportSource};

use super::verdict::{Before, Others, judge};
use super::*;
use crate::article::{ArticleSource, Picture};
use crate::journal::JobOwner;
use crate::sender::Accepted;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_183_200)
}

fn plan_of(content: Content) -> Plan {
    let ids = (0..20_003).map(|n| OpenId::new(format!("oTESTfan{n:020}")).unwrap()).collect();
    let account = AppId::new("wx0123456789abcdef").unwrap();
    Plan::new(account, "spring", Audience::open_ids(ids).unwrap(), content).unwrap()
}

/// Three calls of a text.
static TEXT: LazyLock<Plan> = LazyLock::new(|| plan_of(Content::Text("茶".to_owned())));

/// Three calls of an article with one picture.
static ARTICLE: LazyLock<Plan> = LazyLock::new(|| {
    let png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02\x08\x06\x00\x00\x00\x72\xb6\x0d\x24";
    let picture = Picture::new("a.png", png.to_vec()).unwrap();
    let pictures = BTreeMap::from([("a.png".to_owned(), picture.clone())]);
    plan_of(Content::article(ArticleSource::new("茶", "<img src=a.png>", picture, pictures)))
});

fn owns(campaign: &Campaign<'_>, msg_id: MsgId) -> bool {
    campaign.chunks.iter().any(|chunk| chunk.msg_id() == Some(msg_id))
}

/// What a journal knows: the other call that has the job of this answer.
fn other_owner(
    campaign: &Campaign<'_>,
    answer: &Result<Accepted, Error>,
    chunk: usize,
) -> Option<JobOwner> {
    let msg_id = answer.as_ref().ok()?.msg_id;
    let mut others = campaign.chunks.iter().enumerate().filter(|(number, _)| *number != chunk);
    let (number, _) = others.find(|(_, chunk)| chunk.msg_id() == Some(msg_id))?;
    Some(JobOwner::new("spring", number))
}

fn media(name: &str) -> MediaId {
    MediaId::new(name).unwrap()
}

fn accepted(msg_id: u64) -> Accepted {
    Accepted { msg_id: MsgId::new(msg_id), msg_data_id: None, already: false }
}

fn already(msg_id: u64) -> Accepted {
    Accepted { already: true, ..accepted(msg_id) }
}

fn reply(status: u16, body: &str) -> Error {
    Error::Reply(GetMassStatus::decode(Reply::new(status, body.as_bytes())).unwrap_err())
}

fn code(code: i64) -> Error {
    reply(200, &format!(r#"{{"errcode":{code},"errmsg":"x"}}"#))
}

fn transport(kind: TransportErrorKind) -> Error {
    Error::Transport(TransportError::new(kind, "test"))
}

/// Applies an intent and its answer.
fn attempt(campaign: &mut Campaign<'_>, chunk: usize, at: SystemTime, answer: Answer) {
    campaign.apply(&Entry::Intent { chunk, at });
    campaign.apply(&Entry::Answer { chunk, at, answer });
}

fn unknown() -> Answer {
    Answer::Unknown { reason: "lost".to_owned(), repeatable: true }
}

/// The key of whatever call is judged.
static KEY: LazyLock<ClientMsgId> = LazyLock::new(|| ClientMsgId::new("key-1").unwrap());

/// The answer to a first attempt.
fn first(answer: Result<Accepted, Error>) -> Answer {
    judge(answer, &KEY, Before::Nothing, Others::default())
}

fn running(msg_id: u64) -> Answer {
    first(Ok(accepted(msg_id)))
}

fn report(msg_id: u64, status: JobStatus, source: ReportSource) -> MassReport {
    MassReport::new(MsgId::new(msg_id), status, source)
}
