//! The log of requests: bounded in bytes, the oldest are forgotten first.

mod saved;

use std::collections::VecDeque;
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::remark::remarks;
use crate::request::{RecordedAnswer, RecordedRequest};

pub(crate) use saved::SavedRequest;

/// Bodies up to this size are copied: a part of a connection's buffer would keep all of it.
const COPIED: usize = 64 << 10;

/// What an entry takes besides its texts, the allocator's share included.
const OVERHEAD: usize = size_of::<Entry>() + 128;

/// A request as it came. What is said of it, and what must not be seen of it, is found out when
/// somebody looks, for most requests are never looked at: nothing of this is shown as it stands.
#[derive(Clone)]
pub(crate) struct Entry {
    at: SystemTime,
    method: http::Method,
    target: Box<str>,
    content_type: Option<Box<[u8]>>,
    body: Bytes,
    answer: RecordedAnswer,
}

impl Entry {
    fn bytes(&self) -> usize {
        let kind = self.content_type.as_ref().map_or(0, |kind| kind.len());
        OVERHEAD + self.target.len() + kind + self.body.len()
    }

    /// What matters of the request.
    fn request(&self) -> http::Request<Bytes> {
        let mut request = http::Request::new(self.body.clone());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.parse().unwrap_or_default();
        let kind = self.content_type.as_ref().and_then(|kind| HeaderValue::from_bytes(kind).ok());
        if let Some(kind) = kind {
            request.headers_mut().insert(CONTENT_TYPE, kind);
        }
        request
    }

    /// The request as it may be seen. A call to ten thousand takes milliseconds here.
    fn shown(&self, number: u64) -> RecordedRequest {
        let request = self.request();
        let mut shown = RecordedRequest::new(number, self.at, &request);
        shown.answer = RecordedAnswer { remarks: remarks(&request), ..self.answer.clone() };
        shown
    }
}

/// What [`RequestLog::after`] gave, as it may be seen.
pub(crate) fn shown(entries: &[(u64, Entry)]) -> Vec<RecordedRequest> {
    entries.iter().map(|(number, entry)| entry.shown(*number)).collect()
}

#[derive(Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    /// How many were forgotten.
    forgotten: u64,
    bytes: usize,
}

impl RequestLog {
    /// Takes a request in; answers its running number, from 1.
    pub(crate) fn push(
        &mut self,
        request: &http::Request<Bytes>,
        at: SystemTime,
        limit: usize,
    ) -> u64 {
        let body = request.body();
        let kind = request.headers().get(CONTENT_TYPE);
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let entry = Entry {
            at,
            method: request.method().clone(),
            target: target.into(),
            content_type: kind.map(|kind| kind.as_bytes().into()),
            body: if body.len() > COPIED { body.clone() } else { Bytes::copy_from_slice(body) },
            answer: RecordedAnswer::default(),
        };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.bytes > limit
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= oldest.bytes();
            self.forgotten += 1;
        }
        self.forgotten + self.entries.len() as u64
    }

    /// What became of a request, unless it is forgotten already.
    pub(crate) fn answered(&mut self, number: u64, answer: RecordedAnswer) {
        if let Some(entry) = self.index(number).and_then(|index| self.entries.get_mut(index)) {
            entry.answer = answer;
        }
    }

    /// Those after the `number`-th that are still known, with their numbers. They share their long bodies with the
    /// log, so that they can be shown while it goes on.
    pub(crate) fn after(&self, number: u64) -> Vec<(u64, Entry)> {
        let from = number.max(self.forgotten);
        let skipped = usize::try_from(from - self.forgotten).unwrap_or(usize::MAX);
        (from + 1..).zip(self.entries.iter().skip(skipped).cloned()).collect()
    }

    /// All there ever were.
    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.forgotten).unwrap_or(usize::MAX).saturating_add(self.entries.len())
    }

    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.checked_sub(self.forgotten + 1)?).ok()
    }
}
