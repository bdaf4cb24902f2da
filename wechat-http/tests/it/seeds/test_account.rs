//! Article 002: a walk through a test account, from the callback address to a text for two followers.

use async_trait::async_trait;
use axum::Router;
use tokio::net::TcpListener;
use wechat_events::axum::{endpoint, serve};
use wechat_events::handler::{Handled, Handler};
use wechat_events::message::{Content, Message};
use wechat_events::reply::{PassiveReply, Reply};
use wechat_events::{Callback, CallbackToken, EventParser};
use wechat_mock::{CallbackResult, CallbackTarget, MockServer, Trigger, UrlCheck};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::JobStatus;
use wechat_types::token::GetToken;

use super::{Program, openid};

const SENDALL: &str = "/cgi-bin/message/mass/sendall";

/// The reply of `wx_sample.php` to a text that is not empty.
const WELCOME: &str = "Welcome to wechat world!";

/// As its template writes it, for a follower `oF3P` of `gh_1`.
const AS_PHP_WRITES_IT: &str = "<xml>
<ToUserName><![CDATA[oF3P]]></ToUserName>
<FromUserName><![CDATA[gh_1]]></FromUserName>
<CreateTime>1446000000</CreateTime>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[Welcome to wechat world!]]></Content>
<FuncFlag>0</FuncFlag>
</xml>";

/// `wx_sample.php`: it echoes, and answers each text alike.
struct Sample;

#[async_trait]
impl Handler for Sample {
    async fn message(&self, _: &Callback, message: &Message) -> Handled {
        let Content::Text(text) = &message.content else { return Ok(None) };
        if text.content.trim().is_empty() {
            return Ok(None);
        }
        Ok(Some(Reply::text(WELCOME)?))
    }
}

/// The sample's server, with the token `weixin`; its address.
async fn sample(mock: &MockServer) -> String {
    let token = CallbackToken::new("weixin").unwrap();
    let parser = EventParser::builder(mock.app_id(), token).build();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let router = Router::new().route("/wx_sample.php", endpoint(parser, Sample));
    tokio::spawn(serve(socket, router));
    format!("http://{address}/wx_sample.php")
}

/// How the callbacks ended, once there are so many.
async fn results(mock: &MockServer, count: usize) -> Vec<CallbackResult> {
    loop {
        let results = mock.callback_results();
        if results.len() >= count {
            return results;
        }
        tokio::task::yield_now().await;
    }
}

/// Section 3: the address with its token is submitted, people follow, and one of them writes.
async fn connect(mock: &MockServer) {
    let url = sample(mock).await;
    let wrong = CallbackToken::new("anothertoken").unwrap();
    let right = CallbackToken::new("weixin").unwrap();
    for (token, verified) in [(wrong, false), (right, true)] {
        mock.submit_callback(CallbackTarget::plain(&url, token));
        let check = loop {
            match mock.callback_check() {
                Some(check) => break check,
                None => tokio::task::yield_now().await,
            }
        };
        assert_eq!(check == UrlCheck::Verified, verified, "{check:?}");
    }

    let fans = ["oF3PcsnsrMiJzEwalZZbAfWQpxCI", "oF3PcshH1CUIhR_WYau6swUiPzlw"].map(openid);
    for fan in &fans {
        mock.trigger(Trigger::subscribe(fan));
    }
    assert!(results(mock, 2).await.iter().all(|result| result.accepted && result.reply.is_none()));
    assert!(fans.iter().all(|fan| mock.followers().contains(fan)));

    mock.trigger(Trigger::text(&fans[0], "你好"));
    mock.trigger(Trigger::text(&fans[0], " "));
    let results = results(mock, 4).await;
    assert!(results.iter().all(|result| result.accepted && result.tries == 1), "{results:?}");
    let replies: Vec<_> = results.iter().filter_map(|result| result.reply.as_ref()).collect();
    let [reply] = replies[..] else { panic!("{replies:?}") };
    let reply = PassiveReply::from_xml(reply).unwrap();
    assert_eq!(reply.to_user, fans[0].as_str());
    assert!(reply.from_user.starts_with("gh_"), "{reply:?}");
    assert_eq!(reply.reply, Reply::text(WELCOME).unwrap());

    let php = PassiveReply::from_xml(AS_PHP_WRITES_IT.as_bytes()).unwrap();
    assert_eq!(php.reply, reply.reply, "FuncFlag changes nothing");
}

#[tokio::test]
async fn the_walk() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    connect(mock).await;
    let (one, two) =
        (openid("oF3PcsnsrMiJzEwalZZbAfWQpxCI"), openid("oF3PcshH1CUIhR_WYau6swUiPzlw"));
    let group = program.tagged(2, 2);

    // Section 4: the error it shows.
    let wrong = AppId::new("wx41cb8dbd827a16e9").unwrap();
    let get = GetToken::new(wrong, mock.app_secret());
    let error = program.live.client.send(&get).await.unwrap_err();
    assert_eq!(error.code().map(ErrorCode::get), Some(40013));

    // Section 5, 1: a group, by number.
    let body = r#"{
"filter":{
"is_to_all":false,
"group_id":2
},
"text":{
"content":"CONTENT"
},
"msgtype":"text"
}"#;
    let to_group = program.submit(SENDALL, body).await;

    // To everyone, without a group.
    mock.set_next_msg_id(MsgId::new(1_000_000_003));
    let body = r#"{
"filter":{
"is_to_all":true
},
"text":{
"content":"CONTENT"
},
"msgtype":"text"
}"#;
    let answer = program.post(SENDALL, body).await;
    assert_eq!(
        answer,
        serde_json::json!({
            "errcode": 0, "errmsg": "send job submission success", "msg_id": 1_000_000_003
        })
    );
    let to_all = MsgId::new(1_000_000_003);

    // Section 5, 2: two OpenIDs, a link, and a number beyond 2^31.
    mock.set_next_msg_id(MsgId::new(3_147_483_654));
    let body = r#"{
"touser":[
"oF3PcsnsrMiJzEwalZZbAfWQpxCI",
"oF3PcshH1CUIhR_WYau6swUiPzlw"
],
"msgtype": "text",
"text": { "content": "hello from boxer.<a href='http://www.seewoedu.com/'>欢迎希沃学院</a>"}
}"#;
    let to_list = program.submit("/cgi-bin/message/mass/send", body).await;
    assert_eq!(to_list, MsgId::new(3_147_483_654));
    let received = mock.received();
    let sent = received.last().unwrap();
    assert!(String::from_utf8_lossy(&sent.body).contains("欢迎希沃学院"), "sent raw");

    program.wait();
    for job in [to_group, to_all, to_list] {
        assert_eq!(program.status(job).await, JobStatus::Success);
    }
    assert_eq!(mock.deliveries(to_group), group);
    assert_eq!(mock.deliveries(to_all), mock.followers());
    assert_eq!(mock.deliveries(to_list), [one.clone(), two]);
    assert_eq!(mock.inbox(&one), [to_all, to_list]);
    assert!(mock.job(to_all).unwrap().to_all);
}

#[tokio::test]
async fn its_articles_have_a_number_for_the_statistics() {
    let program = Program::start().await;
    let draft = program.live.mock.add_draft();
    let body = format!(
        "{{\"filter\":{{\"is_to_all\":true}},\"mpnews\":{{\"media_id\":\"{draft}\"}},\
         \"msgtype\":\"mpnews\"}}"
    );
    let answer = program.post(SENDALL, body).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert!(answer["msg_data_id"].is_u64(), "{answer}");
}
