//! All that is wrong with an input, found in one go.

use std::fmt;

/// What is wrong with an input: each problem with the place and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problems {
    /// At least one.
    pub list: Vec<String>,
}

impl Problems {
    /// `Ok` when nothing is wrong.
    pub(crate) fn check(list: Vec<String>) -> Result<(), Self> {
        if list.is_empty() { Ok(()) } else { Err(Self { list }) }
    }

    pub(crate) fn one(problem: impl Into<String>) -> Self {
        Self { list: vec![problem.into()] }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.list.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            f.write_str(problem)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
