//! A body that is handed out piece by piece, and freed as it goes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, SizeHint};

/// Bytes in one piece.
const PIECE: usize = 256 << 10;

/// Bytes written, to be sent.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    full: VecDeque<Bytes>,
    last: BytesMut,
    bytes: u64,
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.last.capacity() == 0 {
            self.last.reserve(PIECE);
        }
        let room = PIECE - self.last.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.last.extend_from_slice(taken);
        self.bytes += taken.len() as u64;
        if self.last.len() == PIECE {
            self.full.push_back(std::mem::take(&mut self.last).freeze());
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = match self.full.pop_front() {
            None if self.last.is_empty() => return Poll::Ready(None),
            None => std::mem::take(&mut self.last).freeze(),
            Some(piece) => piece,
        };
        self.bytes -= piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn what_was_written_comes_out_in_pieces() {
        let mut pieces = Pieces::default();
        assert!(pieces.is_end_stream());
        let text: Vec<u8> = (0..PIECE * 2 + 7).map(|n| n as u8).collect();
        pieces.write_all(&text).unwrap();
        assert_eq!(pieces.size_hint().exact(), Some(text.len() as u64));
        let mut read = Vec::new();
        let mut count = 0;
        while let Some(frame) = pieces.frame().await {
            read.extend_from_slice(&frame.unwrap().into_data().unwrap());
            count += 1;
        }
        assert!(read == text && count == 3 && pieces.is_end_stream());
    }
}
