//! Documented requests and answers with one place changed: no endpoint's reader panics.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::cases::{self, Case, Visitor};
use crate::{fixtures, hostile};

/// Puts something else in one place of a document, counted in depth; the rest stays.
fn put(document: &mut Value, place: &mut usize, other: &Value) -> bool {
    if *place == 0 {
        document.clone_from(other);
        return true;
    }
    *place -= 1;
    match document {
        Value::Array(list) => list.iter_mut().any(|value| put(value, place, other)),
        Value::Object(map) => map.values_mut().any(|value| put(value, place, other)),
        _ => false,
    }
}

fn places(document: &Value) -> usize {
    1 + match document {
        Value::Array(list) => list.iter().map(places).sum(),
        Value::Object(map) => map.values().map(places).sum(),
        _ => 0,
    }
}

#[test]
fn a_changed_place_never_panics() {
    struct Mutations;

    impl Visitor for Mutations {
        fn visit<E: Case>(&mut self) {
            let documents: Vec<Value> = fixtures::all_json(E::FOLDER);
            let changes = (any::<Index>(), any::<Index>(), hostile::value(), 0_usize..200);
            let config = Config { source_file: Some(file!()), ..Config::default() };
            let run = TestRunner::new(Config { cases: config.cases.div_ceil(4), ..config }).run(
                &changes,
                |(which, place, other, cut)| {
                    let mut document = which.get(&documents).clone();
                    let mut place = place.index(places(&document));
                    prop_assert!(put(&mut document, &mut place, &other));
                    let body = document.to_string().into_bytes();
                    hostile::read::<E>(200, &body);
                    hostile::read::<E>(200, &body[..cut.min(body.len())]);
                    Ok(())
                },
            );
            if let Err(failure) = run {
                panic!("{}: {failure}", E::FOLDER);
            }
        }
    }

    cases::each(&mut Mutations);
}
