//! Saving and loading the whole state: what comes back is the same to every question.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use wechat_mock::{
    AccountBuilder, Hindrance, JobProgress, LoadError, MaterialKind, MockServer, MockServerBuilder,
    OriginalArticle, PublishStatus, Verdict, WebsiteSend,
};
#[cfg(feature = "callbacks")]
use wechat_mock::{CallbackFault, CallbackTarget, EncodingAesKey, PushOutcome, Trigger};
use wechat_types::id::{AppId, MsgId, OpenId, TagId, UnionId, WeChatName};

use crate::rig::{
    DELETE, DRAFT_ADD, GET, PNG, PREVIEW, Rig, SEND, SENDALL, mpnews_to_all, request, text_to,
    text_to_all, upload,
};

/// Everything that a test can do to a server; the numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
    PlainToken,
    StableToken(bool),
    Revoke,
    Follow(usize),
    Import(usize),
    Hinder(usize, u8),
    Tag(usize, u64),
    DeleteTag(u64),
    Profile(usize),
    Name(usize),
    Moved(usize),
    Upload(bool),
    Draft,
    Publish(usize),
    SendAll(usize),
    Send(Vec<usize>, Option<u8>),
    SendDraft(usize, u8),
    Website,
    Preview(usize),
    Status(usize),
    Delete(usize),
    List,
    Verdict(u8),
    Quota(Option<u32>),
    Speed(u8),
    Bad,
    Fault(u8),
    Setting(u8),
    Original,
    Callback(u8),
    CallbackFault(u8),
    Trigger(usize),
    Deliver(u8),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let n = || 0..40_usize;
    prop_oneof![
        1 => Just(PlainToken),
        1 => any::<bool>().prop_map(StableToken),
        1 => Just(Revoke),
        3 => n().prop_map(Follow),
        1 => n().prop_map(Import),
        2 => (n(), 0..6_u8).prop_map(|(who, what)| Hinder(who, what)),
        3 => (n(), 100..104_u64).prop_map(|(who, tag)| Tag(who, tag)),
        1 => (100..104_u64).prop_map(DeleteTag),
        1 => n().prop_map(Profile),
        1 => n().prop_map(Name),
        1 => n().prop_map(Moved),
        1 => any::<bool>().prop_map(Upload),
        2 => Just(Draft),
        1 => n().prop_map(Publish),
        2 => n().prop_map(SendAll),
        3 => (prop::collection::vec(n(), 2..12), prop::option::of(0..4_u8))
            .prop_map(|(who, key)| Send(who, key)),
        2 => (n(), 0..4_u8).prop_map(|(draft, key)| SendDraft(draft, key)),
        1 => Just(Website),
        1 => n().prop_map(Preview),
        2 => n().prop_map(Status),
        1 => n().prop_map(Delete),
        1 => Just(List),
        1 => (0..4_u8).prop_map(Verdict),
        1 => prop::option::of(0..3_u32).prop_map(Quota),
        1 => (0..6_u8).prop_map(Speed),
        1 => Just(Bad),
        2 => (0..9_u8).prop_map(Fault),
        1 => (0..5_u8).prop_map(Setting),
        1 => Just(Original),
        1 => (0..5_u8).prop_map(Callback),
        1 => (0..4_u8).prop_map(CallbackFault),
        2 => n().prop_map(Trigger),
        2 => (0..4_u8).prop_map(Deliver),
        3 => prop_oneof![0..3_u64, 60..7300_u64, 80_000..200_000_u64].prop_map(Advance),
    ]
}

/// One in five has an OpenID of another length.
fn openid(who: usize) -> OpenId {
    let text =
        if who.is_multiple_of(5) { format!("oOdd{who}") } else { format!("oTEST{who:0>23}") };
    OpenId::new(text).unwrap()
}

fn shown(exchange: &wechat_mock::Exchange) -> String {
    let response = exchange.response.as_ref();
    let response = response.map(|r| (r.status(), r.headers().clone(), r.body().clone()));
    format!("{response:?} {:?} {:?}", exchange.fault, exchange.delay)
}

/// A server with the answers that it gives, as far as they are told apart from others.
struct World {
    rig: Rig,
}

impl World {
    fn call(&self, path: &str, body: &Value) -> String {
        // One token for many calls: what a client keeps must be good after a load too.
        let token = self.rig.exchange(&request(
            "POST",
            "/cgi-bin/stable_token",
            self.rig.credentials().to_string().into(),
        ));
        let answer = token.response.as_ref().and_then(|r| serde_json::from_slice(r.body()).ok());
        let answer: Value = answer.unwrap_or_default();
        let text = answer["access_token"].as_str().unwrap_or("none");
        let url = format!("{path}?access_token={text}");
        let sent = self.rig.exchange(&request("POST", &url, body.to_string().into()));
        format!("{} {}", shown(&token), shown(&sent))
    }

    fn job(&self, number: usize) -> MsgId {
        let jobs = self.rig.server.jobs();
        jobs.get(number % jobs.len().max(1)).map_or(MsgId::new(1), |job| job.msg_id)
    }

    /// What the server answers to a step, byte for byte.
    fn take(&self, step: &Step) -> String {
        let (rig, server, now) = (&self.rig, &self.rig.server, self.rig.now());
        let members = |who: usize| json!({"openid_list": [openid(who).as_str()], "tagid": 101});
        let draft = |number: usize| {
            let drafts = server.drafts();
            let draft = drafts.get(number % drafts.len().max(1));
            draft.map_or("none".to_owned(), |(id, _)| id.as_str().to_owned())
        };
        match step {
            Step::PlainToken => {
                return shown(&rig.exchange(&request("GET", &rig.token_url(), "".into())));
            }
            Step::StableToken(force) => {
                let mut body = rig.credentials();
                body["force_refresh"] = json!(force);
                let url = "/cgi-bin/stable_token";
                return shown(&rig.exchange(&request("POST", url, body.to_string().into())));
            }
            Step::Revoke => server.revoke_tokens(now),
            Step::Follow(who) => server.add_follower(openid(*who)),
            Step::Import(who) => {
                let line = format!("{}\t100,103\trefuses\t1700000000\n", openid(*who));
                server.import_followers(line.as_bytes()).unwrap();
            }
            Step::Hinder(who, what) => server.set_hindrance(
                &openid(*who),
                match what {
                    0 => Some(Hindrance::Unsubscribed),
                    1 => Some(Hindrance::Refuses),
                    2 => Some(Hindrance::Blacklisted),
                    3 => Some(Hindrance::Unreachable),
                    _ => None,
                },
            ),
            Step::Tag(who, tag) => {
                server.add_tag(TagId::new(*tag), format!("t{tag}"));
                server.tag_follower(&openid(*who), TagId::new(*tag));
                return self.call("/cgi-bin/tags/members/batchtagging", &members(*who));
            }
            Step::DeleteTag(tag) => {
                return self.call("/cgi-bin/tags/delete", &json!({"tag": {"id": tag}}));
            }
            Step::Profile(who) => server.change_profile(&openid(*who), |profile| {
                profile.remark = format!("{who} \u{2028}\"");
                profile.union_id = UnionId::new("u1").ok();
            }),
            Step::Name(who) => {
                server.add_wechat_name(WeChatName::new(format!("n{who}")).unwrap(), openid(*who));
            }
            Step::Moved(who) => {
                server.add_moved_follower(
                    AppId::new("wxold").unwrap(),
                    openid(who + 50),
                    openid(*who),
                );
            }
            Step::Upload(temporary) => {
                let path = if *temporary { "media/upload" } else { "material/add_material" };
                let url = format!("/cgi-bin/{path}?type=image&access_token={}", rig.token());
                return shown(&rig.exchange(&upload(&url, "a.png", PNG)));
            }
            Step::Draft => {
                let thumb = server.add_material(MaterialKind::Image);
                let content = "<p>文</p><img src=\"http://x/\">";
                let article =
                    json!({"title": "标题", "content": content, "thumb_media_id": thumb.as_str()});
                return self.call(DRAFT_ADD, &json!({"articles": [article]}));
            }
            Step::Publish(number) => {
                server.next_publish_status(PublishStatus::AuditFailed(vec![1]));
                return self
                    .call("/cgi-bin/freepublish/submit", &json!({"media_id": draft(*number)}));
            }
            Step::SendAll(number) => {
                return self.call(SENDALL, &text_to_all(&format!("all {number}")));
            }
            Step::Send(who, key) => {
                let fans: Vec<OpenId> = who.iter().map(|who| openid(*who)).collect();
                let key = key.map(|key| format!("key{key}"));
                return self.call(SEND, &text_to(&fans, "text", key.as_deref()));
            }
            Step::SendDraft(number, key) => {
                return self.call(SENDALL, &mpnews_to_all(&draft(*number), &format!("key{key}")));
            }
            Step::Website => {
                return format!(
                    "{:?}",
                    server.send_on_website(&WebsiteSend::text_to_everyone("w"))
                );
            }
            Step::Preview(who) => {
                let body = json!({"touser": openid(*who).as_str(), "towxname": format!("n{who}"), "msgtype": "text", "text": {"content": "p"}});
                return self.call(PREVIEW, &body);
            }
            Step::Status(number) => {
                return self.call(GET, &json!({"msg_id": self.job(*number).get()}));
            }
            Step::Delete(number) => {
                return self.call(DELETE, &json!({"msg_id": self.job(*number).get()}));
            }
            Step::List => {
                let list = |path: &str, body: Value| self.call(&format!("/cgi-bin/{path}"), &body);
                return [
                    list(
                        "material/batchget_material",
                        json!({"type": "image", "offset": 0, "count": 20}),
                    ),
                    list("draft/batchget", json!({"offset": 0, "count": 20})),
                    list("freepublish/batchget", json!({"offset": 0, "count": 20})),
                    list("openapi/quota/get", json!({"cgi_path": SEND})),
                    list("user/tag/get", json!({"tagid": 101, "next_openid": ""})),
                    list(
                        "changeopenid",
                        json!({"from_appid": "wxold", "openid_list": [openid(55).as_str()]}),
                    ),
                ]
                .join("\n");
            }
            Step::Verdict(which) => server.next_job_verdict(match which {
                0 => Verdict::Fail,
                1 => Verdict::Refused(30003),
                _ => Verdict::Success,
            }),
            Step::Quota(left) => server.set_mass_quota_left(*left),
            Step::Speed(level) => {
                return self.call("/cgi-bin/message/mass/speed/set", &json!({"speed": level}));
            }
            Step::Bad => {
                return self.call(
                    "/cgi-bin/openapi/rid/get",
                    &json!({"rid": "65d8709e-495d7ac7-6d3f45f8"}),
                );
            }
            Step::Fault(which) => {
                let rule = server.on(SEND);
                match which {
                    0 => rule.nth(2).answer_lost(),
                    1 => rule.times(2).errcode(-1),
                    2 => rule.probability(0.3, 7).status(502),
                    3 => rule.containing("text").cut(9),
                    4 => rule.delayed(Duration::from_millis(1500)),
                    5 => rule.garbled(),
                    7 => rule.token_younger_than(Duration::from_millis(60_500)).stale_node(),
                    6 => rule.errcode_after_effect(-1),
                    _ => server.clear_faults(),
                }
            }
            Step::Setting(which) => server.configure(|s| match which {
                0 => s.progress = JobProgress::Immediate,
                1 => s.progress = JobProgress::AfterQueries(2),
                2 => s.progress = JobProgress::default(),
                3 => s.mass_protection = !s.mass_protection,
                _ => s.push_pause = Duration::from_millis(7500),
            }),
            Step::Original => server.add_original(OriginalArticle::new("标题")),
            _ => return self.callbacks(step),
        }
        String::new()
    }

    #[cfg(not(feature = "callbacks"))]
    fn callbacks(&self, step: &Step) -> String {
        if let Step::Advance(seconds) = step {
            self.rig.advance(*seconds);
            self.rig.server.due(self.rig.now());
        }
        String::new()
    }

    #[cfg(feature = "callbacks")]
    fn callbacks(&self, step: &Step) -> String {
        let (rig, server) = (&self.rig, &self.rig.server);
        match step {
            Step::Callback(which) => {
                let key =
                    EncodingAesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
                let (url, token) = ("http://127.0.0.1/wx?a=b", crate::callbacks::token());
                match which {
                    0 => server.set_callback(None),
                    1 => server.set_callback(Some(CallbackTarget::plain(url, token))),
                    2 => server.set_callback(Some(CallbackTarget::compatible(url, token, key))),
                    3 => server.set_callback(Some(CallbackTarget::safe(url, token, key))),
                    _ => server.submit_callback(CallbackTarget::safe(
                        "http://127.0.0.1/new",
                        token,
                        key,
                    )),
                }
            }
            Step::CallbackFault(which) => server.disturb_next_callback(match which {
                0 => CallbackFault::Lost,
                1 => CallbackFault::Doubled,
                2 => CallbackFault::Swapped,
                _ => CallbackFault::Delayed(Duration::from_secs(100)),
            }),
            Step::Trigger(who) => server.trigger(match who % 3 {
                0 => Trigger::subscribe_by_qr(&openid(*who), "s", "t"),
                1 => Trigger::unsubscribe(&openid(*who)),
                _ => Trigger::text(&openid(*who), "hello"),
            }),
            Step::Deliver(which) => {
                let mut shown = String::new();
                for push in server.due(rig.now()) {
                    let answer = match which {
                        0 => PushOutcome::NoAnswer,
                        1 => PushOutcome::Answered { status: 200, body: "<xml>reply</xml>".into() },
                        _ if push.echo.is_some() => {
                            PushOutcome::Answered { status: 200, body: push.echo.clone().unwrap() }
                        }
                        _ => PushOutcome::success(),
                    };
                    shown +=
                        &format!("{} {} {} {:?}\n", push.id, push.attempt, push.url, push.body);
                    server.settle(&push, &answer, rig.now());
                }
                return shown + &format!("{:?}", server.callback_results());
            }
            Step::Advance(seconds) => {
                rig.advance(*seconds);
                return format!("{:?}", server.next_due());
            }
            _ => unreachable!("{step:?}"),
        }
        String::new()
    }
}

fn world(build: impl FnOnce(MockServerBuilder) -> MockServerBuilder) -> World {
    World { rig: Rig::with(build) }
}

fn saved(server: &MockServer) -> Vec<u8> {
    let mut bytes = Vec::new();
    server.save(&mut bytes).unwrap();
    bytes
}

/// Another server for the same AppID; all else of it is other.
fn fresh(of: &MockServer) -> World {
    world(|b| {
        let other = b.seed(99).app_id(of.app_id()).followers(7).settings(|s| s.title_limit = 1);
        other.setup(|server| drop(server.add_draft()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..<_>::default() })]

    /// Whatever happened before: what was loaded answers the same as what was saved, for ever.
    #[test]
    fn what_was_loaded_goes_on_as_what_was_saved(
        before in prop::collection::vec(step(), 0..70),
        after in prop::collection::vec(step(), 1..50),
    ) {
        let one = world(|b| b.seed(5).followers(9));
        before.iter().for_each(|step| drop(one.take(step)));
        let bytes = saved(&one.rig.server);
        let two = fresh(&one.rig.server);
        two.rig.server.load(bytes.as_slice()).unwrap();
        prop_assert_eq!(two.rig.now(), one.rig.now());
        prop_assert_eq!(two.rig.server.state_hash(), one.rig.server.state_hash());
        prop_assert_eq!(saved(&two.rig.server), bytes);
        for step in &after {
            prop_assert_eq!(two.take(step), one.take(step), "{:?}", step);
        }
        prop_assert_eq!(two.rig.server.state_hash(), one.rig.server.state_hash());
        prop_assert_eq!(saved(&two.rig.server), saved(&one.rig.server));
    }
}

#[test]
fn a_job_in_the_middle_goes_on_and_large_accounts_are_saved_in_blocks() {
    let one = world(|b| b.followers(66_000));
    let fans = one.rig.server.followers();
    one.rig.server.add_follower(openid(5));
    for (number, fan) in fans.iter().enumerate().step_by(997) {
        one.rig.server.tag_follower(fan, TagId::new(100 + number as u64 % 3));
        one.rig.server.set_hindrance(fan, Some(Hindrance::Unreachable));
    }
    one.rig
        .server
        .import_followers(format!("{}\t\t\t1700000000", fans[65_700]).as_bytes())
        .unwrap();
    // Who is on the blacklist keeps what else keeps him from messages.
    let listed = json!({"openid_list": [fans[997].as_str()]});
    assert_eq!(one.rig.code("/cgi-bin/tags/members/batchblacklist", &listed), 0);
    one.call(SENDALL, &text_to_all("all"));
    one.rig.advance(5);
    let bytes = saved(&one.rig.server);
    assert!(bytes.len() < 66_000 * 32, "{}", bytes.len());
    let two = fresh(&one.rig.server);
    two.rig.server.load(bytes.as_slice()).unwrap();
    assert_eq!(two.rig.server.state_hash(), one.rig.server.state_hash());
    assert_eq!(two.rig.server.followers(), one.rig.server.followers());
    let job = two.rig.server.jobs()[0].msg_id;
    for world in [&one, &two] {
        assert_eq!(world.rig.status(job), "SENDING");
        world.rig.advance(60);
        assert_eq!(world.rig.status(job), "SEND_SUCCESS");
    }
    assert_eq!(two.rig.server.job(job), one.rig.server.job(job));
    assert_eq!(two.rig.server.deliveries(job), one.rig.server.deliveries(job));
    assert_eq!(two.rig.server.tags_of(&fans[997]), one.rig.server.tags_of(&fans[997]));
}

/// Two accounts, the second with a token in use.
fn pair() -> (World, String) {
    let id = AppId::new("wx0000000000000002").unwrap();
    let world = world(|b| b.followers(2).account(AccountBuilder::new().app_id(id).followers(3)));
    let second = world.rig.server.accounts()[1].clone();
    let token = Rig { server: second, clock: world.rig.clock.clone() }.token();
    (world, token)
}

#[test]
fn each_account_comes_back_to_its_own_and_the_clock_to_its_time() {
    let (one, token) = pair();
    one.rig.send_text(&one.rig.server.followers(), "a", Some("k"));
    let bytes = saved(&one.rig.server);
    let hashes = |world: &World| {
        world.rig.server.accounts().iter().map(MockServer::state_hash).collect::<Vec<_>>()
    };
    let (then, hashed) = (one.rig.now(), hashes(&one));
    let (two, _) = pair();
    two.rig.advance(100_000);
    two.rig.server.load(bytes.as_slice()).unwrap();
    assert_eq!((two.rig.now(), hashes(&two)), (then, hashed), "backwards too");
    // The token of the second account still leads to it, whichever view is asked.
    let url = format!("/cgi-bin/user/get?access_token={token}");
    assert_eq!(two.rig.get(&url)["total"], 3);
    // One account alone: neither the clock nor the other one changes.
    let mut second = Vec::new();
    one.rig.server.accounts()[1].save_account(&mut second).unwrap();
    let (three, _) = pair();
    three.rig.advance(50);
    let before = hashes(&three);
    three.rig.server.accounts()[1].load_account(second.as_slice()).unwrap();
    assert_eq!(hashes(&three)[0], before[0]);
    assert_eq!(hashes(&three)[1], hashes(&one)[1]);
    assert_eq!(three.rig.now(), then + Duration::from_secs(50));
    // A reset is still what the builder made.
    let reset = pair().0;
    three.rig.server.accounts()[1].reset();
    reset.rig.server.accounts()[1].reset();
    assert_eq!(hashes(&three)[1], hashes(&reset)[1]);
}

#[test]
fn what_is_no_state_of_these_accounts_changes_nothing() {
    let (one, token) = pair();
    one.rig.send_text(&one.rig.server.followers(), "a", Some("k"));
    let bytes = saved(&one.rig.server);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let mut alone = Vec::new();
    one.rig.server.save_account(&mut alone).unwrap();
    let (two, _) = pair();
    let before = saved(&two.rig.server);
    let secret = one.rig.server.app_secret();
    let refused = |bytes: &[u8]| {
        let error = two.rig.server.load(bytes).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("nothing was loaded"), "{shown}");
        assert!(!shown.contains(secret.expose()) && !shown.contains(&token[4..20]), "{shown}");
        assert!(saved(&two.rig.server) == before, "{shown}");
        error
    };
    // Cut anywhere.
    for at in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        assert!(matches!(refused(&bytes[..at]), LoadError::Cut), "at {at}");
    }
    // Any byte another one. Most are found where they stand, the others by the digest at the end.
    for at in (0..bytes.len()).step_by(53) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        let error = refused(&bytes);
        let is_other = matches!(error, LoadError::OtherAccounts { .. } | LoadError::Newer { .. });
        assert!(matches!(error, LoadError::Line { .. } | LoadError::Cut) || is_other, "{error:?}");
    }
    for (changed, part) in [
        (text.replacen("\"version\":1", "\"version\":2", 1), "format 2"),
        (text.replacen("wechat_mock_state", "state", 1), "line 1: it is no line of a saved state"),
        (text.replacen("{\"account\":", "{\"unknown\":", 1), "line 2: it is no line"),
        (text.replacen("{\"followers\":", "{\"followers\":{\"x\":", 1), "line 3: it is no"),
        (format!("{text}\n"), "it comes after the end"),
        (String::new(), "ends before its end"),
        ("GET / HTTP/1.1\n".to_owned(), "line 1: it is no JSON"),
        (
            text.lines()
                .filter(|l| !l.contains("{\"request\""))
                .map(|l| format!("{l}\n"))
                .collect(),
            "the lines before it are not those that were saved",
        ),
    ] {
        let error = refused(changed.as_bytes()).to_string();
        assert!(error.contains(part), "{error}");
    }
    assert!(matches!(refused(&alone), LoadError::OtherAccounts { .. }));
    let other = two.rig.server.accounts()[1].load_account(alone.as_slice()).unwrap_err();
    assert!(other.to_string().contains("and here is wx0000000000000002"), "{other}");
    assert!(saved(&two.rig.server) == before);
    let broken = std::io::Read::chain(bytes.get(..9000).unwrap(), crate::followers::Broken);
    assert!(matches!(two.rig.server.load(broken), Err(LoadError::Read(_))));
    assert!(saved(&two.rig.server) == before);
    two.rig.server.load(bytes.as_slice()).unwrap();
}

/// A try that was on its way when it was saved is made again; one that is on its way when another state
/// is loaded decides nothing in it.
#[cfg(feature = "callbacks")]
#[test]
fn callbacks_on_their_way_are_tried_again() {
    let target = || CallbackTarget::plain("http://127.0.0.1/wx", crate::callbacks::token());
    let one = world(|b| b.followers(1).callback(target()));
    let fan = one.rig.server.followers()[0].clone();
    one.rig.server.trigger(Trigger::text(&fan, "a"));
    let first = one.rig.server.due(one.rig.now()).remove(0);
    one.rig.server.settle(&first, &PushOutcome::NoAnswer, one.rig.now());
    let second = one.rig.server.due(one.rig.now()).remove(0);
    let bytes = saved(&one.rig.server);
    one.rig.server.load(bytes.as_slice()).unwrap();
    one.rig.server.settle(&second, &PushOutcome::success(), one.rig.now());
    assert!(one.rig.server.callback_results().is_empty(), "it was another life");
    let again = one.rig.server.due(one.rig.now()).remove(0);
    assert_eq!((again.id, again.attempt), (first.id, 2));
    one.rig.server.settle(&again, &PushOutcome::success(), one.rig.now());
    assert_eq!(one.rig.server.callback_results()[0].tries, 2);
}
