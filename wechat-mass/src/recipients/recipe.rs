//! An audience put together from several sources, and how it is made.

use std::error::Error as StdError;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use wechat_http::Client;
use wechat_types::id::AppId;

use super::{
    Corrections, FetchError, Fetched, Gatherer, Listing, RecipientsError, Roster, Scratch,
    calls_of_followed_since, fetch, fetch_followed_since, reached_by, read_into,
};
use crate::journal::{JournalError, Store};
use crate::quota::Day;

/// Where recipients come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A file of one OpenID a line, see [`read`](super::read): by its name in [`Kitchen::files`], so that a
    /// recipe is the same wherever it is made.
    File(PathBuf),
    /// A list that the platform keeps.
    Listing(Listing),
    /// Whom a campaign of the same account has reached, see [`reached_by`].
    ReachedBy(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "file {:?}", file.display()),
            Self::Listing(listing) => listing.fmt(f),
            Self::ReachedBy(campaign) => write!(f, "reached by {campaign:?}"),
        }
    }
}

/// Everybody of the included sources who is in each of `and`, in none of `except`, and followed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recipe {
    /// All of these.
    pub include: Vec<Source>,
    /// Who is in each of these too.
    pub and: Vec<Source>,
    /// Who is in none of these.
    pub except: Vec<Source>,
    /// Who followed on this day in Beijing or later. Asks the platform about everybody who is left: a call
    /// for each 100.
    pub followed_since: Option<Day>,
}

/// What a recipe is made with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Kitchen<'a> {
    /// The account.
    pub account: &'a AppId,
    /// Who asks the platform; none, where it is not asked.
    pub client: Option<&'a Client>,
    /// The journal that knows who was reached; none, where there is none yet.
    pub store: Option<&'a dyn Store>,
    /// The folder that files are named in.
    pub files: &'a Path,
    /// The folder for lists that are being read.
    pub folder: &'a Path,
    /// Where long lists go.
    pub scratch: &'a Scratch,
}

impl<'a> Kitchen<'a> {
    /// Only files are read.
    pub fn new(
        account: &'a AppId,
        files: &'a Path,
        folder: &'a Path,
        scratch: &'a Scratch,
    ) -> Self {
        Self { account, client: None, store: None, files, folder, scratch }
    }

    fn file(&self, name: impl fmt::Display) -> PathBuf {
        let name = format!("{}-{name}.list", self.account).replace(' ', "-");
        self.folder.join(name)
    }
}

/// A source of a recipe cannot be had.
#[derive(Debug)]
#[non_exhaustive]
pub struct RecipeError {
    /// Which, in words.
    pub of: String,
    /// What is wrong with it.
    pub problem: RecipeProblem,
}

/// What is wrong with a source.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecipeProblem {
    /// A list cannot be read or kept.
    Recipients(RecipientsError),
    /// The platform's list is not read to its end.
    Fetch(FetchError),
    /// The journal does not tell whom a campaign reached.
    Journal(JournalError),
    /// Neither the platform nor a journal can be asked here.
    NotHere,
}

macro_rules! from {
    ($error:ident, $kind:ident) => {
        impl From<$error> for RecipeProblem {
            fn from(error: $error) -> Self {
                Self::$kind(error)
            }
        }
    };
}

from!(RecipientsError, Recipients);
from!(FetchError, Fetch);
from!(JournalError, Journal);

impl RecipeError {
    fn of(of: &impl fmt::Display) -> impl FnOnce(RecipeProblem) -> Self {
        let of = of.to_string();
        move |problem| Self { of, problem }
    }
}

impl fmt::Display for RecipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.of)?;
        match &self.problem {
            RecipeProblem::Recipients(error) => error.fmt(f),
            RecipeProblem::Fetch(error) => error.fmt(f),
            RecipeProblem::Journal(error) => error.fmt(f),
            RecipeProblem::NotHere => f.write_str(
                "neither the platform nor a journal can be asked in a rehearsal: name a server, such \
                 as the program wechat-mock",
            ),
        }
    }
}

impl StdError for RecipeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.problem {
            RecipeProblem::Recipients(error) => error.source(),
            RecipeProblem::Fetch(error) => error.source(),
            RecipeProblem::Journal(error) => error.source(),
            RecipeProblem::NotHere => None,
        }
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let parts = [(&self.include, ""), (&self.and, "and in "), (&self.except, "except ")];
        for (sources, word) in parts {
            for source in sources {
                write!(f, "{separator}{word}{source}")?;
                separator = ", ";
            }
        }
        match self.followed_since {
            Some(day) => write!(f, "{separator}who followed since {day}"),
            None => Ok(()),
        }
    }
}

impl Recipe {
    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.include.iter().chain(&self.and).chain(&self.except)
    }

    /// Its outcome changes by itself, so that a campaign which was begun goes on with the frozen list.
    /// Of files alone it does not: they are held against the frozen list.
    pub fn is_alive(&self) -> bool {
        self.followed_since.is_some()
            || self.sources().any(|source| !matches!(source, Source::File(_)))
    }

    /// All followers of the account, without any condition.
    pub fn is_everyone(&self) -> bool {
        self.include.contains(&Source::Listing(Listing::AllFollowers)) && self.has_no_condition()
    }

    fn has_no_condition(&self) -> bool {
        self.and.is_empty() && self.except.is_empty() && self.followed_since.is_none()
    }

    /// A way to the same people that needs one call, if there is one.
    pub fn simpler(&self) -> Option<String> {
        match self.include.as_slice() {
            _ if self.is_everyone() => Some(
                "everyone = true reaches the same people by one call, and needs no list".to_owned(),
            ),
            [Source::Listing(Listing::Tag(tag))] if self.has_no_condition() => {
                Some(format!("tag = {tag} reaches the same people by one call, and needs no list"))
            }
            _ => None,
        }
    }

    /// Makes the list, in bounded memory. What was read of the platform's lists survives a crash, and the
    /// next call goes on from there.
    ///
    /// # Errors
    ///
    /// [`RecipeError`] with the source that cannot be had.
    pub async fn make(
        &self,
        kitchen: &Kitchen<'_>,
        observe: &mut (dyn FnMut(&str, Fetched) + Send),
    ) -> Result<(Roster, Corrections), RecipeError> {
        let mut corrections = Corrections::default();
        let mut gatherer = Gatherer::new(kitchen.scratch.clone());
        for source in &self.include {
            take(source, kitchen, &mut gatherer, &mut corrections, observe).await?;
        }
        for source in &self.and {
            gatherer.and().map_err(|error| RecipeError::of(source)(error.into()))?;
            take(source, kitchen, &mut gatherer, &mut corrections, observe).await?;
        }
        for source in &self.except {
            gatherer.except();
            take(source, kitchen, &mut gatherer, &mut corrections, observe).await?;
        }
        if self.is_alive() {
            gatherer.made_by(self.to_string());
        }
        let failed = |error: RecipientsError| RecipeError::of(self)(error.into());
        let Some(day) = self.followed_since else {
            let roster = gatherer.finish().map_err(failed)?;
            corrections.complete(&roster);
            return Ok((roster, corrections));
        };
        let people = gatherer.finish().map_err(failed)?;
        corrections.complete(&people);
        let name = format!("followed since {day}");
        let told = RecipeError::of(&name);
        let Some(client) = kitchen.client else { return Err(told(RecipeProblem::NotHere)) };
        let mut gatherer = Gatherer::new(kitchen.scratch.clone());
        gatherer.made_by(self.to_string());
        let file = kitchen.file(&name);
        let calls = calls_of_followed_since(people.len());
        let name = format!("{name} of {} people ({calls} calls)", people.len());
        let mut show = |fetched| observe(&name, fetched);
        fetch_followed_since(client, &people, day.begins(), &file, &mut gatherer, &mut show)
            .await
            .map_err(|error| told(error.into()))?;
        Ok((gatherer.finish().map_err(failed)?, corrections))
    }
}

async fn take(
    source: &Source,
    kitchen: &Kitchen<'_>,
    gatherer: &mut Gatherer,
    corrections: &mut Corrections,
    observe: &mut (dyn FnMut(&str, Fetched) + Send),
) -> Result<(), RecipeError> {
    let done: Result<(), RecipeProblem> = match source {
        Source::File(file) => {
            let file = kitchen.files.join(file);
            let shown = file.display();
            let text =
                File::open(&file).map_err(RecipientsError::io(format!("{shown} cannot be read")));
            match text.and_then(|text| read_into(gatherer, BufReader::new(text))) {
                Ok(found) => {
                    corrections.add(&found);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            }
        }
        Source::Listing(listing) => match kitchen.client {
            None => Err(RecipeProblem::NotHere),
            Some(client) => {
                let name = listing.to_string();
                let file = kitchen.file(listing);
                let mut show = |fetched| observe(&name, fetched);
                let read = fetch(client, *listing, &file, gatherer, &mut show).await;
                read.map(drop).map_err(RecipeProblem::from)
            }
        },
        Source::ReachedBy(campaign) => match kitchen.store {
            None if kitchen.client.is_none() => Err(RecipeProblem::NotHere),
            None => Err(JournalError::no_campaign(campaign).into()),
            Some(store) => {
                let read = reached_by(store, kitchen.account, campaign, gatherer).await;
                read.map_err(RecipeProblem::from)
            }
        },
    };
    done.map_err(RecipeError::of(source))
}
