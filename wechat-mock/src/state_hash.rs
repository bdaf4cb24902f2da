//! One number for all that an account is: equal for equal states.

use std::fmt::{self, Write};

use crate::server::MockServer;

/// FNV-1a over what is written into it, so that no text of a large account is ever held.
#[derive(Clone, Copy)]
pub(crate) struct Digest(u64);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.take(text.as_bytes());
        Ok(())
    }
}

impl MockServer {
    /// A digest of the account: followers, jobs, tokens, drafts, counters, rules, faults, log,
    /// callbacks, and the sequence that its next ids come from. The same seed and the same requests
    /// at the same times give the same number, in every run of this version. Stubs and the clock are
    /// not part of it.
    pub fn state_hash(&self) -> u64 {
        let mut digest = Digest::new();
        // Written to a digest, which takes everything.
        let _ = self.write_state(&mut digest);
        digest.number()
    }
}
