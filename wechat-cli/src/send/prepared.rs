//! A campaign file with all it names, the server it goes to, and where its record lies.

use std::path::Path;

use wechat_mass::campaign::{Content, Plan};
use wechat_mass::recipients::{Corrections, Recipe, Roster, Scratch};
use wechat_types::id::AppId;

use super::client;
use super::refusal::Refusal;
use crate::args::{SendArgs, ServerArgs, TokenArgs};
use crate::audience::{self, Place};
use crate::campaign_file::{self, CampaignFile, Whom};
use crate::journal_place::{self, JournalPlace};
use crate::target::{self, Target};
use crate::{account, embedded, state};

/// What the command line says of a campaign's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) campaign: &'a Path,
    account: Option<&'a str>,
    config: Option<&'a Path>,
    live: bool,
    base_url: Option<&'a str>,
    tokens: &'a TokenArgs,
    state: Option<&'a Path>,
    journal: Option<&'a str>,
    everyone: bool,
}

impl<'a> From<&'a SendArgs> for Asked<'a> {
    fn from(args: &'a SendArgs) -> Self {
        Self {
            campaign: &args.campaign,
            account: args.account.as_deref(),
            config: args.config.as_deref(),
            live: args.live,
            base_url: args.base_url.as_deref(),
            tokens: &args.tokens,
            state: args.state.as_deref(),
            journal: args.journal.as_deref(),
            everyone: args.everyone,
        }
    }
}

impl<'a> Asked<'a> {
    pub(super) fn of(campaign: &'a Path, args: &'a ServerArgs) -> Self {
        Self {
            campaign,
            account: args.account.as_deref(),
            config: args.config.as_deref(),
            live: args.live,
            base_url: args.base_url.as_deref(),
            tokens: &args.tokens,
            state: args.state.as_deref(),
            journal: args.journal.as_deref(),
            // Nothing is sent by it.
            everyone: true,
        }
    }

    /// The server; `named` is the account of the campaign file.
    pub(super) fn target(&self, named: Option<&str>) -> Result<Target, String> {
        let account =
            account::find(self.account.or(named), self.config, self.campaign, self.tokens)?;
        let environment = std::env::var("WECHAT_BASE_URL").ok();
        target::choose(account, self.live, self.base_url, environment.as_deref())
    }

    /// Where the record of what is sent there lies; the embedded mock has none.
    pub(super) fn journal(&self, target: &Target) -> Result<Option<JournalPlace>, String> {
        let asked = journal_place::Asked {
            journal: self.journal,
            state: self.state,
            beside: self.campaign,
        };
        JournalPlace::choose(asked, target)
    }

    /// Where long lists go.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch::folder(state::folder(self.state, self.campaign))
    }

    /// Reads and checks everything, so that nothing is sent unless the whole plan is valid. Of an
    /// audience that is put together the lists are read.
    pub(super) async fn prepare(&self) -> Result<Prepared, Refusal> {
        let mut file = campaign_file::read(self.campaign, self.scratch())?;
        let target = self.target(file.account.as_deref()).map_err(|e| vec![e])?;
        let app_id = app_id(&target).map_err(|e| vec![e])?;
        let (audience, corrections, advice) = match &file.audience {
            Whom::Ready(audience, corrections) => (audience.clone(), *corrections, None),
            Whom::Recipe(recipe) => {
                let made = self.make(recipe, &file.name, &app_id, &target).await?;
                (made.0.into(), made.1, recipe.simpler())
            }
        };
        // The plan takes the content over: pictures are not kept twice.
        let content = std::mem::replace(&mut file.content, Content::Text(String::new()));
        let plan = Plan::new(app_id, file.name.clone(), audience, content).map_err(|found| {
            let shown = self.campaign.display();
            found.list.iter().map(|p| format!("{shown}: {p}")).collect::<Vec<_>>()
        })?;
        Ok(Prepared { plan, file, corrections, advice, target })
    }

    /// Makes the list of a set operation. That asks the server, so it must be the right one already.
    async fn make(
        &self,
        recipe: &Recipe,
        campaign: &str,
        app_id: &AppId,
        target: &Target,
    ) -> Result<(Roster, Option<Corrections>), Refusal> {
        if recipe.is_everyone() && !self.everyone {
            return Err(vec![NOT_SAID.to_owned()].into());
        }
        let client = match target {
            Target::Embedded => None,
            Target::Named { account, base_url } => {
                target::must_be_mock(base_url).await.map_err(|e| vec![e])?;
                Some(client(account, base_url.clone())?)
            }
            Target::Live { account, base_url } => {
                target::must_not_be_mock(base_url).await.map_err(|e| vec![e])?;
                Some(client(account, base_url.clone())?)
            }
        };
        let journal = self.journal(target).map_err(|e| vec![e])?;
        let store = match &journal {
            Some(place) if place.exists() => {
                Some(place.open().await.map_err(Refusal::without_record)?)
            }
            _ => None,
        };
        let files = self.campaign.parent().unwrap_or(Path::new("."));
        let place = Place {
            account: app_id,
            client: client.as_ref(),
            files,
            folder: journal.as_ref().map_or(files, |place| &place.folder),
            store: store.as_deref(),
            scratch: self.scratch(),
        };
        Ok(audience::make(recipe, campaign, &place).await?)
    }
}

/// Everyone is said twice.
pub(super) const NOT_SAID: &str =
    "the campaign is for everyone: say so on the command line too, with --everyone";

pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) file: CampaignFile,
    /// What was corrected in the follower lists, if there are any.
    pub(super) corrections: Option<Corrections>,
    /// A cheaper way to the same people.
    pub(super) advice: Option<String>,
    pub(super) target: Target,
}

/// The account that sends.
pub(super) fn app_id(target: &Target) -> Result<AppId, String> {
    match target {
        Target::Embedded => embedded::app_id(),
        Target::Named { account, .. } | Target::Live { account, .. } => Ok(account.app_id.clone()),
    }
}

/// The server in words.
pub(super) fn server(target: &Target) -> String {
    match target {
        Target::Embedded => "embedded mock".to_owned(),
        Target::Named { base_url, .. } => base_url.to_string(),
        Target::Live { base_url, .. } => format!("{base_url} (LIVE)"),
    }
}
