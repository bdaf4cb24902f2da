//! Single keyed calls: sends, previews, status.

use async_trait::async_trait;
use bytes::Bytes;
use wechat_http::{Client, Outcome, Transport, TransportError};
use wechat_mass::MassSender;
use wechat_mass::campaign::Conclusion;
use wechat_mock::InProcess;
use wechat_types::id::{ClientMsgId, MsgId, TagId, WeChatName};
use wechat_types::mass::{JobStatus, MassContent, PreviewReceiver, Recipients, ReportSource};

use crate::world::{GET, PREVIEW, SEND, SENDALL, World, fan, fans, plan, text};

fn key(text: &str) -> ClientMsgId {
    ClientMsgId::new(text).unwrap()
}

fn tea() -> MassContent {
    MassContent::text("茶")
}

fn sender(world: &World) -> MassSender {
    MassSender::new(world.client.clone())
}

fn recipients() -> Recipients {
    Recipients::new(fans(5)).unwrap()
}

#[tokio::test]
async fn a_key_that_is_known_is_accepted_already() {
    let world = World::new(5);
    let sender = sender(&world);
    let first = sender.send_to(recipients(), tea(), key("k1")).await.unwrap();
    assert!(!first.already);
    let second = sender.send_to(recipients(), tea(), key("k1")).await.unwrap();
    assert!(second.already);
    assert_eq!(second.msg_id, first.msg_id);
    assert_eq!(world.requests(SEND)[1].answer.errcode, Some(45065));
    world.assert_once(5);
}

#[tokio::test]
async fn another_key_is_another_message() {
    let world = World::new(5);
    let sender = sender(&world);
    let first = sender.send_to(recipients(), tea(), key("k1")).await.unwrap();
    let second = sender.send_to(recipients(), tea(), key("k2")).await.unwrap();
    assert!(!second.already && first.msg_id != second.msg_id);
}

#[tokio::test]
async fn articles_carry_the_number_of_their_statistics() {
    let world = World::new(5);
    let draft = world.mock.add_draft();
    let content = MassContent::articles(draft);
    let accepted = sender(&world).send_to(recipients(), content.clone(), key("k1")).await.unwrap();
    let job = world.mock.job(accepted.msg_id).unwrap();
    assert!(accepted.msg_data_id.is_some());
    assert_eq!(accepted.msg_data_id, job.msg_data_id);
    // 45065 does not tell it.
    let again = sender(&world).send_to(recipients(), content, key("k1")).await.unwrap();
    assert_eq!((again.msg_data_id, again.already), (None, true));
}

#[tokio::test]
async fn everyone_and_a_tag_are_different_calls() {
    let world = World::new(5);
    let tag = TagId::new(134);
    world.mock.add_tag(tag, "茶客");
    world.mock.tag_follower(&fan(3), tag);
    let sender = sender(&world);
    let tagged = sender.send_to_tag(tag, tea(), key("k1")).await.unwrap();
    let to_all = sender.send_all(tea(), key("k2")).await.unwrap();
    assert!(sender.send_to_tag(tag, tea(), key("k1")).await.unwrap().already);
    assert!(sender.send_all(tea(), key("k2")).await.unwrap().already);
    world.clock.advance(crate::world::HOUR);
    world.mock.due(world.now());
    assert_eq!(world.mock.deliveries(tagged.msg_id), [fan(3)]);
    assert_eq!(world.mock.deliveries(to_all.msg_id), fans(5));
    assert_eq!(world.requests(SENDALL)[0].json()["filter"]["is_to_all"], false);
}

#[tokio::test]
async fn a_lost_answer_is_not_repeated_and_says_so() {
    let world = World::new(5);
    world.mock.on(SEND).answer_lost();
    let error = sender(&world).send_to(recipients(), tea(), key("k1")).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(world.count(SEND), 1);
    world.assert_once(5);
}

#[tokio::test]
async fn existing_without_a_job_is_an_error() {
    let world = World::new(5);
    // The code alone, as an injected answer has it.
    world.mock.on(SEND).errcode(45065);
    let error = sender(&world).send_to(recipients(), tea(), key("k1")).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(45065));
}

#[tokio::test]
async fn a_preview_reaches_one_person_and_uses_up_nothing() {
    let world = World::new(5);
    let sender = sender(&world);
    let draft = world.mock.add_draft();
    let content = MassContent::articles(draft.clone());
    let to = PreviewReceiver::OpenId(fan(1));
    assert_eq!(sender.preview(to.clone(), content.clone()).await.unwrap(), None);
    let name = WeChatName::new("tea-lover").unwrap();
    world.mock.add_wechat_name(name.clone(), fan(2));
    sender.preview(PreviewReceiver::WeChatName(name), tea()).await.unwrap();
    assert_eq!((world.mock.previews(&fan(1)), world.mock.previews(&fan(2))), (1, 1));
    assert!(!world.draft(&draft).consumed);
    assert!(world.mock.jobs().is_empty());
    world.mock.configure(|rules| rules.preview_answers_msg_id = true);
    assert!(sender.preview(to, content).await.unwrap().is_some());
    assert_eq!(world.count(PREVIEW), 3);
    let nobody = PreviewReceiver::OpenId(fan(99));
    let error = sender.preview(nobody, tea()).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(43004));
}

#[tokio::test]
async fn a_status_is_a_report_without_counters() {
    let world = World::new(5);
    let sender = sender(&world);
    let job = sender.send_to(recipients(), tea(), key("k1")).await.unwrap().msg_id;
    let report = sender.status(job).await.unwrap();
    assert_eq!((report.status, report.source), (JobStatus::Sending, ReportSource::StatusQuery));
    world.clock.advance(crate::world::HOUR);
    let report = sender.status(job).await.unwrap();
    assert_eq!((report.msg_id, report.status), (job, JobStatus::Success));
    assert_eq!((report.total, report.sent), (None, None));
    let error = sender.status(MsgId::new(7)).await.unwrap_err();
    assert_eq!(error.code().map(|code| code.get()), Some(40059));
}

/// A platform that answers every question about a job with a job of another number.
#[derive(Debug)]
struct Confused(InProcess);

#[async_trait]
impl Transport for Confused {
    fn stand_in(&self) -> Option<&str> {
        self.0.stand_in()
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportError> {
        let is_question = request.uri().path() == GET;
        let mut answer = self.0.send(request).await?;
        if is_question {
            *answer.body_mut() =
                Bytes::from_static(b"{\"msg_id\":7,\"msg_status\":\"SEND_SUCCESS\"}");
        }
        Ok(answer)
    }
}

#[tokio::test]
async fn a_status_is_about_the_job_that_was_asked_for() {
    let mut world = World::new(5);
    world.client = Client::builder(world.mock.app_id(), world.mock.app_secret())
        .transport(Confused(world.mock.transport()))
        .clock(world.mock.clock())
        .build()
        .unwrap();
    let job = sender(&world).send_to(recipients(), tea(), key("k1")).await.unwrap().msg_id;
    assert_eq!(sender(&world).status(job).await.unwrap().msg_id, job);
    // A campaign comes to its end by it, instead of asking for ever.
    let report = world.run(&plan(5, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
}
