//! Any story at all, against a platform in a few lines that keeps the truth.

use super::*;

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
        let before = campaign.chunks[chunk].before();
        assert_eq!(repeat, before != Before::Nothing);
        let draft = campaign.chunks[chunk].draft.clone();
        self.open.entry(chunk).or_insert((now, draft));
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
        let answer = {
            let other = other_owner(campaign, &answer, chunk);
            judge(answer, &KEY, before, Others { owner: other.as_ref(), open: None })
        };
        match &answer {
            Answer::Accepted { .. } => {
                self.accepted.push(chunk);
                self.open.remove(&chunk);
            }
            Answer::Mistaken { .. } | Answer::Rejected { .. } | Answer::NotSent { .. } => {
                self.open.remove(&chunk);
            }
            Answer::Doubtful { .. } | Answer::Ambiguous { .. } | Answer::Unknown { .. } => {}
        }
        campaign.apply(&Entry::Answer { chunk, at: now, answer });
        true
    }

    /// What must hold whenever the campaign asks for a send.
    fn check(&self, campaign: &Campaign<'_>, chunk: usize, repeat: bool, now: SystemTime) {
        assert!(campaign.halted.is_none(), "nothing is sent by a halted campaign");
        assert_eq!(campaign.brake, None, "nothing is sent against a brake");
        assert!(!self.accepted.contains(&chunk), "call {chunk} is accepted already");
        assert!(!campaign.chunks[chunk].is_settled(), "call {chunk} is settled");
        assert_eq!(repeat, self.open.contains_key(&chunk), "call {chunk}: repeat or not");
        if let Some((first, draft)) = self.open.get(&chunk) {
            assert!(now <= *first + campaign.policy.key_window, "the key is too old");
            assert_eq!(&campaign.chunks[chunk].draft, draft, "a repeat with another draft");
        }
        let earlier = campaign.chunks.iter().take(chunk).all(ChunkState::is_settled);
        assert!(earlier, "calls go out one after the other");
        assert!(!campaign.outline.needs_draft() || campaign.chunks[chunk].draft.is_some());
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
    /// A human stops the campaign, or says go on.
    Stop,
    GoOn,
    /// A human finds out about an open call, and with which job it was sent.
    Resolve(Index, bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        12 => fate().prop_map(Deed::Step),
        1 => prop_oneof![0_u64..120, 0_u64..100_000].prop_map(Deed::Sleep),
        1 => Just(Deed::Restart),
        2 => any::<(Index, Index)>().prop_map(|(job, kind)| Deed::Report(job, kind)),
        1 => Just(Deed::PrepareFails),
        1 => Just(Deed::Stop),
        2 => Just(Deed::GoOn),
        1 => any::<(Index, bool)>().prop_map(|(call, job)| Deed::Resolve(call, job)),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let seconds = Duration::from_secs;
    let canary = prop::sample::select(vec![Canary::Off, Canary::Off, Canary::ThenRest]);
    let any = (0_u64..200, 1_u32..5, prop::bool::ANY, canary);
    any.prop_map(move |(pause, attempts, callbacks, canary)| Policy {
        canary,
        repeat_after: seconds(pause),
        attempts,
        wait_for_counters: if callbacks { seconds(30) } else { Duration::ZERO },
        ..Policy::default()
    })
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
            Step::GiveUp { chunk, why } => self.campaign.give_up(chunk, why),
            Step::Overdue { msg_id } => self.campaign.overdue(msg_id),
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
            Deed::Stop => self.campaign.apply(&Entry::Stopped { at: self.now }),
            Deed::GoOn => self.campaign.apply(&Entry::GoOn { at: self.now }),
            Deed::Resolve(call, names_job) => {
                let chunk = call.index(3);
                if !self.campaign.chunks[chunk].is_open() {
                    return;
                }
                let resolution = match self.truth.taken.get(&chunk) {
                    None => Resolution::NotSent,
                    Some((_, job)) => {
                        self.truth.accepted.push(chunk);
                        Resolution::Sent { msg_id: names_job.then(|| MsgId::new(*job)) }
                    }
                };
                self.truth.open.remove(&chunk);
                self.campaign.apply(&Entry::Resolved { chunk, at: self.now, resolution });
            }
            Deed::PrepareFails => {
                let step = self.campaign.next(self.now);
                if matches!(step, Step::UploadPicture { .. } | Step::AddDraft { .. }) {
                    let until = self.now + Duration::from_secs(60);
                    if !self.campaign.preparation.put_off(until, WaitReason::NoWay) {
                        self.campaign.halt("the upload failed");
                    }
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
        simulation.campaign.apply(&Entry::GoOn { at: simulation.now });
        simulation.restart();
        simulation.run_out();
        simulation.truth.assert_no_second_message();
        let report = simulation.campaign.report();
        for (number, chunk) in report.chunks.iter().enumerate() {
            let messages = simulation.truth.messages.get(&number).copied().unwrap_or_default();
            match &chunk.outcome {
                ChunkOutcome::Ended { .. } | ChunkOutcome::SaidSent => {
                    prop_assert_eq!(messages, 1, "call {}", number);
                }
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
        (0_u64..9, reason)
            .prop_map(|(job, reason)| Answer::Ambiguous { msg_id: MsgId::new(job), reason }),
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
        time().prop_map(|at| Entry::Stopped { at }),
        time().prop_map(|at| Entry::GoOn { at }),
        (0_usize..5, time(), any::<Option<u64>>()).prop_map(|(chunk, at, job)| Entry::Resolved {
            chunk,
            at,
            resolution: Resolution::Sent { msg_id: job.map(MsgId::new) },
        }),
        (0_usize..5, time()).prop_map(|(chunk, at)| Entry::Resolved {
            chunk,
            at,
            resolution: Resolution::NotSent,
        }),
    ]
}
