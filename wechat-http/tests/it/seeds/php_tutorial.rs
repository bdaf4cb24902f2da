//! Article 004: a PHP tutorial, from pictures over `add_news` and previews to a send to everyone.
//!
//! Its author asks two things. Why a preview answers no `msg_id`: it is so, as the mock has it.
//! Why `uploadnews` answers 40007 where `add_news` works: nobody knows, so a fault does it here.

use wechat_types::id::OpenId;
use wechat_types::mass::JobStatus;
use wechat_types::material::{AddMaterial, MaterialKind};
use wechat_types::media::UploadImage;

use super::{Program, jpeg, media_id};

const ADD_NEWS: &str = "/cgi-bin/material/add_news";
const UPLOADNEWS: &str = "/cgi-bin/media/uploadnews";
const PREVIEW: &str = "/cgi-bin/message/mass/preview";
const SENDALL: &str = "/cgi-bin/message/mass/sendall";

/// `articles` holds a list of objects: the article warns of leaving one level out.
fn articles(thumb: &str, picture: &str, count: usize) -> String {
    let article = |number: usize| {
        format!(
            "{{\"title\":\"最后一组测试——{number}\",\"thumb_media_id\":\"{thumb}\",\
             \"author\":\"测试编辑{number}\",\"digest\":\"这是测试的摘要{number}\",\
             \"show_cover_pic\":1,\
             \"content\":\"这是一个测试文章{number}<br/><img src='{picture}'>测试下图文素材的效果\",\
             \"content_source_url\":\"http:\\/\\/www.地址\"}}"
        )
    };
    let list: Vec<String> = (1..=count).map(article).collect();
    format!("{{\"articles\":[{}]}}", list.join(","))
}

/// `addMaterial` and `addMaterialUrl`: the cover's id, and the address for the text.
async fn pictures(program: &Program) -> (String, String) {
    let client = &program.live.client;
    let cover = client.send(&AddMaterial::new(MaterialKind::Image, jpeg())).await.unwrap();
    assert!(cover.url.is_some(), "a picture comes with both");
    let url = client.send(&UploadImage::new(jpeg())).await.unwrap().url;
    (cover.media_id.as_str().to_owned(), url)
}

fn preview(openid: &OpenId, content: &str) -> String {
    format!("{{\"touser\":\"{openid}\",{content}}}")
}

#[tokio::test]
async fn the_four_steps() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let me = mock.followers()[0].clone();

    // Steps 1 and 2.
    let (thumb, picture) = pictures(&program).await;
    assert_eq!(mock.article_pictures(), [picture.as_str()]);
    let body = articles(&thumb, &picture, 2);
    let answer = program.post(ADD_NEWS, body.as_str()).await;
    let news = media_id(&answer);
    assert!(answer.get("errcode").is_none(), "{answer}");
    let kept = format!("{{\"media_id\":\"{news}\"}}");
    let kept = program.post("/cgi-bin/material/get_material", kept).await;
    let items = kept["news_item"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{kept}");
    assert_eq!(items[1]["title"], "最后一组测试——2");
    assert_eq!(items[1]["content_source_url"], "http://www.地址");
    assert!(items[0]["content"].as_str().unwrap().contains(&picture), "the picture stays");

    // Step 3, a text as PHP escapes it, and the articles.
    let text = r#""text":{"content":"\u96e8\u7eb7\u7eb7,\u65e7\u6545\u91cc"},"msgtype":"text""#;
    let mpnews = format!("\"mpnews\":{{\"media_id\":\"{news}\"}},\"msgtype\":\"mpnews\"");
    for content in [text, mpnews.as_str()] {
        let answer = program.post(PREVIEW, preview(&me, content)).await;
        assert_eq!(answer["errcode"], 0, "{answer}");
        assert!(answer.get("msg_id").is_none(), "{answer}");
    }
    assert_eq!((mock.previews(&me), mock.jobs().len()), (2, 0));

    // Step 4: everyone, beside an empty tag.
    let body = format!("{{\"filter\":{{\"is_to_all\":true,\"tag_id\":\"\"}},{mpnews}}}");
    let job = program.submit(SENDALL, body).await;
    program.wait();
    assert_eq!(program.status(job).await, JobStatus::Success);
    assert!(mock.job(job).unwrap().to_all);
    assert_eq!(mock.deliveries(job), mock.followers());
}

#[tokio::test]
async fn uploadnews_fails_where_add_news_works() {
    let program = Program::start().await;
    let mock = &program.live.mock;
    let (thumb, picture) = pictures(&program).await;
    let body = articles(&thumb, &picture, 2);

    // The fault: the cover is good, as the next two calls show.
    mock.on(UPLOADNEWS).errcode(40007);
    let refused = program.post(UPLOADNEWS, body.as_str()).await;
    assert_eq!(refused["errcode"], 40007, "{refused}");
    assert!(refused.get("media_id").is_none(), "{refused}");
    assert_eq!(mock.faults_left(), 0);
    media_id(&program.post(ADD_NEWS, body.as_str()).await);
    let answer = program.post(UPLOADNEWS, body.as_str()).await;
    assert_eq!(answer["type"], "news", "{answer}");
    media_id(&answer);
}

#[tokio::test]
async fn eight_articles_in_a_list_and_no_empty_tag_alone() {
    let program = Program::start().await;
    let (thumb, picture) = pictures(&program).await;
    for path in [ADD_NEWS, UPLOADNEWS] {
        media_id(&program.post(path, articles(&thumb, &picture, 8)).await);
        let nine = program.post(path, articles(&thumb, &picture, 9)).await;
        assert_eq!(nine["errcode"], 45008, "{nine}");
        let flat = articles(&thumb, &picture, 1).replace(['[', ']'], "");
        let flat = program.post(path, flat).await;
        assert_eq!(flat["errcode"], 47001, "{flat}");
    }
    // Only `true` means everyone.
    let body =
        r#"{"filter":{"is_to_all":false,"tag_id":""},"text":{"content":"x"},"msgtype":"text"}"#;
    let refused = program.post(SENDALL, body).await;
    assert_eq!(refused["errcode"], 40152, "{refused}");
    assert!(program.live.mock.jobs().is_empty());
}
