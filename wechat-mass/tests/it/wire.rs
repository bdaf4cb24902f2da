//! What stands on the wire: whole campaigns as snapshots, and their bodies beside the documented
//! ones.

use std::fmt::Write as _;

use serde_json::Value;
use wechat_mass::campaign::{Content, Plan};
use wechat_mass::journal::{Entry, MemoryJournal};
use wechat_mock::RecordedRequest;
use wechat_types::id::TagId;
use wechat_types::mass::Audience;

use crate::world::{DRAFT_ADD, GET, SEND, SENDALL, World, app_id, article, fan, plan, tea, text};

/// The request with its whole body, ids of the platform replaced by what they are.
fn shown(request: &RecordedRequest, names: &[(String, String)]) -> String {
    let mut text = format!("{} {}", request.method, request.path);
    for (number, (key, value)) in request.query.iter().enumerate() {
        write!(text, "{}{key}={value}", if number == 0 { '?' } else { '&' }).unwrap();
    }
    text.push('\n');
    match request.json() {
        Value::Null => {
            let body = request.body.escape_ascii().to_string();
            text.push_str(&body.replace("\\r\\n", "\n").replace("\\\"", "\""));
        }
        json => text.push_str(&serde_json::to_string_pretty(&json).unwrap()),
    }
    for (id, name) in names {
        text = text.replace(id, name);
    }
    text
}

/// Every id the platform gave, with its name in the snapshots.
fn names(entries: &[Entry]) -> Vec<(String, String)> {
    entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Picture { source, url, .. } => Some((url.clone(), format!("[url of {source}]"))),
            Entry::Cover { media_id, article } => {
                Some((media_id.to_string(), format!("[cover {article}]")))
            }
            Entry::Draft { media_id, chunk } => {
                Some((media_id.to_string(), format!("[draft {chunk}]")))
            }
            _ => None,
        })
        .collect()
}

async fn requests_of(world: &World, plan: &Plan) -> String {
    let mut journal = MemoryJournal::new();
    world.run_on(plan, &mut journal).await.unwrap();
    let names = names(&journal.entries());
    let shown: Vec<_> = world.mock.received().iter().map(|r| shown(r, &names)).collect();
    shown.join("\n\n")
}

#[tokio::test]
async fn an_article_to_a_list() {
    let world = World::new(3);
    insta::assert_snapshot!(requests_of(&world, &plan(3, article())).await);
}

#[tokio::test]
async fn two_articles_to_a_tag() {
    let world = World::new(3);
    let tag = TagId::new(134);
    world.mock.add_tag(tag, "茶客");
    world.mock.tag_follower(&fan(0), tag);
    let content = Content::articles_of(vec![tea(), tea()], true);
    let plan = Plan::new(app_id(), "spring", Audience::tag(tag), content).unwrap();
    insta::assert_snapshot!(requests_of(&world, &plan).await);
    assert_eq!((0..3).map(|n| world.mock.inbox(&fan(n)).len()).collect::<Vec<_>>(), [1, 0, 0]);
}

#[tokio::test]
async fn a_text_to_everyone() {
    let world = World::new(3);
    let plan = Plan::new(app_id(), "spring", Audience::everyone(), text()).unwrap();
    insta::assert_snapshot!(requests_of(&world, &plan).await);
    world.assert_once(3);
}

/// A documented request body.
fn documented(name: &str) -> Value {
    let path = format!("{}/../wechat-types/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(&path).expect(&path)).expect(&path)
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Ours has the documented keys and no others, with values of the documented kinds. `optional` may
/// be missing.
#[track_caller]
fn assert_shape(ours: &Value, documented: &Value, optional: &[&str], place: &str) {
    assert_eq!(kind(ours), kind(documented), "at {place}");
    match (ours, documented) {
        (Value::Object(ours), Value::Object(documented)) => {
            for (key, value) in ours {
                let place = format!("{place}.{key}");
                let expected = documented.get(key).unwrap_or_else(|| panic!("{place} is unknown"));
                assert_shape(value, expected, optional, &place);
            }
            for key in documented.keys().filter(|key| !optional.contains(&key.as_str())) {
                assert!(ours.contains_key(key), "{place}.{key} is missing");
            }
        }
        (Value::Array(ours), Value::Array(documented)) => {
            for value in ours {
                assert_shape(value, &documented[0], optional, &format!("{place}[]"));
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn bodies_have_the_documented_shapes() {
    let world = World::new(3);
    world.run(&plan(3, article())).await;
    let everyone = Plan::new(app_id(), "spring", Audience::everyone(), article()).unwrap();
    world.run(&everyone).await;
    let tagged = Plan::new(app_id(), "spring", Audience::tag(TagId::new(2)), text()).unwrap();
    world.run(&tagged).await;
    world.run(&plan(3, text())).await;

    let optional =
        ["article_type", "pic_crop_235_1", "pic_crop_1_1", "cover_info", "show_cover_pic"];
    for draft in world.requests(DRAFT_ADD) {
        assert_shape(&draft.json(), &documented("draft/add/request"), &optional, "draft/add");
    }
    let sends = world.requests(SEND);
    assert_shape(&sends[0].json(), &documented("mass/send/request"), &[], "send");
    assert_shape(&sends[1].json(), &documented("mass/send/request-text"), &[], "send");
    let to_all = world.requests(SENDALL);
    let shape = documented("mass/sendall/request-mpnews-everyone");
    assert_shape(&to_all[0].json(), &shape, &[], "sendall");
    let shape = documented("mass/sendall/request-text-tag");
    assert_shape(&to_all[1].json(), &shape, &[], "sendall");
    // The documents have `msg_id` as a number and as a string.
    let status = world.requests(GET);
    assert_shape(&status[0].json(), &documented("mass/get/request-number"), &[], "get");
    // One and the same object, whatever order its keys have.
    let mut same = documented("mass/sendall/request-mpnews-everyone");
    same["mpnews"] = to_all[0].json()["mpnews"].clone();
    same["clientmsgid"] = to_all[0].json()["clientmsgid"].clone();
    assert_eq!(to_all[0].json(), same);
}

#[tokio::test]
async fn an_article_of_required_parts_only_has_the_minimal_shape() {
    let world = World::new(3);
    let mut article = tea();
    (article.author, article.digest, article.content_source_url) = (None, None, None);
    (article.open_comments, article.only_followers_comment) = (None, None);
    world.run(&plan(3, Content::article(article))).await;
    let draft = world.requests(DRAFT_ADD)[0].json();
    assert_shape(&draft, &documented("draft/add/request-minimal"), &[], "draft/add");
}
