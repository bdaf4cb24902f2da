//! What is answered to whom.

use wechat_events::event::Event;
use wechat_events::reply::{PassiveReply, SealedReply};

use super::*;

#[tokio::test(start_paused = true)]
async fn the_address_is_verified_with_the_bare_echostr() {
    let route = endpoint(&Told::default()).into_route();
    let query = "signature=6cf07c4e18fae0f4ee185d8ecd44b7629201ebfb&timestamp=1700000001\
                 &nonce=987654321&echostr=58361%2B052";
    call(&route, "GET", query, "", None).await.is(200, "58361+052");
    call(&route, "GET", &query.replace("6cf0", "6cf1"), "", None).await.is(403, "refused");
    call(&route, "GET", "", "", None).await.is(400, "refused");
}

#[tokio::test(start_paused = true)]
async fn success_is_answered_after_the_handler_finished() {
    let told = Told::to([after(3, Act::Finish)]);
    let answer = post(&endpoint(&told).into_route(), &job(1)).await;
    answer.is(200, "success");
    assert_eq!((answer.after.as_secs(), told.finished()), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_push_is_not_handled_again() {
    let told = Told::default();
    let route = endpoint(&told).into_route();
    for _ in 0..3 {
        post(&route, &job(1)).await.is(200, "success");
    }
    assert_eq!(told.begun(), 1);
    post(&route, &job(2)).await.is(200, "success");
    assert_eq!(told.begun(), 2);
}

#[tokio::test(start_paused = true)]
async fn refusals_tell_the_sender_nothing_and_reach_no_handler() {
    let told = Told::default();
    let route = endpoint(&told).into_route();
    let good = job(1);
    let foreign = push("wxffffffffffffffff", "<xml></xml>");
    let not_xml = push(APP_ID, "no xml");
    let broken = {
        let (token, good) = (token("tok3n"), "AAAA");
        let hex = wechat_events::signature::msg_signature(&token, "1700000001", "987654321", good);
        let query =
            format!("timestamp=1700000001&nonce=987654321&encrypt_type=aes&msg_signature={hex}");
        (query, format!("<xml><Encrypt>{good}</Encrypt></xml>"))
    };
    for (query, body) in [
        (foreign.query, foreign.body),
        (not_xml.query, not_xml.body),
        broken,
        (good.query.clone(), "<xml></xml>".to_owned()),
        (String::new(), good.body.clone()),
    ] {
        call(&route, "POST", &query, body, None).await.is(400, "refused");
    }
    let answer = call(&route, "POST", &format!("{}0", good.query), good.body, None).await;
    answer.is(403, "refused");
    assert_eq!(told.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_a_plain_push_is_plain() {
    let told = Told::to([Act::Reply("x]]>y 你好")]);
    let token = token("tok3n");
    let stamp = Stamp::new(&token, "1700000001", "987654321", "oTESTfan");
    let route = Endpoint::new(builder().build(), told).into_route();
    let answer = post(&route, &stamp.plain(&event("CLICK", "<EventKey>k</EventKey>"))).await;
    assert_eq!(answer.content_type.as_deref(), Some("text/xml; charset=utf-8"));
    let reply = PassiveReply::from_xml(answer.body.as_bytes()).unwrap();
    assert_eq!((reply.to_user.as_str(), reply.from_user.as_str()), ("o1", "gh_1"));
    assert_eq!(
        (reply.create_time, reply.reply),
        (1_700_000_001, Reply::text("x]]>y 你好").unwrap())
    );
}

#[tokio::test(start_paused = true)]
async fn a_reply_to_an_encrypted_push_is_encrypted_and_comes_with_each_try() {
    let told = Told::to([Act::Reply("你好")]);
    let route = endpoint(&told).into_route();
    for _ in 0..2 {
        let answer = post(&route, &click("k")).await;
        let sealed = SealedReply::from_xml(answer.body.as_bytes()).unwrap();
        let xml = sealed.open(&token("tok3n"), &key(KEY), &app_id(APP_ID)).unwrap();
        let reply = PassiveReply::from_xml(&xml).unwrap();
        assert_eq!(reply.reply, Reply::text("你好").unwrap());
        assert!(!answer.body.contains("你好"));
    }
    assert_eq!(told.begun(), 1);
}

/// The platform may not know the new ones yet.
#[tokio::test(start_paused = true)]
async fn a_reply_is_sealed_with_token_and_key_of_its_push() {
    let new_key = key("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq");
    let parser = EventParser::builder(app_id(APP_ID), token("newT0ken"))
        .previous_token(token("tok3n"))
        .aes_key(new_key)
        .previous_aes_key(key(KEY))
        .build();
    let told = Told::to([Act::Reply("旧")]);
    let answer = post(&Endpoint::new(parser, told).into_route(), &click("k")).await;
    let sealed = SealedReply::from_xml(answer.body.as_bytes()).unwrap();
    sealed.open(&token("tok3n"), &key(KEY), &app_id(APP_ID)).unwrap();
}

/// The same random bytes for two messages under one key would tell whether they begin alike.
#[tokio::test(start_paused = true)]
async fn two_replies_have_nothing_in_common() {
    let told = Told::to([Act::Reply("一"), Act::Reply("二")]);
    let route = endpoint(&told).into_route();
    let mut sealed = Vec::new();
    for name in ["k", "l"] {
        let answer = post(&route, &click(name)).await;
        sealed.push(SealedReply::from_xml(answer.body.as_bytes()).unwrap().encrypt);
    }
    assert_ne!(sealed[0][..20], sealed[1][..20]);
}

/// A handler that notes what `other` gets.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<Callback>>>);

#[async_trait]
impl Handler for Kept {
    async fn other(&self, push: &Callback) -> Handled {
        self.0.lock().unwrap().push(push.clone());
        Ok(None)
    }
}

#[tokio::test(start_paused = true)]
async fn a_known_kind_that_lacks_something_is_handled_with_its_fields() {
    let kept = Kept::default();
    let route = Endpoint::new(parser(), kept.clone()).into_route();
    let scan = push(APP_ID, &event("location_select", "<EventKey>k</EventKey>"));
    for _ in 0..2 {
        post(&route, &scan).await.is(200, "success");
    }
    let kept = kept.0.lock().unwrap();
    let [Callback { event: Event::Unread { name, problem }, fields, .. }] = &kept[..] else {
        panic!("{kept:?}")
    };
    assert_eq!((name.as_str(), fields.text("EventKey")), ("location_select", Some("k")));
    assert!(problem.contains("SendLocationInfo"), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn an_address_is_not_verified_while_the_time_is_not_told() {
    let parser = || builder().aes_key(key(KEY)).max_age(Duration::from_secs(300)).build();
    let query = format!("{}&echostr=e", push(APP_ID, "").query);
    let untold = Endpoint::new(parser(), Told::default()).into_route();
    call(&untold, "GET", &query, "", None).await.is(503, "not ready");
    let now = || std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_002);
    let told = Endpoint::new(parser(), Told::default()).with_now(now).into_route();
    call(&told, "GET", &query, "", None).await.is(200, "e");
}
