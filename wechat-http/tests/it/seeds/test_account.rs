//! Article 002: a walk through a test account, from the token to a text for two followers.
//!
//! Its check of the callback address and its reply to a text belong to callbacks: not here.

use wechat_types::error_code::ErrorCode;
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::JobStatus;
use wechat_types::token::GetToken;

use super::{Program, openid};

const SENDALL: &str = "/cgi-bin/message/mass/sendall";

#[tokio::test]
async fn the_walk() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let (one, two) =
        (openid("oF3PcsnsrMiJzEwalZZbAfWQpxCI"), openid("oF3PcshH1CUIhR_WYau6swUiPzlw"));
    mock.add_follower(one.clone());
    mock.add_follower(two.clone());
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
