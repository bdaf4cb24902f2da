//! The campaigns that take part: contents, audiences, and the followers among them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use wechat_mass::article::{ArticleSource, Picture};
use wechat_mass::campaign::{Content, Plan};
use wechat_types::id::{AppId, OpenId, TagId};
use wechat_types::mass::Audience;

use crate::dice::Dice;

pub(crate) const APP_ID: &str = "wx0123456789abcdef";
pub(crate) const TAG: TagId = TagId::new(101);

/// A plan, and who of its recipients really follows, call by call.
#[derive(Debug)]
pub(crate) struct Campaign {
    pub(crate) plan: Plan,
    /// None: all followers there are.
    pub(crate) followers: Option<Vec<Vec<OpenId>>>,
    pub(crate) tag: bool,
}

/// Every campaign that a seed can choose, made once: the large lists take their time.
#[derive(Debug)]
pub(crate) struct Cast {
    /// By audience, then by content.
    all: Vec<Vec<Arc<Campaign>>>,
}

/// Whom the campaigns are for. No follower is in two of them, but for everyone.
#[derive(Clone, Copy, Debug)]
enum Whom {
    /// OpenIDs, of whom these follow by call: a list of 10,001 makes two calls, of 20,001 three.
    List(Span, &'static [Span]),
    Tag(Span),
    Everyone,
}

/// From where to where.
type Span = (usize, usize);

/// The large lists stand last.
const AUDIENCES: [Whom; 6] = [
    Whom::List((0, 5), &[(0, 5)]),
    Whom::List((10, 20), &[(12, 15)]),
    Whom::Tag((30, 33)),
    Whom::Everyone,
    Whom::List((20_000, 30_001), &[(20_001, 20_004), (29_999, 30_001)]),
    Whom::List((40_000, 60_001), &[(40_000, 40_002), (50_000, 50_002), (59_999, 60_001)]),
];
const LARGE: usize = 2;

fn fan(number: usize) -> Result<OpenId, String> {
    OpenId::new(format!("oTESTfan{number:020}")).map_err(|error| error.to_string())
}

fn fans(range: Span) -> Result<Vec<OpenId>, String> {
    let range: Range<usize> = range.0..range.1;
    range.map(fan).collect()
}

fn contents() -> Result<Vec<Content>, String> {
    let mut png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02".to_vec();
    png.extend_from_slice(b"\x08\x06\x00\x00\x00\x72\xb6\x0d\x24");
    let picture = Picture::new("tea.png", png).map_err(|found| found.to_string())?;
    let pictures = BTreeMap::from([("tea.png".to_owned(), picture.clone())]);
    let article = ArticleSource::new("春茶上新", "<img src=\"tea.png\">", picture, pictures);
    Ok(vec![
        Content::Text("三款明前茶今日到店".to_owned()),
        Content::Text("明日打烊".to_owned()),
        Content::article(article),
    ])
}

impl Cast {
    pub(crate) fn new() -> Result<Self, String> {
        let account = AppId::new(APP_ID).map_err(|error| error.to_string())?;
        let mut all = Vec::new();
        for (slot, whom) in AUDIENCES.iter().enumerate() {
            let mut of_audience = Vec::new();
            for (said, content) in contents()?.into_iter().enumerate() {
                let (audience, followers) = match whom {
                    Whom::List(list, calls) => {
                        let audience = Audience::open_ids(fans(*list)?);
                        let followers = calls.iter().map(|call| fans(*call)).collect();
                        (audience.map_err(|error| error.to_string())?, Some(followers))
                    }
                    Whom::Tag(tagged) => (Audience::tag(TAG), Some(Ok(vec![fans(*tagged)?]))),
                    Whom::Everyone => (Audience::everyone(), None),
                };
                let name = format!("campaign-{slot}{said}");
                let plan = Plan::new(account.clone(), name, audience, content)
                    .map_err(|found| found.to_string())?;
                of_audience.push(Arc::new(Campaign {
                    plan,
                    followers: followers.transpose()?,
                    tag: matches!(whom, Whom::Tag(_)),
                }));
            }
            all.push(of_audience);
        }
        Ok(Self { all })
    }

    /// One to three campaigns of different audiences. Often two say the same.
    pub(crate) fn choose(&self, dice: &mut Dice) -> Vec<Arc<Campaign>> {
        let mut slots: Vec<usize> = (0..AUDIENCES.len() - LARGE).collect();
        let mut chosen = Vec::new();
        let count = 1 + dice.below(3);
        // A list of ten thousand takes as long as a hundred small ones.
        if dice.one_in(6) {
            chosen.push(AUDIENCES.len() - if dice.one_in(4) { 1 } else { LARGE });
        }
        while (chosen.len() as u64) < count && !slots.is_empty() {
            let place = usize::try_from(dice.below(slots.len() as u64)).unwrap_or_default();
            chosen.push(slots.remove(place));
        }
        let first = dice.below(3);
        let mut said = chosen.iter().map(|_| if dice.one_in(2) { first } else { dice.below(3) });
        let mut campaigns = Vec::new();
        for slot in &chosen {
            let content = said.next().and_then(|said| usize::try_from(said).ok());
            let of_audience = self.all.get(*slot);
            campaigns.extend(
                of_audience.zip(content).and_then(|(all, content)| all.get(content)).cloned(),
            );
        }
        campaigns
    }
}
