//! The packed store of followers against the plainest one that can be thought of.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use wechat_mock::{DefaultKey, Hindrance, JobProgress};
use wechat_types::id::{MsgId, OpenId, TagId};

use crate::rig::{Rig, SEND, SENDALL, code, msg_id};

/// Somebody of the model.
#[derive(Debug)]
struct Person {
    openid: OpenId,
    tags: Vec<u64>,
    hindrance: Option<Hindrance>,
    /// What it is again when the blacklist ends.
    behind: Option<Hindrance>,
    received: u32,
    inbox: Vec<MsgId>,
}

impl Person {
    fn follows(&self) -> bool {
        self.hindrance != Some(Hindrance::Unsubscribed)
    }

    fn is_blacklisted(&self) -> bool {
        self.hindrance == Some(Hindrance::Blacklisted)
    }

    fn hinder(&mut self, hindrance: Option<Hindrance>) {
        (self.hindrance, self.behind) = (hindrance, None);
    }

    fn set_blacklisted(&mut self, on: bool) {
        if on && !self.is_blacklisted() {
            let before = self.hindrance.filter(|what| *what != Hindrance::Unsubscribed);
            (self.hindrance, self.behind) = (Some(Hindrance::Blacklisted), before);
        } else if !on && self.is_blacklisted() {
            self.hinder(self.behind);
        }
    }

    fn group(&self) -> u64 {
        if self.is_blacklisted() { 1 } else { self.tags.first().copied().unwrap_or(0) }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(usize),
    Import(Vec<(usize, Vec<u64>, Option<Hindrance>)>),
    Hinder(usize, Option<Hindrance>),
    Tag(usize, u64),
    PutTag(usize, u64),
    TakeTag(usize, u64),
    ForgetTag(u64),
    Blacklist(usize, bool),
    Move(usize, u64),
    Received(usize, u32),
    SendToAll,
    SendToTag(u64),
    SendTo(Vec<usize>),
    NextMonth,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..90_usize;
    let tag = 100..104_u64;
    let hindrance = prop_oneof![
        Just(None),
        Just(Some(Hindrance::Unsubscribed)),
        Just(Some(Hindrance::Refuses)),
        Just(Some(Hindrance::Blacklisted)),
        Just(Some(Hindrance::Unreachable)),
    ];
    let line = (who.clone(), prop::collection::btree_set(tag.clone(), 0..3), hindrance.clone())
        .prop_map(|(who, tags, hindrance)| (who, tags.into_iter().collect(), hindrance));
    prop_oneof![
        6 => who.clone().prop_map(Step::Add),
        2 => prop::collection::vec(line, 0..20).prop_map(Step::Import),
        2 => (who.clone(), hindrance).prop_map(|(who, what)| Step::Hinder(who, what)),
        2 => (who.clone(), tag.clone()).prop_map(|(who, tag)| Step::Tag(who, tag)),
        3 => (who.clone(), tag.clone()).prop_map(|(who, tag)| Step::PutTag(who, tag)),
        2 => (who.clone(), tag.clone()).prop_map(|(who, tag)| Step::TakeTag(who, tag)),
        1 => tag.clone().prop_map(Step::ForgetTag),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Blacklist(who, on)),
        1 => (who.clone(), 0..4_u64)
            .prop_map(|(who, group)| Step::Move(who, if group == 3 { 101 } else { group })),
        1 => (who.clone(), 0..6_u32).prop_map(|(who, count)| Step::Received(who, count)),
        1 => Just(Step::SendToAll),
        1 => tag.prop_map(Step::SendToTag),
        2 => prop::collection::vec(who, 2..30).prop_map(Step::SendTo),
        1 => Just(Step::NextMonth),
    ]
}

/// One in five has an OpenID of another length.
fn openid(who: usize) -> OpenId {
    let text =
        if who.is_multiple_of(5) { format!("oOdd{who}") } else { format!("oTEST{who:0>23}") };
    OpenId::new(text).unwrap()
}

struct World {
    rig: Rig,
    people: Vec<Person>,
}

impl World {
    fn new() -> Self {
        let rig = Rig::with(|b| {
            b.settings(|s| {
                s.progress = JobProgress::Immediate;
                s.default_key = DefaultKey::None;
                s.to_all_per_day = u32::MAX;
                s.to_all_per_month = u32::MAX;
                s.mass_calls_per_day = u32::MAX;
                s.mass_calls_per_minute = u32::MAX;
                s.followers_per_page = 7;
                s.blacklist_per_page = 3;
            })
        });
        let world = Self { rig, people: Vec::new() };
        (100..104).for_each(|tag| world.rig.server.add_tag(TagId::new(tag), format!("t{tag}")));
        world
    }

    fn person(&mut self, who: usize) -> Option<&mut Person> {
        let openid = openid(who);
        self.people.iter_mut().find(|person| person.openid == openid)
    }

    fn add(&mut self, who: usize) -> &mut Person {
        if self.person(who).is_none() {
            let openid = openid(who);
            let (tags, inbox) = (Vec::new(), Vec::new());
            self.people.push(Person {
                openid,
                tags,
                hindrance: None,
                behind: None,
                received: 0,
                inbox,
            });
        }
        self.person(who).unwrap()
    }

    /// A call about somebody, which is good only when he follows.
    fn change(&mut self, path: &str, body: &Value, who: usize, change: impl FnOnce(&mut Person)) {
        let good = self.rig.code(path, body) == 0;
        let person = self.person(who).filter(|person| person.follows());
        assert_eq!(good, person.is_some(), "{path} {body}");
        if let Some(person) = person {
            change(person);
        }
    }

    /// What a send must do.
    fn deliver(&mut self, reply: &Value, wanted: impl Fn(&Person) -> bool) {
        let id = msg_id(reply);
        let (mut total, mut sent) = (0, 0);
        for person in self.people.iter_mut().filter(|p| p.follows() && wanted(p)) {
            total += 1;
            if person.hindrance.is_none() && person.received < 4 {
                person.received += 1;
                person.inbox.push(id);
                sent += 1;
            }
        }
        let counts = self.rig.server.job(id).unwrap().counts;
        assert_eq!((counts.total, counts.sent), (total, sent));
    }

    fn take(&mut self, step: Step) {
        let text = json!({"msgtype": "text", "text": {"content": "x"}});
        let with = |key: &str, value: Value| {
            let mut body = text.clone();
            body[key] = value;
            body
        };
        let members = |who, tag| json!({"openid_list": [openid(who).as_str()], "tagid": tag});
        match step {
            Step::Add(who) => {
                self.add(who);
                self.rig.server.add_follower(openid(who));
            }
            Step::Import(lines) => {
                let mut text = String::new();
                for (who, tags, hindrance) in lines {
                    let state = match hindrance {
                        Some(Hindrance::Unsubscribed) => "unsubscribed",
                        Some(Hindrance::Refuses) => "refuses",
                        Some(Hindrance::Blacklisted) => "blacklisted",
                        Some(Hindrance::Unreachable) => "unreachable",
                        _ => "",
                    };
                    let names: Vec<String> = tags.iter().map(u64::to_string).collect();
                    text += &format!("{}\t{}\t{state}\n", openid(who), names.join(","));
                    let person = self.add(who);
                    if !tags.is_empty() {
                        person.tags = tags;
                    }
                    if hindrance.is_some() {
                        person.hinder(hindrance);
                    }
                }
                self.rig.server.import_followers(text.as_bytes()).unwrap();
            }
            Step::Hinder(who, hindrance) => {
                self.rig.server.set_hindrance(&openid(who), hindrance);
                self.person(who).into_iter().for_each(|person| person.hinder(hindrance));
            }
            Step::Tag(who, tag) => {
                self.rig.server.tag_follower(&openid(who), TagId::new(tag));
                if let Some(person) = self.person(who).filter(|p| !p.tags.contains(&tag)) {
                    person.tags.push(tag);
                }
            }
            Step::PutTag(who, tag) => {
                let path = "/cgi-bin/tags/members/batchtagging";
                self.change(path, &members(who, tag), who, |person| {
                    if !person.tags.contains(&tag) {
                        person.tags.push(tag);
                    }
                });
            }
            Step::TakeTag(who, tag) => {
                let path = "/cgi-bin/tags/members/batchuntagging";
                self.change(path, &members(who, tag), who, |person| {
                    person.tags.retain(|one| *one != tag);
                });
            }
            Step::ForgetTag(tag) => {
                let body = json!({"tag": {"id": tag}});
                assert_eq!(self.rig.code("/cgi-bin/tags/delete", &body), 0);
                self.rig.server.add_tag(TagId::new(tag), format!("t{tag}"));
                self.people.iter_mut().for_each(|person| person.tags.retain(|one| *one != tag));
            }
            Step::Blacklist(who, on) => {
                let un = if on { "" } else { "un" };
                let path = format!("/cgi-bin/tags/members/batch{un}blacklist");
                let body = json!({"openid_list": [openid(who).as_str()]});
                self.change(&path, &body, who, |person| person.set_blacklisted(on));
            }
            Step::Move(who, group) => {
                let body = json!({"openid": openid(who).as_str(), "to_groupid": group});
                self.change("/cgi-bin/groups/members/update", &body, who, |person| {
                    person.set_blacklisted(group == 1);
                    person.tags = if group > 1 { vec![group] } else { Vec::new() };
                });
            }
            Step::Received(who, count) => {
                let now = self.rig.now();
                self.rig.server.set_received_this_month(&openid(who), count, now);
                self.person(who).into_iter().for_each(|person| person.received = count);
            }
            Step::SendToAll => {
                let reply = self.rig.call(SENDALL, &with("filter", json!({"is_to_all": true})));
                self.deliver(&reply, |_| true);
            }
            Step::SendToTag(tag) => {
                let reply = self.rig.call(SENDALL, &with("filter", json!({"tag_id": tag})));
                self.deliver(&reply, |person| person.tags.contains(&tag));
            }
            Step::SendTo(people) => {
                let openids: Vec<OpenId> = people.iter().map(|who| openid(*who)).collect();
                let texts: Vec<&str> = openids.iter().map(OpenId::as_str).collect();
                let reply = self.rig.call(SEND, &with("touser", json!(texts)));
                let somebody =
                    self.people.iter().any(|p| p.follows() && openids.contains(&p.openid));
                assert_eq!(code(&reply), if somebody { 0 } else { 40003 });
                if somebody {
                    self.deliver(&reply, |person| openids.contains(&person.openid));
                }
            }
            Step::NextMonth => {
                self.rig.advance(31 * 86_400);
                self.people.iter_mut().for_each(|person| person.received = 0);
            }
        }
    }

    /// All that can be asked for is the same.
    fn compare(&self) {
        let server = &self.rig.server;
        let all: Vec<OpenId> = self.people.iter().map(|person| person.openid.clone()).collect();
        assert_eq!(server.followers(), all);
        assert_eq!(server.follower_count(), all.len());
        let token = self.rig.token();
        let mut reached: BTreeMap<MsgId, Vec<OpenId>> = BTreeMap::new();
        for person in &self.people {
            let openid = &person.openid;
            assert_eq!(server.inbox(openid), person.inbox, "{openid}");
            assert_eq!(server.received_this_month(openid, self.rig.now()), person.received);
            let tags: Vec<u64> = server.tags_of(openid).into_iter().map(TagId::get).collect();
            assert_eq!(tags, person.tags, "{openid}");
            for id in &person.inbox {
                reached.entry(*id).or_default().push(openid.clone());
            }
        }
        for job in server.jobs() {
            let expected = reached.remove(&job.msg_id).unwrap_or_default();
            assert_eq!(server.deliveries(job.msg_id), expected);
        }

        let following = || self.people.iter().filter(|person| person.follows());
        let openids = |wanted: &dyn Fn(&Person) -> bool| -> Vec<String> {
            following().filter(|p| wanted(p)).map(|p| p.openid.to_string()).collect()
        };
        let pages = |total: bool, ask: &dyn Fn(&str) -> Value| {
            let (mut found, mut next) = (Vec::new(), String::new());
            loop {
                let page = ask(&next);
                let Some(list) = page["data"]["openid"].as_array() else { return found };
                found.extend(list.iter().map(|one| one.as_str().unwrap().to_owned()));
                next = page["next_openid"].as_str().unwrap().to_owned();
                assert!(!total || page["total"].as_u64().unwrap() >= found.len() as u64);
            }
        };
        let all = pages(true, &|next| {
            self.rig.get(&format!("/cgi-bin/user/get?access_token={token}&next_openid={next}"))
        });
        assert_eq!(all, openids(&|_| true));
        let blacklist = pages(true, &|next| {
            let body = json!({"begin_openid": next});
            self.rig.call("/cgi-bin/tags/members/getblacklist", &body)
        });
        assert_eq!(blacklist, openids(&Person::is_blacklisted));
        let counts = |path: &str, list: &str| -> BTreeMap<u64, usize> {
            let reply = self.rig.get(&format!("/cgi-bin/{path}/get?access_token={token}"));
            let all = reply[list].as_array().unwrap();
            let pair = |one: &Value| {
                (one["id"].as_u64().unwrap(), one["count"].as_u64().unwrap() as usize)
            };
            all.iter().map(pair).collect()
        };
        let (tags, groups) = (counts("tags", "tags"), counts("groups", "groups"));
        for tag in [0, 1, 2, 100, 101, 102, 103] {
            let members = openids(&|person| match tag {
                0 => person.tags.is_empty() && !person.is_blacklisted(),
                1 => person.is_blacklisted(),
                _ => person.tags.contains(&tag),
            });
            let found = pages(false, &|next| {
                let body = json!({"tagid": tag, "next_openid": next});
                self.rig.call("/cgi-bin/user/tag/get", &body)
            });
            assert_eq!(found, members, "tag {tag}");
            assert_eq!(tags[&tag], members.len(), "tag {tag}");
            let in_group = following().filter(|person| person.group() == tag).count();
            assert_eq!(groups[&tag], in_group, "group {tag}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_packed_store_is_like_the_plainest_one(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.compare();
    }
}
