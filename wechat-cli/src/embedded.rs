//! The embedded mock: a platform in this process, with the campaign's followers and none else.

use std::sync::Arc;

use wechat_events::{CallbackToken, EncodingAesKey};
use wechat_http::{SystemClock, describe};
use wechat_mass::campaign::{Plan, PlanAudience};
use wechat_mock::{CallbackTarget, Listening, MockServer};
use wechat_types::id::{AppId, AppSecret};

use crate::account::{Account, CallbackSettings};
use crate::listener::Listener;

/// Followers that the mock invents where a campaign names none.
pub(crate) const INVENTED_FOLLOWERS: usize = 1_000;

/// The mock's account. Everything about it is public: it reaches nobody.
const APP_ID: &str = "wxembedded00mock00";
const APP_SECRET: &str = "embedded-mock-is-no-secret";
const CALLBACK_TOKEN: &str = "embeddedmock";
const AES_KEY: &str = "embeddedMockEncodingAesKey00000000000000000";

/// A running mock.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) account: Account,
    pub(crate) listener: Listener,
    pub(crate) base_url: String,
    listening: Listening,
}

/// The mock's AppID, which a plan for it carries.
pub(crate) fn app_id() -> Result<AppId, String> {
    AppId::new(APP_ID).map_err(|e| e.to_string())
}

impl Embedded {
    /// Starts a mock whose followers are the plan's, and whose callbacks come to this program,
    /// encrypted and over HTTP as the platform's do.
    pub(crate) async fn start(plan: &Plan) -> Result<Self, String> {
        let text = |e: &dyn std::fmt::Display| format!("the embedded mock cannot start: {e}");
        let app_id = app_id()?;
        let app_secret = AppSecret::new(APP_SECRET).map_err(|e| text(&e))?;
        let token = CallbackToken::new(CALLBACK_TOKEN).map_err(|e| text(&e))?;
        let aes_key = EncodingAesKey::parse(AES_KEY).map_err(|e| text(&e))?;
        let settings = CallbackSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            token: token.clone(),
            aes_key: Some(aes_key.clone()),
            previous_token: None,
            previous_aes_key: None,
        };
        let listener = Listener::start(app_id.clone(), settings).await?;
        let url = format!("http://{}/callback", listener.address());
        let mock = MockServer::builder()
            .app_id(app_id.clone())
            .app_secret(app_secret.clone())
            .clock(Arc::new(SystemClock::new()))
            .callback(CallbackTarget::safe(url, token, aes_key))
            .build();
        match plan.audience() {
            PlanAudience::OpenIds(_) => {
                for chunk in plan.chunks() {
                    let open_ids = plan.open_ids(chunk).map_err(|e| describe(&e))?;
                    open_ids.into_iter().for_each(|id| mock.add_follower(id));
                }
            }
            PlanAudience::Tag(tag) => {
                mock.add_tag(*tag, "rehearsal");
                for id in mock.add_followers(INVENTED_FOLLOWERS) {
                    mock.tag_follower(&id, *tag);
                }
            }
            _ => drop(mock.add_followers(INVENTED_FOLLOWERS)),
        }
        let listening = mock.listen("127.0.0.1:0").await.map_err(|e| text(&e))?;
        let base_url = listening.base_url();
        let account = Account {
            app_id,
            app_secret: Some(app_secret),
            base_url: None,
            live: false,
            callback: None,
            journal: None,
            limits: wechat_mass::quota::Limits::default(),
            redis: None,
            token_service: crate::token_place::TokenService::default(),
        };
        Ok(Self { account, listener, base_url, listening })
    }

    /// Stops the mock.
    pub(crate) async fn stop(self) {
        self.listening.shutdown().await;
    }
}
