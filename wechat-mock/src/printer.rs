//! The standard output, written by a thread of its own: who does not read it holds up no call.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel,
};
use std::time::Duration;

/// Texts that wait for their reader; what comes beyond them is left out.
const WAITING: usize = 8192;

/// Where the program prints. A closed output ends the printing and not the program.
pub(crate) struct Printer {
    texts: SyncSender<String>,
    /// Texts left out since the last one that was taken.
    left_out: u64,
    /// Closed when all is written, or nothing more can be.
    end: Receiver<()>,
    off: bool,
}

impl Printer {
    /// Begins to write to the standard output.
    pub(crate) fn start() -> io::Result<Self> {
        Self::to(io::stdout())
    }

    fn to(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let (texts, waiting) = sync_channel(WAITING);
        let (open, end) = channel::<()>();
        let write = move || {
            let _open = open;
            match write_all(&waiting, &mut out) {
                // Nobody reads any more, and nobody has to.
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    let problem = format!("standard output: {error}; nothing more is printed");
                    // Nothing is left to tell when even this fails.
                    let _ = writeln!(io::stderr(), "wechat-mock: {problem}");
                }
                _ => {}
            }
        };
        std::thread::Builder::new().name("printer".to_owned()).spawn(write)?;
        Ok(Self { texts, left_out: 0, end, off: false })
    }

    /// Nothing can be printed any more.
    pub(crate) fn is_off(&self) -> bool {
        self.off
    }

    /// Prints this as soon as the reader lets it; returns at once.
    pub(crate) fn print(&mut self, text: String) {
        if self.left_out > 0 {
            let note = format!("({} lines left out: nobody read in time)\n", self.left_out);
            if self.hand_over(note) {
                self.left_out = 0;
            }
        }
        if !self.hand_over(text) {
            self.left_out += 1;
        }
    }

    fn hand_over(&mut self, text: String) -> bool {
        match self.texts.try_send(text) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => false,
            Err(TrySendError::Disconnected(_)) => {
                self.off = true;
                false
            }
        }
    }

    /// Waits until all is written, but no longer than this.
    pub(crate) fn finish(self, at_most: Duration) {
        let Self { texts, end, .. } = self;
        drop(texts);
        // Nothing is ever sent: the other side is dropped, or the time is up.
        let (Ok(()) | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected)) =
            end.recv_timeout(at_most);
    }
}

fn write_all(texts: &Receiver<String>, out: &mut impl Write) -> io::Result<()> {
    for text in texts {
        out.write_all(text.as_bytes())?;
        out.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Takes a text only when its gate is open, and keeps it.
    struct Slow {
        gate: Receiver<()>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Open for good when the other side is dropped.
            let _ = self.gate.recv();
            self.taken.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_nobody_reads_is_left_out_and_counted() {
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (open, gate) = sync_channel(0);
        let mut printer = Printer::to(Slow { gate, taken: Arc::clone(&taken) }).unwrap();
        printer.print("first\n".to_owned());
        open.send(()).unwrap();
        // One text may be with the writer, all others wait.
        for number in 0..WAITING + 5 {
            printer.print(format!("{number}\n"));
        }
        let left_out = printer.left_out;
        assert!((4..=5).contains(&left_out), "{left_out}");
        // Two texts are taken: there is room for the note and for one more.
        (0..2).for_each(|_| open.send(()).unwrap());
        while printer.left_out > 0 {
            printer.print("last\n".to_owned());
        }
        drop(open);
        printer.finish(Duration::from_secs(60));
        let text = String::from_utf8(taken.lock().unwrap().clone()).unwrap();
        assert!(text.starts_with("first\n0\n1\n"), "{text:.100}");
        assert!(text.contains(" lines left out: nobody read in time)\n"));
        assert!(text.ends_with("last\n"), "the end");
    }

    #[test]
    fn a_closed_output_ends_the_printing() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut printer = Printer::to(Closed).unwrap();
        while !printer.is_off() {
            printer.print("text".to_owned());
            std::thread::yield_now();
        }
        printer.finish(Duration::from_secs(60));
    }
}
