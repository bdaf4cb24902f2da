//! Whether a failed call is made again: one pure function over what failed.

use std::time::Duration;

use wechat_types::codec::ReplyError;
use wechat_types::endpoint::{Auth, Replay};
use wechat_types::error_code::ErrorCode;

use crate::error::{Error, Outcome};
use crate::transport::TransportErrorKind;

/// Return codes that mean that the token is no longer good.
const STALE_TOKEN: [ErrorCode; 3] = [
    ErrorCode::INVALID_CREDENTIAL,
    ErrorCode::INVALID_ACCESS_TOKEN,
    ErrorCode::ACCESS_TOKEN_EXPIRED,
];

/// No pause between two attempts is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How often, and after which pause, a call that may be repeated is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all. 1 means that nothing is repeated.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles with each further one.
    pub first_pause: Duration,
}

impl RetryPolicy {
    /// One attempt.
    pub const NEVER: Self = Self { attempts: 1, first_pause: Duration::ZERO };

    /// The same with this many attempts in all.
    #[must_use]
    pub const fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }
}

impl Default for RetryPolicy {
    /// 3 attempts, 1 second and 2 seconds apart.
    fn default() -> Self {
        Self { attempts: 3, first_pause: Duration::from_secs(1) }
    }
}

/// What is known about a call when it fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts {
    pub(crate) auth: Auth,
    pub(crate) replay: Replay,
    /// Attempts made so far, the failed one included.
    pub(crate) made: u32,
    /// A refused token was already dropped once.
    pub(crate) token_renewed: bool,
}

/// What to do about a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    GiveUp,
    /// Drop the token that was used and try once more with another.
    RenewToken,
    Again(Duration),
}

pub(crate) fn decide(failure: &Error, attempts: Attempts, policy: RetryPolicy) -> Decision {
    if let Error::Reply(ReplyError::Api(error)) = failure
        && STALE_TOKEN.contains(&error.code)
    {
        // On a call without a token, 40001 means a wrong secret, and is final.
        return if attempts.auth == Auth::AccessToken && !attempts.token_renewed {
            Decision::RenewToken
        } else {
            Decision::GiveUp
        };
    }
    let may_repeat = match failure {
        // The token source has done its own attempts; a broken limit stays broken.
        Error::Token(_) | Error::Encode(_) => false,
        // Whoever set the deadline did not want the request after it.
        Error::Transport(error)
            if error.kind() == TransportErrorKind::DeadlinePassed
                && attempts.replay != Replay::Safe =>
        {
            false
        }
        _ => match failure.outcome() {
            Outcome::NotSent => true,
            Outcome::Unknown => attempts.replay == Replay::Safe,
            Outcome::Rejected => false,
        },
    };
    if may_repeat && attempts.made < policy.attempts {
        let doubled = 2_u32.saturating_pow(attempts.made.saturating_sub(1));
        Decision::Again(policy.first_pause.saturating_mul(doubled).min(LONGEST_PAUSE))
    } else {
        Decision::GiveUp
    }
}

#[cfg(test)]
mod tests {
    use wechat_types::codec::Reply;
    use wechat_types::endpoint::Endpoint;
    use wechat_types::mass::GetMassStatus;

    use super::*;
    use crate::transport::TransportError;

    fn reply(status: u16, body: &str) -> Error {
        Error::Reply(GetMassStatus::decode(Reply::new(status, body.as_bytes())).unwrap_err())
    }

    fn code(code: i64) -> Error {
        reply(200, &format!(r#"{{"errcode":{code},"errmsg":"x"}}"#))
    }

    fn transport(kind: TransportErrorKind) -> Error {
        Error::Transport(TransportError::new(kind, "test"))
    }

    #[test]
    fn outcomes_are_those_of_the_architecture() {
        use Outcome::{NotSent, Rejected, Unknown};
        for (error, outcome) in [
            (code(-1), Unknown),
            (code(268_488_001), Unknown),
            (code(9_500_001), Unknown),
            (code(9_500_002), Unknown),
            (code(45066), Unknown),
            (reply(500, "{}"), Unknown),
            (reply(200, "<html>"), Unknown),
            (reply(200, r#"{"msg_id":1"#), Unknown),
            (transport(TransportErrorKind::Timeout), Unknown),
            (transport(TransportErrorKind::Interrupted), Unknown),
            (transport(TransportErrorKind::BadAnswer), Unknown),
            (transport(TransportErrorKind::Other), Unknown),
            (transport(TransportErrorKind::Connect), NotSent),
            (transport(TransportErrorKind::DeadlinePassed), NotSent),
            (code(40007), Rejected),
            (code(45028), Rejected),
            (code(45065), Rejected),
            (code(123_456), Unknown),
        ] {
            assert_eq!(error.outcome(), outcome, "{error:?}");
        }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        use Decision::{Again, GiveUp, RenewToken};
        let policy = RetryPolicy::default();
        let first =
            |replay| Attempts { auth: Auth::AccessToken, replay, made: 1, token_renewed: false };
        let pause = Again(Duration::from_secs(1));
        for (error, safe, keyed, never) in [
            (transport(TransportErrorKind::Connect), pause, pause, pause),
            (transport(TransportErrorKind::DeadlinePassed), pause, GiveUp, GiveUp),
            (transport(TransportErrorKind::Timeout), pause, GiveUp, GiveUp),
            (code(-1), pause, GiveUp, GiveUp),
            (reply(502, "<html>"), pause, GiveUp, GiveUp),
            (code(40007), GiveUp, GiveUp, GiveUp),
            (code(45009), GiveUp, GiveUp, GiveUp),
            (code(40001), RenewToken, RenewToken, RenewToken),
            (code(40014), RenewToken, RenewToken, RenewToken),
            (code(42001), RenewToken, RenewToken, RenewToken),
        ] {
            assert_eq!(decide(&error, first(Replay::Safe), policy), safe, "{error:?}");
            assert_eq!(decide(&error, first(Replay::Keyed), policy), keyed, "{error:?}");
            assert_eq!(decide(&error, first(Replay::Never), policy), never, "{error:?}");
        }
    }

    #[test]
    fn repeats_end() {
        let attempts = |made| Attempts {
            auth: Auth::AccessToken,
            replay: Replay::Safe,
            made,
            token_renewed: true,
        };
        let (policy, lost) = (RetryPolicy::default(), transport(TransportErrorKind::Timeout));
        assert_eq!(decide(&lost, attempts(2), policy), Decision::Again(Duration::from_secs(2)));
        assert_eq!(decide(&lost, attempts(3), policy), Decision::GiveUp);
        assert_eq!(decide(&lost, attempts(1), RetryPolicy::NEVER), Decision::GiveUp);
        assert_eq!(decide(&code(40001), attempts(1), policy), Decision::GiveUp);
        let token_call = Attempts { auth: Auth::None, token_renewed: false, ..attempts(1) };
        assert_eq!(decide(&code(40001), token_call, policy), Decision::GiveUp);
    }
}
