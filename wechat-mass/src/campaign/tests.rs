//! The state machine, step by step: against a platform in a few lines that keeps the truth.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use wechat_http::{Error, TokenError, TransportError, TransportErrorKind};
use wechat_types::codec::Reply;
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::{AppId, MediaId, OpenId};
use wechat_types::mass::{Audience, GetMassStatus, JobStatus, Recipients, ReportSource};

use super::verdict::judge;
use super::*;
use crate::article::{ArticleSource, Picture};
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

/// An answer without its reason.
fn word(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { msg_id, already: false, .. } => format!("accepted {msg_id}"),
        Answer::Accepted { msg_id, .. } => format!("accepted before {msg_id}"),
        Answer::Rejected { code, .. } => format!("rejected {code:?}"),
        Answer::NotSent { code, passing: true, .. } => format!("not sent {code:?}, try later"),
        Answer::NotSent { code, .. } => format!("not sent {code:?}"),
        Answer::Unknown { repeatable: true, .. } => "unknown, repeat".to_owned(),
        Answer::Unknown { .. } => "unknown for good".to_owned(),
    }
}

#[test]
fn the_table_of_verdicts() {
    use TransportErrorKind as Kind;
    let other = [MsgId::new(8), MsgId::new(9)];
    let unknown = "unknown, repeat";
    let refused = |code: i64| (format!("rejected Some({code})"), "unknown for good".to_owned());
    let same = |word: &str| (word.to_owned(), word.to_owned());
    let two = |first: &str, repeat: &str| (first.to_owned(), repeat.to_owned());
    let no_token = |error: Error| Error::Token(TokenError::new(error));
    type Make<'a> = Box<dyn Fn() -> Result<Accepted, Error> + 'a>;
    let rows: Vec<(&str, Make<'_>, (String, String))> = vec![
        ("0", Box::new(|| Ok(accepted(7))), same("accepted 7")),
        ("45065", Box::new(|| Ok(already(7))), same("accepted before 7")),
        // The platform took the call for another call of the same content.
        (
            "45065 of another call",
            Box::new(|| Ok(already(9))),
            two("rejected Some(45065)", "unknown for good"),
        ),
        ("0 with another call's job", Box::new(|| Ok(accepted(9))), same("unknown for good")),
        ("45065 without a job", Box::new(|| Err(code(45065))), same(unknown)),
        // Nobody knows, whichever attempt it is.
        ("-1", Box::new(|| Err(code(-1))), same(unknown)),
        ("268488001", Box::new(|| Err(code(268_488_001))), same(unknown)),
        ("9500001", Box::new(|| Err(code(9_500_001))), same(unknown)),
        ("9500002", Box::new(|| Err(code(9_500_002))), same(unknown)),
        ("45066", Box::new(|| Err(code(45066))), same(unknown)),
        ("HTTP 500", Box::new(|| Err(reply(500, "<html>"))), same(unknown)),
        ("HTTP 502", Box::new(|| Err(reply(502, ""))), same(unknown)),
        ("HTML", Box::new(|| Err(reply(200, "<html>"))), same(unknown)),
        ("cut", Box::new(|| Err(reply(200, r#"{"errcode":0,"#))), same(unknown)),
        ("empty", Box::new(|| Err(reply(200, ""))), same(unknown)),
        ("no job in it", Box::new(|| Err(reply(200, r#"{"errcode":0}"#))), same(unknown)),
        ("timeout", Box::new(|| Err(transport(Kind::Timeout))), same(unknown)),
        ("interrupted", Box::new(|| Err(transport(Kind::Interrupted))), same(unknown)),
        ("bad answer", Box::new(|| Err(transport(Kind::BadAnswer))), same(unknown)),
        ("other", Box::new(|| Err(transport(Kind::Other))), same(unknown)),
        // Not sent: that settles a first attempt only.
        (
            "no connection",
            Box::new(|| Err(transport(Kind::Connect))),
            two("not sent None, try later", unknown),
        ),
        (
            "deadline",
            Box::new(|| Err(transport(Kind::DeadlinePassed))),
            two("not sent None, try later", unknown),
        ),
        (
            "wrong secret",
            Box::new(|| Err(no_token(code(40125)))),
            two("not sent Some(40125)", unknown),
        ),
        (
            "white list",
            Box::new(|| Err(no_token(code(40164)))),
            two("not sent Some(40164)", unknown),
        ),
        (
            "a limit of ours",
            Box::new(|| Err(Recipients::new(Vec::new()).unwrap_err().into())),
            two("not sent Some(40130)", unknown),
        ),
        // Refused: that settles a first attempt only, for a consumed draft answers 40007 and a
        // used quota 45028.
        ("40007", Box::new(|| Err(code(40007))), refused(40007)),
        ("45028", Box::new(|| Err(code(45028))), refused(45028)),
        ("40003", Box::new(|| Err(code(40003))), refused(40003)),
        ("40001", Box::new(|| Err(code(40001))), refused(40001)),
        ("45009", Box::new(|| Err(code(45009))), refused(45009)),
        ("45067", Box::new(|| Err(code(45067))), refused(45067)),
        ("48001", Box::new(|| Err(code(48001))), refused(48001)),
        // A gateway may have made it up, or the platform may have grown a new code.
        ("unheard of", Box::new(|| Err(code(777_777))), same(unknown)),
        // Refused, or waiting for the administrator: no document says which.
        ("89504", Box::new(|| Err(code(89504))), same("unknown for good")),
        ("89505", Box::new(|| Err(code(89505))), same("unknown for good")),
        // Too fast: a later repeat can still tell.
        ("42010", Box::new(|| Err(code(42010))), two("rejected Some(42010)", unknown)),
        ("45011", Box::new(|| Err(code(45011))), two("rejected Some(45011)", unknown)),
    ];
    for (name, make, (first, repeat)) in rows {
        assert_eq!(word(&judge(make(), false, &other)), first, "{name}, first attempt");
        assert_eq!(word(&judge(make(), true, &other)), repeat, "{name}, repeat");
    }
}

#[test]
fn reasons_name_what_happened_and_what_to_do() {
    let reason = |answer| match judge(Err(answer), true, &[]) {
        Answer::Unknown { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let text = reason(code(45028));
    for part in ["an earlier attempt may have been accepted", "45028", "a limit is used up", "额度"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let answer = judge(Ok(already(9)), true, &[MsgId::new(9)]);
    let Answer::Unknown { reason, .. } = answer else { panic!("{answer:?}") };
    assert!(reason.contains("job 9") && reason.contains("another call"), "{reason}");
}

/// Applies an intent and its answer.
fn attempt(campaign: &mut Campaign<'_>, chunk: usize, at: SystemTime, answer: Answer) {
    campaign.apply(&Entry::Intent { chunk, at });
    campaign.apply(&Entry::Answer { chunk, at, answer });
}

fn unknown() -> Answer {
    Answer::Unknown { reason: "lost".to_owned(), repeatable: true }
}

fn running(msg_id: u64) -> Answer {
    judge(Ok(accepted(msg_id)), false, &[])
}

fn report(msg_id: u64, status: JobStatus, source: ReportSource) -> MassReport {
    MassReport::new(MsgId::new(msg_id), status, source)
}

#[test]
fn a_refusal_halts_the_rest() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), judge(Err(code(45028)), false, &[]));
    assert_eq!(campaign.next(start()), Step::Done);
    let report = campaign.report();
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert!(report.halted.unwrap().starts_with("call 1: "));
    assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
}

#[test]
fn sixty_calls_a_minute_and_not_one_more() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    // Sixty attempts at the first call, a second apart; whatever came of them.
    for second in 0..60 {
        let at = start() + Duration::from_secs(second);
        assert_eq!(campaign.next(at), Step::Send { chunk: 0, repeat: false });
        campaign.apply(&Entry::Intent { chunk: 0, at });
        let answer = judge(Err(transport(TransportErrorKind::Connect)), false, &[]);
        campaign.apply(&Entry::Answer { chunk: 0, at: at - MINUTE, answer });
        campaign.apply(&Entry::Resumed { at });
    }
    let wait = Step::Wait { until: start() + MINUTE, reason: WaitReason::Pace };
    assert_eq!(campaign.next(start() + Duration::from_secs(59)), wait);
    assert_eq!(campaign.next(start() + MINUTE), Step::Send { chunk: 0, repeat: false });
}

#[test]
fn a_repeat_keeps_the_pace_too() {
    let policy = Policy { calls_per_minute: 1, ..Policy::default() };
    let mut campaign = Campaign::new(&TEXT, policy);
    campaign.apply(&Entry::Intent { chunk: 0, at: start() });
    campaign.apply(&Entry::Resumed { at: start() });
    let wait = Step::Wait { until: start() + MINUTE, reason: WaitReason::Pace };
    assert_eq!(campaign.next(start()), wait);
    assert_eq!(campaign.next(start() + MINUTE), Step::Send { chunk: 0, repeat: true });
}

#[test]
fn a_key_that_grew_old_during_a_wait_is_given_up() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), unknown());
    let window = Policy::default().key_window;
    assert_eq!(campaign.next(start() + window), Step::Send { chunk: 0, repeat: true });
    let late = start() + window + Duration::from_millis(1);
    assert_eq!(campaign.next(late), Step::GiveUp { chunk: 0 });
    campaign.give_up(0);
    assert_eq!(campaign.next(late), Step::Done);
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
    assert!(campaign.report().halted.unwrap().contains("look on mp.weixin.qq.com"));
    // What is not in question is not given up.
    let before = campaign.report();
    campaign.give_up(1);
    campaign.give_up(99);
    assert_eq!(campaign.report(), before);
}

#[test]
fn the_last_repeat_ends_before_the_window_does() {
    let policy = Policy { attempts: u32::MAX, ..Policy::default() };
    let mut campaign = Campaign::new(&TEXT, policy);
    let mut now = start();
    let mut last = now;
    loop {
        match campaign.next(now) {
            Step::Send { chunk: 0, .. } => {
                attempt(&mut campaign, 0, now, unknown());
                last = now;
            }
            Step::Wait { until, .. } => now = until,
            step => break assert_eq!(step, Step::Done),
        }
    }
    assert_eq!(last, start() + policy.key_window);
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided);
}

#[test]
fn a_clock_set_back_makes_an_open_call_undecided() {
    for back in [Duration::from_millis(1), DAY, 100 * DAY] {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        campaign.apply(&Entry::Intent { chunk: 0, at: start() });
        campaign.apply(&Entry::Resumed { at: start() - back });
        assert_eq!(campaign.report().conclusion(), Conclusion::Undecided, "{back:?}");
        let next = campaign.next(start() - back);
        assert!(!matches!(next, Step::Send { chunk: 0, .. }), "{back:?}: {next:?}");
    }
}

#[test]
fn a_call_of_unknown_job_does_not_take_another_call_s_job() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    attempt(&mut campaign, 0, start(), running(7));
    let others = campaign.jobs_of_others(1);
    assert_eq!(others, [MsgId::new(7)]);
    assert!(campaign.jobs_of_others(0).is_empty());
    attempt(&mut campaign, 1, start(), judge(Ok(already(7)), false, &others));
    assert_eq!(campaign.report().conclusion(), Conclusion::Undecided, "the first still runs");
    let report = campaign.report();
    assert!(matches!(report.chunks[1].outcome, ChunkOutcome::Refused { code: Some(45065), .. }));
    assert_eq!(report.chunks[2].outcome, ChunkOutcome::NotSent);
}

#[test]
fn reports_of_every_kind_and_order() {
    use ReportSource::{Callback, StatusQuery};
    let end = |reports: &[(JobStatus, ReportSource)]| {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        attempt(&mut campaign, 0, start(), running(7));
        for (status, source) in reports {
            let report = report(7, status.clone(), *source);
            campaign.apply(&Entry::Report { at: start(), report });
        }
        match campaign.report().chunks[0].outcome.clone() {
            ChunkOutcome::Ended { report, .. } => format!("{}, {}", report.status, report.source),
            ChunkOutcome::Running { .. } => "running".to_owned(),
            other => panic!("{other:?}"),
        }
    };
    use JobStatus::{Deleted, Fail, Sending, Success};
    assert_eq!(end(&[]), "running");
    assert_eq!(end(&[(Sending, StatusQuery)]), "running");
    assert_eq!(end(&[(Sending, Callback), (Success, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, StatusQuery)]), "send success, status query");
    assert_eq!(end(&[(Success, StatusQuery), (Success, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Success, StatusQuery)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Fail, Callback)]), "send success, callback");
    assert_eq!(end(&[(Success, Callback), (Sending, Callback)]), "send success, callback");
    assert_eq!(end(&[(Fail, StatusQuery)]), "send fail, status query");
    assert_eq!(end(&[(Deleted, StatusQuery), (Deleted, StatusQuery)]), "deleted, status query");
}

#[test]
fn a_report_may_come_before_the_answer() {
    let mut campaign = Campaign::new(&TEXT, Policy::default());
    campaign.apply(&Entry::Intent { chunk: 0, at: start() });
    for msg_id in [7, 7, 8] {
        let report = report(msg_id, JobStatus::Success, ReportSource::Callback);
        campaign.apply(&Entry::Report { at: start(), report });
    }
    assert!(!owns(&campaign, MsgId::new(7)));
    campaign.apply(&Entry::Answer { chunk: 0, at: start(), answer: running(7) });
    assert!(owns(&campaign, MsgId::new(7)));
    assert!(campaign.report().chunks[0].outcome.is_success());
}

#[test]
fn conclusions_follow_from_the_calls() {
    let conclude = |answers: &[Answer], ended: &[u64]| {
        let mut campaign = Campaign::new(&TEXT, Policy::default());
        for (chunk, answer) in answers.iter().enumerate() {
            attempt(&mut campaign, chunk, start(), answer.clone());
        }
        for msg_id in ended {
            let report = report(*msg_id, JobStatus::Success, ReportSource::Callback);
            campaign.apply(&Entry::Report { at: start(), report });
        }
        campaign.report().conclusion()
    };
    let refused = || judge(Err(code(45028)), false, &[]);
    let lost = || Answer::Unknown { reason: String::new(), repeatable: false };
    assert_eq!(conclude(&[], &[]), Conclusion::Refused);
    assert_eq!(conclude(&[refused()], &[]), Conclusion::Refused);
    assert_eq!(conclude(&[running(1), running(2), running(3)], &[1, 2, 3]), Conclusion::Success);
    assert_eq!(conclude(&[running(1), running(2), running(3)], &[1, 2]), Conclusion::Undecided);
    assert_eq!(conclude(&[running(1), running(2), refused()], &[1, 2]), Conclusion::Partly);
    assert_eq!(conclude(&[running(1), running(2)], &[1, 2]), Conclusion::Partly);
    assert_eq!(conclude(&[running(1), lost()], &[1]), Conclusion::Undecided);
    assert_eq!(conclude(&[lost()], &[]), Conclusion::Undecided);
}

/// What the platform really holds, and what really happened, seen by nobody.
#[derive(Debug, Default)]
struct Truth {
    /// By call: when the platform took it, and the job.
    taken: BTreeMap<usize, (SystemTime, u64)>,
    /// By call: how many messages each of its followers got.
    messages: BTreeMap<usize, usize>,
    jobs: u64,
    /// By call: the draft its first attempt named, while that is not settled.
    open: BTreeMap<usize, (SystemTime, Option<MediaId>)>,
    /// Calls whose acceptance is recorded.
    accepted: Vec<usize>,
    sent_at: Vec<SystemTime>,
}

/// What befalls one request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Taken and answered.
    Fine,
    /// Taken, and the answer is lost.
    AnswerLost,
    /// Lost on its way.
    Lost,
    NotSent,
    NoToken,
    Refused(i64),
    /// Taken, and the program dies.
    DeathAfter,
    /// The program dies before the request.
    DeathBefore,
}

impl Truth {
    /// The platform's side of a send.
    fn take(&mut self, chunk: usize, now: SystemTime) -> Accepted {
        if let Some((at, job)) = self.taken.get(&chunk)
            && now < *at + DAY
        {
            return already(*job);
        }
        self.jobs += 1;
        self.taken.insert(chunk, (now, self.jobs));
        *self.messages.entry(chunk).or_default() += 1;
        accepted(self.jobs)
    }

    /// One send of the campaign; none when the program died of it.
    fn send(
        &mut self,
        campaign: &mut Campaign<'_>,
        chunk: usize,
        repeat: bool,
        now: SystemTime,
        fate: Fate,
    ) -> bool {
        self.check(campaign, chunk, repeat, now);
        let draft = campaign.chunks[chunk].draft.clone();
        self.open.entry(chunk).or_insert((now, draft));
        self.sent_at.push(now);
        campaign.apply(&Entry::Intent { chunk, at: now });
        let answer = match fate {
            Fate::DeathBefore => return false,
            Fate::DeathAfter => {
                self.take(chunk, now);
                return false;
            }
            Fate::Fine => Ok(self.take(chunk, now)),
            Fate::AnswerLost => {
                self.take(chunk, now);
                Err(transport(TransportErrorKind::Interrupted))
            }
            Fate::Lost => Err(transport(TransportErrorKind::Timeout)),
            Fate::NotSent => Err(transport(TransportErrorKind::Connect)),
            Fate::NoToken => Err(Error::Token(TokenError::new(code(40164)))),
            Fate::Refused(number) => Err(code(number)),
        };
        let answer = judge(answer, repeat, &campaign.jobs_of_others(chunk));
        match &answer {
            Answer::Accepted { .. } => {
                self.accepted.push(chunk);
                self.open.remove(&chunk);
            }
            Answer::Rejected { .. } | Answer::NotSent { .. } => {
                self.open.remove(&chunk);
            }
            Answer::Unknown { .. } => {}
        }
        campaign.apply(&Entry::Answer { chunk, at: now, answer });
        true
    }

    /// What must hold whenever the campaign asks for a send.
    fn check(&self, campaign: &Campaign<'_>, chunk: usize, repeat: bool, now: SystemTime) {
        assert!(campaign.halted.is_none(), "nothing is sent by a halted campaign");
        assert!(!self.accepted.contains(&chunk), "call {chunk} is accepted already");
        assert!(!campaign.chunks[chunk].is_settled(), "call {chunk} is settled");
        assert_eq!(repeat, self.open.contains_key(&chunk), "call {chunk}: repeat or not");
        if let Some((first, draft)) = self.open.get(&chunk) {
            assert!(now <= *first + campaign.policy.key_window, "the key is too old");
            assert_eq!(&campaign.chunks[chunk].draft, draft, "a repeat with another draft");
        }
        let recent = self.sent_at.iter().filter(|at| **at + MINUTE > now).count();
        assert!(recent < campaign.policy.calls_per_minute, "too many calls in a minute");
        let earlier = campaign.chunks.iter().take(chunk).all(ChunkState::is_settled);
        assert!(earlier, "calls go out one after the other");
        let content = campaign.plan.content();
        assert!(!content.needs_draft() || campaign.chunks[chunk].draft.is_some());
    }

    fn assert_no_second_message(&self) {
        assert!(self.messages.values().all(|count| *count <= 1), "{self:?}");
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        3 => Just(Fate::Fine),
        2 => Just(Fate::AnswerLost),
        1 => Just(Fate::Lost),
        1 => Just(Fate::NotSent),
        1 => Just(Fate::NoToken),
        2 => prop::sample::select(vec![40007_i64, 45028, 42010, 45011, 45066, -1])
            .prop_map(Fate::Refused),
        2 => Just(Fate::DeathAfter),
        1 => Just(Fate::DeathBefore),
    ]
}

/// What a driver, or the world around it, does next.
#[derive(Clone, Debug)]
enum Deed {
    /// Does what is next; a request has this fate.
    Step(Fate),
    /// The machine sleeps for so many seconds.
    Sleep(u64),
    /// The program is started again.
    Restart,
    /// A report of some job comes.
    Report(Index, Index),
    /// An upload or a draft fails.
    PrepareFails,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => fate().prop_map(Deed::Step),
        1 => prop_oneof![0_u64..120, 0_u64..100_000].prop_map(Deed::Sleep),
        1 => Just(Deed::Restart),
        2 => any::<(Index, Index)>().prop_map(|(job, kind)| Deed::Report(job, kind)),
        1 => Just(Deed::PrepareFails),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let seconds = Duration::from_secs;
    (1_usize..4, 0_u64..200, 1_u32..5, prop::bool::ANY).prop_map(
        move |(calls_per_minute, pause, attempts, callbacks)| Policy {
            calls_per_minute,
            repeat_after: seconds(pause),
            attempts,
            wait_for_counters: if callbacks { seconds(30) } else { Duration::ZERO },
            ..Policy::default()
        },
    )
}

/// A driver over the pure machine: all that the real one does, without IO.
struct Simulation<'p> {
    campaign: Campaign<'p>,
    truth: Truth,
    now: SystemTime,
    drafts: usize,
}

impl Simulation<'_> {
    /// Does what is next; false when that is nothing.
    fn step(&mut self, fate: Fate) -> bool {
        let now = self.now;
        match self.campaign.next(now) {
            Step::UploadPicture { article, source } => {
                let url = "http://mmbiz.qpic.cn/x".to_owned();
                self.campaign.apply(&Entry::Picture { article, source, url });
            }
            Step::AddCover { article } => {
                self.campaign.apply(&Entry::Cover { article, media_id: media("cover") });
            }
            Step::AddDraft { chunk } => {
                assert!(!self.truth.open.contains_key(&chunk), "a repeat needs no new draft");
                self.drafts += 1;
                let media_id = media(&format!("draft-{}", self.drafts));
                self.campaign.apply(&Entry::Draft { chunk, media_id });
            }
            Step::Send { chunk, repeat } => {
                if !self.truth.send(&mut self.campaign, chunk, repeat, now, fate) {
                    self.restart();
                }
            }
            Step::GiveUp { chunk } => self.campaign.give_up(chunk),
            Step::Poll { msg_id } => {
                assert!(owns(&self.campaign, msg_id));
                if matches!(fate, Fate::Fine) {
                    let report =
                        MassReport::new(msg_id, JobStatus::Success, ReportSource::StatusQuery);
                    self.campaign.apply(&Entry::Report { at: now, report });
                } else {
                    self.campaign.looked(now, msg_id);
                }
            }
            Step::Wait { until, .. } => {
                assert!(until > now, "a wait that is over already");
                self.now = until;
            }
            Step::Done => return false,
        }
        true
    }

    fn restart(&mut self) {
        self.campaign.apply(&Entry::Resumed { at: self.now });
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Step(fate) => {
                self.step(fate);
            }
            Deed::Sleep(seconds) => self.now += Duration::from_secs(seconds),
            Deed::Restart => self.restart(),
            Deed::Report(job, kind) => {
                let msg_id = job.index(5) as u64 + 1;
                let (statuses, sources) = (
                    [JobStatus::Success, JobStatus::Fail, JobStatus::Sending],
                    [ReportSource::Callback, ReportSource::StatusQuery],
                );
                let (status, source) = (kind.index(3), kind.index(2));
                let report = report(msg_id, statuses[status].clone(), sources[source]);
                self.campaign.apply(&Entry::Report { at: self.now, report });
            }
            Deed::PrepareFails => {
                let step = self.campaign.next(self.now);
                if matches!(step, Step::UploadPicture { .. } | Step::AddDraft { .. }) {
                    self.campaign.halt("the upload failed");
                }
            }
        }
    }

    /// Nothing goes wrong any more: it comes to an end by itself.
    fn run_out(&mut self) {
        for _ in 0..10_000 {
            if !self.step(Fate::Fine) {
                return;
            }
        }
        panic!("it never ends: {:?}", self.campaign);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_story_brings_a_second_message(
        deeds in prop::collection::vec(deed(), 0..60),
        article in prop::bool::ANY,
        policy in policy(),
    ) {
        let plan: &Plan = if article { &ARTICLE } else { &TEXT };
        let mut simulation = Simulation {
            campaign: Campaign::new(plan, policy),
            truth: Truth::default(),
            now: start(),
            drafts: 0,
        };
        for deed in deeds {
            simulation.act(deed);
            simulation.truth.assert_no_second_message();
        }
        simulation.run_out();
        let report = simulation.campaign.report();
        // It stopped early only with a reason.
        let not_sent = report.chunks.iter().any(|c| c.outcome == ChunkOutcome::NotSent);
        prop_assert!(!not_sent || report.halted.is_some(), "{report:?}");
        // Run once more, what can still be sent is sent, and what is not sent is undecided.
        simulation.restart();
        simulation.run_out();
        simulation.truth.assert_no_second_message();
        let report = simulation.campaign.report();
        for (number, chunk) in report.chunks.iter().enumerate() {
            let messages = simulation.truth.messages.get(&number).copied().unwrap_or_default();
            match &chunk.outcome {
                ChunkOutcome::Ended { .. } => prop_assert_eq!(messages, 1, "call {}", number),
                ChunkOutcome::Undecided { .. } => {}
                other => prop_assert!(report.halted.is_some(), "{other:?} in {report:?}"),
            }
        }
    }

    #[test]
    fn a_world_without_faults_reaches_all(article in prop::bool::ANY, policy in policy()) {
        let plan: &Plan = if article { &ARTICLE } else { &TEXT };
        let mut simulation = Simulation {
            campaign: Campaign::new(plan, policy),
            truth: Truth::default(),
            now: start(),
            drafts: 0,
        };
        simulation.run_out();
        prop_assert_eq!(simulation.campaign.report().conclusion(), Conclusion::Success);
        prop_assert_eq!(simulation.truth.messages.len(), 3);
        prop_assert_eq!(simulation.drafts, if article { 3 } else { 0 });
    }

    #[test]
    fn any_entries_at_any_time_are_survived(
        entries in prop::collection::vec(entry(), 0..40),
        article in prop::bool::ANY,
        policy in policy(),
        looks in prop::collection::vec(0_u64..u64::MAX / 2, 1..4),
    ) {
        let plan: &Plan = if article { &ARTICLE } else { &TEXT };
        let mut campaign = Campaign::new(plan, policy);
        for entry in &entries {
            campaign.apply(entry);
            for look in &looks {
                let now = SystemTime::UNIX_EPOCH + Duration::from_millis(*look);
                if let Step::Send { chunk, .. } = campaign.next(now) {
                    prop_assert!(!campaign.chunks[chunk].is_settled());
                }
            }
            campaign.report().totals();
        }
    }

    #[test]
    fn an_entry_comes_back_from_its_line(entry in entry()) {
        let line = serde_json::to_string(&entry).unwrap();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(serde_json::from_str::<Entry>(&line).unwrap(), entry);
    }
}

fn time() -> impl Strategy<Value = SystemTime> {
    let millis = prop_oneof![
        1_768_183_200_000_u64..1_768_183_900_000,
        0_u64..4_000_000_000_000,
        0_u64..u64::MAX / 2,
    ];
    millis.prop_map(|millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}

fn answer() -> impl Strategy<Value = Answer> {
    let reason = "[a-z\"\\n茶]{0,5}";
    prop_oneof![
        (0_u64..9, any::<bool>()).prop_map(|(job, already)| Answer::Accepted {
            msg_id: MsgId::new(job),
            msg_data_id: None,
            already
        }),
        (any::<Option<i64>>(), reason).prop_map(|(code, reason)| Answer::Rejected { code, reason }),
        (any::<Option<i64>>(), reason, any::<bool>())
            .prop_map(|(code, reason, passing)| Answer::NotSent { code, reason, passing }),
        (reason, any::<bool>())
            .prop_map(|(reason, repeatable)| Answer::Unknown { reason, repeatable }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let statuses =
        vec!["send success", "send fail", "sending", "delete", "err(30003)", "new \"x\""];
    let status = prop::sample::select(statuses).prop_map(JobStatus::from_wire);
    prop_oneof![
        (0_usize..3, "[a-z./\"]{1,5}", "[a-z:/]{1,5}")
            .prop_map(|(article, source, url)| Entry::Picture { article, source, url }),
        (0_usize..3).prop_map(|article| Entry::Cover { article, media_id: media("cover") }),
        (0_usize..5).prop_map(|chunk| Entry::Draft { chunk, media_id: media("draft") }),
        (0_usize..5, time()).prop_map(|(chunk, at)| Entry::Intent { chunk, at }),
        (0_usize..5, time(), answer()).prop_map(|(chunk, at, answer)| Entry::Answer {
            chunk,
            at,
            answer
        }),
        (time(), 0_u64..9, status, any::<bool>(), any::<Option<u64>>()).prop_map(
            |(at, job, status, called, sent)| {
                let source =
                    if called { ReportSource::Callback } else { ReportSource::StatusQuery };
                let mut report = MassReport::new(MsgId::new(job), status, source);
                report.sent = sent;
                Entry::Report { at, report }
            }
        ),
        time().prop_map(|at| Entry::Resumed { at }),
    ]
}
