//! Uploads, and the drafts that calls use up: nothing is sent by them.

use std::time::{Duration, SystemTime};

use wechat_http::Error;
use wechat_types::error_code::ErrorCode;

use super::run::Run;
use super::{Driver, DriverError, Event};
use crate::article::{PublishError, add_cover, add_draft, upload_picture};
use crate::campaign::preparation::{self, Preparation};
use crate::campaign::verdict::reason_of;
use crate::campaign::{Campaign, Step, WaitReason};
use crate::journal::{Entry, Hold, Part};

/// How soon a worker looks again whether the uploads are there that another makes.
const UPLOADS: Duration = Duration::from_secs(5);

/// Why something was not made.
struct Unprepared {
    reason: String,
    /// When it is tried again, and why not before; none when it never will be.
    again: Option<(SystemTime, WaitReason)>,
}

impl From<String> for Unprepared {
    fn from(reason: String) -> Self {
        Self { reason, again: None }
    }
}

impl Driver<'_> {
    /// Uploads, or makes a draft, unless another worker is at it.
    pub(super) async fn prepare_alone(
        &self,
        run: &mut Run<'_, '_>,
        step: &Step,
    ) -> Result<(), DriverError> {
        // A worker without one does not hold what others could make. Alone, the call itself asks for it.
        if run.journal.worker().is_some() && !self.has_token(run).await {
            return Ok(());
        }
        let part = match step {
            Step::AddDraft { chunk } => Part::Call(*chunk),
            _ => Part::Uploads,
        };
        match run.hold(part, self.policy.lease).await? {
            Hold::Mine => match self.prepare(&run.campaign, step).await {
                Ok(entry) => {
                    // What others could make says nothing of this machine's way.
                    run.campaign.preparation = Preparation::default();
                    return run.record(entry).await;
                }
                Err(Unprepared { reason, again }) => {
                    let again = again.filter(|(at, _)| !self.policy.has_ended(*at));
                    match again {
                        Some((at, why)) if run.campaign.preparation.put_off(at, why) => {
                            (run.observe)(Event::PutOff(at, &reason));
                        }
                        _ => run.campaign.halt(reason),
                    }
                }
            },
            Hold::Behind => {}
            Hold::Others { left } => {
                // Every call needs the uploads, so they are looked for soon.
                let left = if part == Part::Uploads { left.min(UPLOADS) } else { left };
                run.campaign.leave_to_others(part, self.now() + left);
            }
        }
        Ok(())
    }

    /// Uploads, or makes a draft. Nothing is sent by that.
    async fn prepare(&self, campaign: &Campaign<'_>, step: &Step) -> Result<Entry, Unprepared> {
        let articles = self.plan.content().articles();
        let vanished = || Unprepared::from("the plan does not hold what it asked for".to_owned());
        let failed = |what: &str, error: &Error| Unprepared {
            reason: format!("{what}: {}", reason_of(error)),
            again: preparation::again(error, self.now(), &self.policy),
        };
        match step {
            Step::UploadPicture { article, source } => {
                let picture = articles.get(*article).and_then(|a| a.pictures.get(source));
                let url = upload_picture(self.client, picture.ok_or_else(vanished)?)
                    .await
                    .map_err(|error| failed(&format!("uploading {source}"), &error))?;
                Ok(Entry::Picture { article: *article, source: source.clone(), url })
            }
            Step::AddCover { article } => {
                let cover = &articles.get(*article).ok_or_else(vanished)?.cover;
                let media_id = add_cover(self.client, cover)
                    .await
                    .map_err(|error| failed("adding the cover", &error))?;
                Ok(Entry::Cover { article: *article, media_id })
            }
            Step::AddDraft { chunk } => {
                let articles: Vec<_> = articles.iter().zip(&campaign.uploads).collect();
                match add_draft(self.client, &articles).await {
                    Ok(media_id) => Ok(Entry::Draft { chunk: *chunk, media_id }),
                    Err(PublishError::Call(error))
                        if error.code() == Some(ErrorCode::INVALID_MEDIA_ID)
                            && !campaign.covers_renewed =>
                    {
                        Ok(Entry::CoversRefused { at: self.now() })
                    }
                    Err(PublishError::Call(error)) => {
                        Err(failed(&format!("making the draft of call {}", chunk + 1), &error))
                    }
                    Err(PublishError::Article(problems)) => {
                        Err(Unprepared::from(problems.to_string()))
                    }
                }
            }
            _ => Err(vanished()),
        }
    }
}
