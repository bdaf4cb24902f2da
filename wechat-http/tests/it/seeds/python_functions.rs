//! Article 003: Python functions of 2019 that send, preview and delete every kind of message.

use http::Method;
use serde_json::Value;
use wechat_mock::Verdict;
use wechat_types::codec::multipart::File;
use wechat_types::draft::{AddDraft, Article};
use wechat_types::id::{MediaId, MsgId, WeChatName};
use wechat_types::mass::{GetSpeed, JobStatus, Speed};
use wechat_types::material::{AddMaterial, MaterialKind};
use wechat_types::media::{MediaKind, UploadImage, UploadMedia, UploadNews, UploadVideo};

use super::{Program, jpeg};

const SENDALL: &str = "/cgi-bin/message/mass/sendall";
const PREVIEW: &str = "/cgi-bin/message/mass/preview";
const GET: &str = "/cgi-bin/message/mass/get";

/// The three ways into a mini program, with the article's own spelling.
const MINI_PROGRAMS: &str = r#"<mp-miniprogram data-miniprogram-appid="wx123123123" data-miniprogram-path="pages/index/index" data-miniprogram-title="小程序示例" data-progarm-imageurl="PICTURE"></mp-miniprogram>
<p><a data-miniprogram-appid="wx123123123" data-miniprogram-path="pages/index" href="">点击文字跳转小程序</a></p>
<p><a data-miniprogram-appid="wx123123123" data-miniprogram-path="pages/index" href=""><img src="PICTURE"  data-width="null" data-ratio="NaN"></a></p>"#;

async fn temporary(program: &Program, kind: MediaKind, file: File) -> MediaId {
    program.live.client.send(&UploadMedia::new(kind, file)).await.unwrap().media_id
}

/// An article with the picture of step 1 in it.
async fn article(program: &Program, cover: MediaId) -> Article {
    let url = program.live.client.send(&UploadImage::new(jpeg())).await.unwrap().url;
    Article::new("小程序", MINI_PROGRAMS.replace("PICTURE", &url), cover)
}

/// All six contents, as the article writes what follows the audience.
async fn contents(program: &Program) -> Vec<String> {
    let client = &program.live.client;
    let cover = temporary(program, MediaKind::Thumb, jpeg()).await;
    let news = UploadNews::new(vec![article(program, cover).await]);
    let news = client.send(&news).await.unwrap().media_id;
    let mp3 = File::new("a.mp3", "audio/mpeg", b"ID3\x03\0\0".to_vec());
    let voice = temporary(program, MediaKind::Voice, mp3).await;
    let image = temporary(program, MediaKind::Image, jpeg()).await;
    let mp4 = File::new("a.mp4", "video/mp4", b"\0\0\0\x18ftypmp42".to_vec());
    let video = temporary(program, MediaKind::Video, mp4).await;
    // get_uploadedvideo: a send takes the second id.
    let upload = UploadVideo::new(video.clone(), "标题", "介绍");
    let prepared = client.send(&upload).await.unwrap();
    assert_eq!(prepared.kind, MediaKind::Video);
    assert_ne!(prepared.media_id, video);
    let video = prepared.media_id;
    vec![
        format!(r#""mpnews":{{"media_id":"{news}"}},"msgtype":"mpnews","send_ignore_reprint":0"#),
        r#""text":{"content":"CONTENT"},"msgtype":"text""#.to_owned(),
        format!(r#""voice":{{"media_id":"{voice}"}},"msgtype":"voice""#),
        format!(r#""image":{{"media_id":"{image}"}},"msgtype":"image""#),
        format!(r#""mpvideo":{{"media_id":"{video}"}},"msgtype":"mpvideo""#),
        r#""wxcard":{"card_id":"123dsdajkasd231jhksad"},"msgtype":"wxcard""#.to_owned(),
    ]
}

async fn status(program: &Program, job: MsgId) -> Value {
    program.post(GET, format!("{{\"msg_id\": {job}}}")).await["msg_status"].clone()
}

#[tokio::test]
async fn every_kind_is_sent_asked_about_and_deleted_where_possible() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let reader = program.tagged(2, 1).remove(0);
    let contents = contents(&program).await;

    let mut jobs = Vec::new();
    for content in &contents {
        // The card's sample has the tag as text.
        let tag = if content.contains("wxcard") { "\"2\"" } else { "2" };
        let body = format!(r#"{{"filter":{{"is_to_all":false,"tag_id":{tag}}},{content}}}"#);
        jobs.push(program.submit(SENDALL, body).await);
        assert_eq!(status(&program, jobs[jobs.len() - 1]).await, "SENDING");
        program.wait();
        assert_eq!(status(&program, jobs[jobs.len() - 1]).await, "SEND_SUCCESS");
    }
    // Each follower receives four messages a month.
    assert_eq!(mock.inbox(&reader), jobs[..4]);
    assert_eq!(program.counts(jobs[3]), [1, 1, 1, 0]);
    assert_eq!(program.counts(jobs[4]), [1, 0, 0, 0]);

    // del_massmsg: articles and videos only; 0 is the whole message.
    for (job, content) in jobs.iter().zip(&contents) {
        let deletable = content.contains("mpnews") || content.contains("mpvideo");
        let body = format!("{{\"msg_id\": {job}, \"article_idx\": 0}}");
        let answer = program.post("/cgi-bin/message/mass/delete", body).await;
        assert_eq!(answer["errcode"], if deletable { 0 } else { 40008 }, "{content}: {answer}");
        let expected = if deletable { "DELETE" } else { "SEND_SUCCESS" };
        assert_eq!(status(&program, *job).await, expected, "{content}");
    }
}

#[tokio::test]
async fn every_kind_is_shown_before_it_is_sent() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let me = mock.followers()[0].clone();
    mock.add_wechat_name(WeChatName::new("示例的微信号").unwrap(), mock.followers()[1].clone());
    let mut contents = contents(&program).await;
    // The extension is text within text; the article has lost the backslashes.
    contents[5] = r#""wxcard":{"card_id":"123dsdajkasd231jhksad","card_ext":"{\"code\":\"\",\"openid\":\"\",\"timestamp\":\"1402057159\",\"signature\":\"017bb17407c8e0058a66d72dcc61632b70f511ad\"}"},"msgtype":"wxcard""#.to_owned();
    for content in &contents {
        let answer = program.post(PREVIEW, format!(r#"{{"touser":"{me}",{content}}}"#)).await;
        assert_eq!(answer["errcode"], 0, "{content}: {answer}");
        assert!(answer.get("msg_id").is_none(), "{answer}");
    }
    assert_eq!(mock.previews(&me), 6);
    // By WeChat name, which wins over the OpenID.
    let both = format!(r#"{{"touser":"{me}","towxname":"示例的微信号",{}}}"#, contents[0].as_str());
    assert_eq!(program.post(PREVIEW, both).await["errcode"], 0);
    let name = format!(r#"{{"towxname":"示例的微信号",{}}}"#, contents[0].as_str());
    assert_eq!(program.post(PREVIEW, name).await["errcode"], 0);
    assert_eq!((mock.previews(&me), mock.previews(&mock.followers()[1])), (6, 2));
    assert!(mock.jobs().is_empty());
}

#[tokio::test]
async fn a_reprint_is_refused_and_a_key_keeps_from_sending_twice() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let add = AddMaterial::new(MaterialKind::Image, jpeg());
    let cover = program.live.client.send(&add).await.unwrap().media_id;
    let article = article(&program, cover).await;
    let draft = program.live.client.send(&AddDraft::new(vec![article])).await.unwrap().media_id;

    // The event's sample: err(30003), all counters 0.
    mock.next_job_verdict(Verdict::Refused(30003));
    let body = format!(
        r#"{{"filter":{{"is_to_all":false,"tag_id":2}},"mpnews":{{"media_id":"{draft}"}},"msgtype":"mpnews","send_ignore_reprint":0}}"#
    );
    let answer = program.post(SENDALL, body).await;
    assert!(answer["msg_data_id"].is_u64(), "{answer}");
    let job = MsgId::new(answer["msg_id"].as_u64().unwrap());
    program.wait();
    assert_eq!(program.status(job).await, JobStatus::Fail);
    assert_eq!(program.counts(job), [0, 0, 0, 0]);

    let body = r#"{"filter":{"is_to_all":true},"text":{"content":"CONTENT"},"msgtype":"text","clientmsgid":"send_tag_2"}"#;
    let first = program.submit(SENDALL, body).await;
    let again = program.post(SENDALL, body).await;
    assert_eq!((&again["errcode"], &again["msg_id"]), (&45065.into(), &first.get().into()));
    program.wait();
    assert_eq!(program.status(first).await, JobStatus::Success);
    assert_eq!(mock.inbox(&mock.followers()[0]), [first]);
}

#[tokio::test]
async fn the_speed_is_read_by_get_and_set() {
    let program = Program::start().await;
    let path = "/cgi-bin/message/mass/speed";
    // Python's GET has a body.
    let read = async || program.call(Method::GET, &format!("{path}/get"), "{}".to_owned()).await;
    assert_eq!(read().await, serde_json::json!({"speed": 0, "realspeed": 80}));
    let answer = program.post(&format!("{path}/set"), "{\"speed\": 3}").await;
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert_eq!(read().await, serde_json::json!({"speed": 3, "realspeed": 30}));
    let typed = program.live.client.send(&GetSpeed::new()).await.unwrap();
    assert_eq!((typed.speed, typed.real_speed), (Speed::Slow, 30));
    let answer = program.post(&format!("{path}/set"), "{\"speed\": 5}").await;
    assert_eq!(answer["errcode"], 45083, "{answer}");
}
