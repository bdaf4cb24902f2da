//! The program's exit status.

use std::process::ExitCode;

use wechat_mass::campaign::Conclusion;

/// What the exit status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: every job ended in `send success`, or a dry run found nothing wrong.
    Success,
    /// 1: the platform took at least one call; a call was refused or a job failed.
    Partly,
    /// 2: nothing was sent by this run: bad input, a record that cannot be used, or the platform refused before
    /// it took anything.
    Refused,
    /// 3: for at least one call nobody knows yet.
    Undecided,
    /// 4: a job should have ended long ago.
    Overdue,
    /// 130: interrupted; what was recorded can be resumed.
    Interrupted,
}

impl From<Conclusion> for Exit {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Success => Self::Success,
            Conclusion::Partly => Self::Partly,
            Conclusion::Refused => Self::Refused,
            Conclusion::Overdue => Self::Overdue,
            // A conclusion this program does not know must not look like a success.
            _ => Self::Undecided,
        }
    }
}

impl Exit {
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Partly => 1,
            Self::Refused => 2,
            Self::Undecided => 3,
            Self::Overdue => 4,
            Self::Interrupted => 130,
        }
    }

    /// It in a word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Partly => "partly",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
            Self::Overdue => "overdue",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.status())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_conclusion_has_its_status() {
        let statuses = [
            Conclusion::Success,
            Conclusion::Partly,
            Conclusion::Refused,
            Conclusion::Undecided,
            Conclusion::Overdue,
        ]
        .map(|conclusion| Exit::from(conclusion).status());
        assert_eq!(statuses, [0, 1, 2, 3, 4]);
    }
}
