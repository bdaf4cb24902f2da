//! What one side writes, the other side reads as the same: every request and every answer.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use wechat_types::codec::Reply;
use wechat_types::served::{Incoming, Served};

use crate::cases::{self, Case, Visitor};

fn runner() -> TestRunner {
    let config = Config { source_file: Some(file!()), ..Config::default() };
    // There are a hundred and more such properties.
    TestRunner::new(Config { cases: config.cases.div_ceil(4), ..config })
}

/// Runs a property; a failure names the endpoint and the smallest value that fails.
fn hold<T: Clone + Debug>(
    what: &str,
    values: &BoxedStrategy<T>,
    property: impl Fn(T) -> Result<(), TestCaseError>,
) {
    if let Err(failure) = runner().run(values, property) {
        panic!("{what}: {failure}");
    }
}

fn request<E: Case>(request: &E) -> Result<(), TestCaseError> {
    let body = request.encode().map_err(|e| TestCaseError::fail(format!("refused: {e}")))?;
    let query = request.query();
    let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, &**value)).collect();
    let mut incoming = Incoming::new(&query, body.as_bytes());
    if let Some(kind) = body.content_type() {
        incoming = incoming.with_content_type(kind);
    }
    let read = E::decode_request(incoming).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
    prop_assert_eq!(&read, request);
    Ok(())
}

fn response<E: Case>(response: &E::Response) -> Result<(), TestCaseError> {
    let body = <E as Served>::encode_response(response)
        .map_err(|e| TestCaseError::fail(format!("not written: {e}")))?;
    let headers = E::response_headers(response);
    let header = |name: &str| {
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    };
    let mut reply = Reply::new(200, &body);
    if let Some(kind) = header("Content-Type") {
        reply = reply.with_content_type(kind);
    }
    if let Some(disposition) = header("Content-Disposition") {
        reply = reply.with_content_disposition(disposition.as_bytes());
    }
    let read = E::decode(reply).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
    prop_assert_eq!(&read, response);
    Ok(())
}

#[test]
fn every_request_survives() {
    struct Requests;

    impl Visitor for Requests {
        fn visit<E: Case>(&mut self) {
            request(&E::full()).unwrap_or_else(|failure| panic!("{}: {failure}", E::FOLDER));
            hold(E::FOLDER, &E::requests(), |value| request(&value));
        }
    }

    cases::each(&mut Requests);
}

#[test]
fn every_answer_survives() {
    struct Answers;

    impl Visitor for Answers {
        fn visit<E: Case>(&mut self) {
            hold(E::FOLDER, &E::responses(), |value| response::<E>(&value));
        }
    }

    cases::each(&mut Answers);
}
