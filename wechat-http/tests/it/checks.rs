//! Documented limits, refused here or only warned of, against a platform that has other ones.

use wechat_http::{Checks, Error, Outcome};
use wechat_mock::Settings;
use wechat_types::codec::multipart::File;
use wechat_types::draft::{AddDraft, Article};
use wechat_types::endpoint::Endpoint;
use wechat_types::id::{ClientMsgId, OpenId, TagId};
use wechat_types::mass::{DeleteMass, DeleteTarget, MassContent, Recipients, Send};
use wechat_types::material::{AddMaterial, MaterialKind};
use wechat_types::tag::BatchTag;

use crate::rig::{Rig, SEND, count};
use crate::secrets::collecting;

const DRAFT: &str = "/cgi-bin/draft/add";

/// A platform with other limits than the documents have, and a client that does this about it.
fn rig(checks: Checks, limits: fn(&mut Settings)) -> Rig {
    Rig::with(|mock| mock.settings(limits), |client| client.checks(checks))
}

/// A title that no document allows.
async fn long_title(rig: &Rig) -> AddDraft {
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9";
    let file = File::new("cover.jpg", "image/jpeg", JPEG.to_vec());
    let cover = rig.client.send(&AddMaterial::new(MaterialKind::Image, file)).await.unwrap();
    let title = "标".repeat(Article::MAX_TITLE_CHARS + 1);
    AddDraft::new(vec![Article::new(title, "<p>茶</p>", cover.media_id)])
}

/// More people than a document allows; two of them follow.
fn many(rig: &Rig) -> Send {
    let strangers = (2..=Recipients::MAX).map(|n| OpenId::new(format!("oStranger{n:019}")));
    let mut list = rig.mock.followers();
    list.extend(strangers.map(Result::unwrap));
    assert_eq!(list.len(), Recipients::MAX + 1);
    let mut send = Send::new(Recipients::new(list).unwrap(), MassContent::text("茶"));
    send.client_msg_id = Some(ClientMsgId::new("many").unwrap());
    send
}

async fn assert_not_sent<E: Endpoint>(rig: &Rig, request: &E, code: i64) {
    let Err(error) = rig.client.send(request).await else { panic!("{} went out", E::SPEC.path) };
    assert!(matches!(error, Error::Encode(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(error.code().unwrap().get(), code);
    assert_eq!(count(&rig.mock, E::SPEC.path), 0, "{}", E::SPEC.path);
}

fn raised(limits: &mut Settings) {
    limits.title_limit = 100;
    limits.openids_per_send = 20_000;
    limits.key_limit = 64;
}

#[tokio::test]
async fn a_limit_that_the_platform_raised_is_still_refused_here() {
    let rig = rig(Checks::default(), raised);
    assert_eq!(rig.client.checks(), Checks::Refuse);
    assert_not_sent(&rig, &long_title(&rig).await, 45003).await;
    assert_not_sent(&rig, &many(&rig), 40032).await;
}

#[tokio::test]
async fn with_warnings_it_goes_out_and_the_log_says_so() {
    let rig = rig(Checks::Warn, raised);
    let (log, _guard) = collecting();
    rig.client.send(&long_title(&rig).await).await.unwrap();
    rig.client.send(&many(&rig)).await.unwrap();
    assert_eq!(rig.mock.jobs().len(), 1);
    let log = log.text();
    let warnings: Vec<&str> = log.lines().filter(|line| line.starts_with("WARN ")).collect();
    assert_eq!(warnings.len(), 2, "{log}");
    for (warning, path, code) in [(warnings[0], DRAFT, "45003"), (warnings[1], SEND, "40032")] {
        assert!(warning.contains(path), "{warning}");
        assert!(warning.contains(&format!("would be refused with {code}")), "{warning}");
    }
    assert!(!log.contains("标标"), "the text itself: {log}");
}

#[tokio::test]
async fn with_warnings_the_platform_decides() {
    let rig = rig(Checks::Warn, |_| ());
    for error in [
        rig.client.send(&long_title(&rig).await).await.map(drop).unwrap_err(),
        rig.client.send(&many(&rig)).await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.outcome(), Outcome::Rejected, "{error:?}");
        assert!(error.api().is_some(), "{error:?}");
    }
    assert_eq!(rig.mock.jobs().len(), 0);
}

#[tokio::test]
async fn audience_and_key_are_never_switched_off() {
    let rig = rig(Checks::Warn, raised);
    assert_not_sent(&rig, &BatchTag::new(Vec::new(), TagId::new(134)), 40032).await;
    assert_not_sent(&rig, &DeleteMass::new(DeleteTarget::Url(String::new())), 40059).await;
    // These cannot even be made.
    for few in [0, 1] {
        let list = rig.mock.followers().into_iter().take(few).collect();
        assert_eq!(Recipients::new(list).unwrap_err().code().unwrap().get(), 40130);
    }
    assert!(ClientMsgId::new("k".repeat(ClientMsgId::MAX_BYTES + 1)).is_err());
}
