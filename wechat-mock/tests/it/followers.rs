//! Followers by the thousand: importing them, large lists, and what is kept of many requests.

use serde_json::json;
use wechat_mock::{Hindrance, ImportError, JobProgress, MockServer};
use wechat_types::id::{OpenId, TagId};

use crate::rig::{Rig, SEND, SENDALL, code, msg_id, request, text_to, text_to_all};

const FAN: &str = "oTESTfan48X1xf6krmgnKRPWerco";
const OTHER: &str = "oTESTfan48X1xf6krmgnKRPWercp";

fn openid(text: &str) -> OpenId {
    OpenId::new(text).unwrap()
}

#[test]
fn an_import_takes_tags_states_and_times() {
    let rig = Rig::new();
    let lines = format!(
        "\u{feff}{FAN}\r\n# a remark\n\n{OTHER}\t102, 101\trefuses\t1700000000\noShort\t\tblacklisted"
    );
    for piece in [1, 7, 28, 1000] {
        let rig = Rig::new();
        let mut import = rig.server.begin_import();
        lines.as_bytes().chunks(piece).for_each(|piece| import.feed(piece).unwrap());
        assert_eq!(import.finish().unwrap(), 3, "in pieces of {piece}");
        let texts: Vec<String> = rig.server.followers().iter().map(OpenId::to_string).collect();
        assert_eq!(texts, [FAN, OTHER, "oShort"]);
    }
    rig.server.add_follower(openid(OTHER));
    rig.server.change_profile(&openid(OTHER), |profile| profile.remark = "her".to_owned());
    assert_eq!(rig.server.import_followers(lines.as_bytes()).unwrap(), 3);
    assert_eq!(rig.server.followers(), [openid(OTHER), openid(FAN), openid("oShort")]);
    assert_eq!(rig.server.tags_of(&openid(OTHER)), [TagId::new(102), TagId::new(101)]);
    let profile = rig.server.profile(&openid(OTHER)).unwrap();
    let followed = profile.followed_at.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert_eq!((followed.as_secs(), profile.remark.as_str()), (1_700_000_000, "her"));
    assert!(rig.server.tags().contains(&(TagId::new(101), "tag 101".to_owned())));
    // Neither the one who refuses nor the blacklisted one is left.
    let job = rig.server.job(msg_id(&rig.call(SENDALL, &text_to_all("x")))).unwrap();
    rig.advance(10);
    rig.server.due(rig.now());
    let counts = rig.server.job(job.msg_id).unwrap().counts;
    assert_eq!((counts.total, counts.sent), (3, 1));
}

#[test]
fn a_bad_line_is_named_and_nothing_is_imported() {
    for (bad, part) in [
        ("o b", "line 2, openid: \"o b\": "),
        (&format!("{FAN}\tx"), "line 2, tags: \"x\" is no tag"),
        (&format!("{FAN}\t1"), "\"1\" is no tag"),
        (&format!("{FAN}\t{}", (2..23).map(|n| n.to_string()).collect::<Vec<_>>().join(",")), "21"),
        (&format!("{FAN}\t\tgone"), "line 2, state: \"gone\" is none of unsubscribed, refuses"),
        (&format!("{FAN}\t\t\tyesterday"), "line 2, followed_at: \"yesterday\" is no number"),
        (&format!("{FAN}\t\t\t1\t2"), "a fifth field"),
        (&"o".repeat(2000), "1024 bytes"),
        ("中文", "only A-Z"),
    ] {
        let server = MockServer::builder().build();
        let lines = format!("{OTHER}\n{bad}\n{OTHER}\n");
        let error = server.import_followers(lines.as_bytes()).unwrap_err();
        assert!(matches!(error, ImportError::Line { line: 2, .. }), "{bad}: {error}");
        assert!(error.to_string().contains(part), "{bad}: {error}");
        assert_eq!(server.follower_count(), 0);
        // The error stays, whatever comes after it.
        let mut import = server.begin_import();
        import.feed(lines.as_bytes()).unwrap_err();
        import.feed(b"\n").unwrap_err();
        import.finish().unwrap_err();
        assert_eq!(server.tags().len(), 3);
    }
    let broken = std::io::Read::chain(FAN.as_bytes(), Broken);
    let error = MockServer::builder().build().import_followers(broken).unwrap_err();
    assert!(matches!(error, ImportError::Read(_)), "{error}");
}

/// A reader that fails.
pub(crate) struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the disk is gone"))
    }
}

#[test]
fn a_list_is_read_strictly_however_it_is_written() {
    let rig = Rig::with(|b| b.followers(3).settings(|s| s.progress = JobProgress::Immediate));
    let fans = rig.server.followers();
    let send = |touser: &str| {
        let text = r#""msgtype":"text","text":{"content":"x"}"#;
        let body = format!(
            "{{{text},\"touser\":{touser},\"clientmsgid\":\"{}\"}}",
            rig.server.jobs().len()
        );
        let url = format!("{SEND}?access_token={}", rig.token());
        rig.answer(&request("POST", &url, body.into()))
    };
    for (touser, expected) in [
        ("null", 40031),
        ("true", 40031),
        ("-1", 40031),
        ("1.5", 40031),
        ("\"o\"", 40031),
        ("{\"a\":[1]}", 40031),
        ("[]", 40130),
        ("[\"o\"]", 40130),
        ("[1,2]", 40031),
        ("[\"o\",null,true,{\"a\":1},[\"b\"],-1,0.5]", 40031),
        ("[\"o\",\"p\"]", 40003),
        ("[\"o\",\"p\"", 47001),
        ("[\"o\",\"p\"] x", 47001),
    ] {
        assert_eq!(code(&send(touser)), expected, "{touser}");
    }
    // An escape is text as it stands, or it is decoded.
    let escaped = format!("[\"\\u006f{}\",\"x\"]", &fans[0].as_str()[1..]);
    assert_eq!(code(&send(&escaped)), 40003);
    rig.server.configure(|s| s.escaped_text = wechat_mock::EscapedText::Decoded);
    assert_eq!(code(&send(&escaped)), 0);
    assert_eq!(rig.server.inbox(&fans[0]).len(), 1);
    // Twice in the list is once.
    let twice = format!("[ \"{}\" , \"{}\" ]", fans[1], fans[1]);
    let job = rig.server.job(msg_id(&send(&twice))).unwrap();
    assert_eq!((job.counts.total, rig.server.inbox(&fans[1]).len()), (1, 1));
}

/// More than a slice of followers: the job is brought to all of them, and the requests see it.
#[test]
fn a_large_job_reaches_everybody() {
    let rig = Rig::with(|b| b.followers(150_000));
    let fans = rig.server.followers();
    for fan in fans.iter().step_by(1000) {
        rig.server.set_hindrance(fan, Some(Hindrance::Refuses));
    }
    let all = msg_id(&rig.call(SENDALL, &text_to_all("a")));
    let few = msg_id(&rig.send_text(&fans[..2], "b", None));
    rig.advance(60);
    assert_eq!(rig.status(all), "SEND_SUCCESS");
    assert_eq!(rig.server.job(all).unwrap().counts.sent, 150_000 - 150);
    assert_eq!(rig.server.deliveries(all).len(), 150_000 - 150);
    assert_eq!(rig.server.inbox(&fans[149_999]), [all]);
    assert_eq!(rig.server.inbox(&fans[1]), [few, all]);
}

#[test]
fn the_request_log_is_bounded() {
    let rig = Rig::with(|b| b.followers(2).settings(|s| s.request_log_bytes = 20_000));
    let fans = rig.server.followers();
    for n in 0..200 {
        rig.send_text(&fans, &format!("text {n}"), None);
    }
    let kept = rig.server.received();
    assert!((20..100).contains(&kept.len()), "{}", kept.len());
    // Each send fetches its token first.
    assert_eq!(kept.last().unwrap().number, 400);
    assert!(kept.windows(2).all(|two| two[0].number + 1 == two[1].number));
    assert_eq!(kept.last().unwrap().json()["text"]["content"], json!("text 199"));
    assert_eq!(rig.server.received_after(399).len(), 1);
    assert!(rig.server.received_after(400).is_empty());
    assert_eq!(rig.server.received_after(3).len(), kept.len());
    // Of the errors not all are known any more: sends stop at 60 a minute.
    rig.server.configure(|s| s.request_log_bytes = 0);
    rig.exchange(&request("POST", SEND, text_to(&fans, "x", None).to_string().into()));
    assert!(rig.server.received().is_empty());
}
