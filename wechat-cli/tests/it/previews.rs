//! `preview`: to one person, counted, and never more.

use crate::program::{program, run};
use crate::shop::{DRAFT_ADD, Shop, TEXT, fan};

const PREVIEW: &str = "/cgi-bin/message/mass/preview";

#[test]
fn an_article_is_shown_to_one_follower_and_to_nobody_else() {
    let shop = Shop::new(3);
    let to = fan(1).as_str().to_owned();
    let run = shop.operate(&["preview", "campaign.toml", "--to", &to]);
    run.assert_status(0).assert_says("shown to oTESTfan");
    let previews = (0..3).map(|number| shop.mock.previews(&fan(number)));
    assert_eq!(previews.collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!((shop.count(PREVIEW), shop.count(DRAFT_ADD)), (1, 1));
    let body = shop.requests(PREVIEW)[0].json();
    assert_eq!((&body["touser"], &body["msgtype"]), (&to.as_str().into(), &"mpnews".into()));
    let [action] = &shop.actions()[..] else { panic!("{:?}", shop.actions()) };
    assert_eq!((&action["command"], &action["campaign"]), (&"preview".into(), &"spring".into()));
}

#[test]
fn a_text_is_shown_by_wechat_name() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let run =
        shop.operate(&["preview", "campaign.toml", "--to-name", "nobody-of-this-name", "--json"]);
    let body = shop.requests(PREVIEW)[0].json();
    assert_eq!(body["towxname"], "nobody-of-this-name");
    assert_eq!(body["text"]["content"], "【春茶上新】三款明前茶今日到店");
    // The mock knows nobody of this name.
    run.assert_status(1).assert_says("40132");
    assert_eq!(shop.actions()[0]["exit"], 1);
}

#[test]
fn the_day_s_previews_are_counted_in_the_record() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let to = fan(0).as_str().to_owned();
    shop.operate(&["preview", "campaign.toml", "--to", &to]).assert_status(0);
    let journal = rusqlite::Connection::open(shop.journal()).unwrap();
    let today = "INSERT INTO spent SELECT account, spend, at FROM spent WHERE spend = 'preview'";
    // 1, 2, 4 … 128.
    for _ in 0..7 {
        journal.execute(today, []).unwrap();
    }
    drop(journal);
    let over = shop.operate(&["preview", "campaign.toml", "--to", &to]);
    over.assert_status(2).assert_says("the 100 previews of the day are used up");
    assert_eq!(shop.count(PREVIEW), 1);
    let quota = shop.operate(&["quota", "--json"]);
    let lines = quota.assert_status(0).lines();
    let preview = lines.iter().find(|line| line["path"] == PREVIEW).unwrap();
    assert_eq!((&preview["used"], &preview["recorded"]), (&1.into(), &128.into()));
}

#[test]
fn a_stranger_is_refused_with_code_and_meaning() {
    let shop = Shop::new(2);
    shop.write("campaign.toml", TEXT);
    let run = shop.operate(&["preview", "campaign.toml", "--to", fan(9).as_str()]);
    run.assert_status(1).assert_says("43004").assert_says("error: ");
    for options in [&[][..], &["--to", "o1", "--to-name", "x"]] {
        let words = [&["preview", "campaign.toml"], options].concat();
        shop.operate(&words).assert_status(2);
    }
    assert_eq!(shop.count(PREVIEW), 1);
}

#[test]
fn without_a_server_it_is_a_rehearsal() {
    let shop = Shop::new(2);
    let mut command = program(&shop.path(""));
    command.current_dir(shop.path("")).args(["preview", "campaign.toml", "--to", fan(0).as_str()]);
    run(&mut command).assert_status(0).assert_says("on embedded mock");
    shop.assert_untouched();
    assert!(!shop.path(".wechat-mass").exists());
}
