//! Article 000: PHP functions that send to a tag and to a list, delete, preview and ask.

use wechat_mock::{Hindrance, MaterialKind};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{MsgId, TagId};
use wechat_types::mass::{
    DeleteMass, DeleteTarget, Filter, JobStatus, MassContent, Preview, PreviewReceiver, Recipients,
    Send, SendAll,
};
use wechat_types::tag::GetTags;

use super::{Program, openid};

const SENDALL: &str = "/cgi-bin/message/mass/sendall";
const DELETE: &str = "/cgi-bin/message/mass/delete";
const PREVIEW: &str = "/cgi-bin/message/mass/preview";
const GET: &str = "/cgi-bin/message/mass/get";

#[tokio::test]
async fn the_functions_one_after_the_other() {
    let program = Program::start().await;
    let (mock, client) = (&program.live.mock, &program.live.client);
    mock.add_tag(TagId::new(135), "会员");
    let members = program.tagged(135, 4);
    mock.set_hindrance(&members[2], Some(Hindrance::Refuses));
    mock.set_hindrance(&members[3], Some(Hindrance::Unreachable));

    // pushByTags: the tag's id comes from the list of tags.
    let tags = client.send(&GetTags::new()).await.unwrap().tags;
    let tag = tags.iter().find(|tag| tag.name == "会员").unwrap();
    assert_eq!((tag.id, tag.count), (TagId::new(135), 4));
    let send = SendAll::new(Filter::Tag(tag.id), MassContent::text("test"));
    let by_tag = client.send(&send).await.unwrap();
    assert_eq!(by_tag.msg_data_id, None);
    // Accepted only means submitted.
    assert_eq!(program.status(by_tag.msg_id).await, JobStatus::Sending);

    // pushByOpenIdList.
    let list = Recipients::new(members[..2].to_vec()).unwrap();
    let by_list = client.send(&Send::new(list, MassContent::text("test"))).await.unwrap();
    program.wait();
    for job in [by_tag.msg_id, by_list.msg_id] {
        assert_eq!(program.status(job).await, JobStatus::Success);
    }
    assert_eq!(program.counts(by_tag.msg_id), [4, 3, 2, 1]);
    assert_eq!(program.counts(by_list.msg_id), [2, 2, 2, 0]);
    assert_eq!(mock.inbox(&members[0]), [by_tag.msg_id, by_list.msg_id]);

    // deletePushAll: news die with all sends of the same material, a text cannot be deleted.
    let news = MassContent::articles(mock.add_material(MaterialKind::News));
    mock.set_next_msg_id(MsgId::new(1_000_000_005));
    let to_all = client.send(&SendAll::new(Filter::Everyone, news.clone())).await.unwrap().msg_id;
    assert_eq!(to_all, MsgId::new(1_000_000_005));
    let again = client.send(&SendAll::new(Filter::Tag(tag.id), news)).await.unwrap().msg_id;
    program.wait();
    assert_eq!(program.status(again).await, JobStatus::Success);
    let answer = program.post(DELETE, r#"{"msg_id":1000000005}"#).await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert_eq!(program.status(to_all).await, JobStatus::Deleted);
    assert_eq!(program.status(again).await, JobStatus::Deleted);
    // The card stays with those who received it.
    assert!(mock.inbox(&members[0]).contains(&to_all));
    let text = DeleteMass::new(DeleteTarget::Job(by_tag.msg_id));
    let error = client.send(&text).await.unwrap_err();
    assert_eq!(error.code().map(ErrorCode::get), Some(40008));

    // previewPush.
    let me = openid("odys8xDP3L7UP1nXoDFrevFqO6KQ");
    mock.add_follower(me.clone());
    let body =
        r#"{"touser":"odys8xDP3L7UP1nXoDFrevFqO6KQ","text":{"content":"test"},"msgtype":"text"}"#;
    assert_eq!(program.post(PREVIEW, body).await["errcode"], 0);
    let receiver = PreviewReceiver::OpenId(me.clone());
    let typed = client.send(&Preview::new(receiver, MassContent::text("test"))).await.unwrap();
    assert_eq!(typed.msg_id, None);
    assert_eq!((mock.previews(&me), mock.inbox(&me)), (2, vec![]));

    // selectPush.
    let answer = program.post(GET, format!("{{\"msg_id\":{}}}", by_tag.msg_id)).await;
    assert_eq!(answer["msg_id"], by_tag.msg_id.get());
    assert_eq!(answer["msg_status"], "SEND_SUCCESS");
}

#[tokio::test]
async fn the_fifth_message_of_a_month_reaches_nobody() {
    let program = Program::start().await;
    let members = program.tagged(2, 3);
    let mut jobs = Vec::new();
    for number in 1..=5 {
        let body = format!(
            "{{\"filter\":{{\"is_to_all\":false,\"tag_id\":2}},\
             \"text\":{{\"content\":\"test {number}\"}},\"msgtype\":\"text\"}}"
        );
        jobs.push(program.submit(SENDALL, body).await);
        program.wait();
        assert_eq!(program.status(jobs[number - 1]).await, JobStatus::Success);
    }
    assert_eq!(program.counts(jobs[3]), [3, 3, 3, 0]);
    assert_eq!(program.counts(jobs[4]), [3, 0, 0, 0]);
    assert_eq!(program.live.mock.inbox(&members[0]), jobs[..4]);
}

#[tokio::test]
async fn a_subscription_account_sends_once_a_day_and_not_to_lists() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    mock.configure(|s| s.account_kind = wechat_mock::AccountKind::VerifiedSubscription);
    let to_all = |text: &str| SendAll::new(Filter::Everyone, MassContent::text(text));
    program.live.client.send(&to_all("one")).await.unwrap();
    let error = program.live.client.send(&to_all("two")).await.unwrap_err();
    assert_eq!(error.code().map(ErrorCode::get), Some(45028));
    let list = Recipients::new(mock.followers()).unwrap();
    let error = program.live.client.send(&Send::new(list, MassContent::text("three"))).await;
    assert_eq!(error.unwrap_err().code().map(ErrorCode::get), Some(48001));
    assert_eq!(mock.jobs().len(), 1);
}
