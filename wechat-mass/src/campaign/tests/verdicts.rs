//! What an answer means: every row of the table, as a first attempt and as a repeat.

use super::*;

/// An answer without its reason.
fn word(answer: &Answer) -> String {
    match answer {
        Answer::Accepted { msg_id, already: false, .. } => format!("accepted {msg_id}"),
        Answer::Accepted { msg_id, .. } => format!("accepted before {msg_id}"),
        Answer::Mistaken { msg_id, .. } => format!("mistaken for {msg_id}"),
        Answer::Doubtful { msg_id, .. } => format!("doubtful {msg_id}"),
        Answer::Ambiguous { msg_id, .. } => format!("ambiguous {msg_id}"),
        Answer::Rejected { code, .. } => format!("rejected {code:?}"),
        Answer::NotSent { code, passing: true, .. } => format!("not sent {code:?}, try later"),
        Answer::NotSent { code, .. } => format!("not sent {code:?}"),
        Answer::Unknown { repeatable: true, .. } => "unknown, repeat".to_owned(),
        Answer::Unknown { .. } => "unknown for good".to_owned(),
    }
}

#[test]
fn the_table_of_verdicts() {
    use TransportErrorKind as Kind;
    let owner = JobOwner::new("spring", 4);
    // Job 9 belongs to another call, and job 8 may do.
    let others = |answer: &Result<Accepted, Error>| {
        let names = |job| answer.as_ref().is_ok_and(|accepted| accepted.msg_id.get() == job);
        Others { owner: names(9).then_some(&owner), open: names(8).then_some(&owner) }
    };
    let unknown = "unknown, repeat";
    let refused = |code: i64| (format!("rejected Some({code})"), "unknown for good".to_owned());
    let same = |word: &str| (word.to_owned(), word.to_owned());
    let two = |first: &str, repeat: &str| (first.to_owned(), repeat.to_owned());
    let no_token = |error: Error| Error::Token(TokenError::new(error));
    type Make<'a> = Box<dyn Fn() -> Result<Accepted, Error> + 'a>;
    let rows: Vec<(&str, Make<'_>, (String, String))> = vec![
        ("0", Box::new(|| Ok(accepted(7))), same("accepted 7")),
        ("45065", Box::new(|| Ok(already(7))), same("accepted before 7")),
        // The platform took the call for another call of the same content.
        ("45065 of another call", Box::new(|| Ok(already(9))), two("mistaken for 9", unknown)),
        // Or for one of which nobody knows yet.
        ("45065 of whom", Box::new(|| Ok(already(8))), two("doubtful 8", "ambiguous 8")),
        ("0 with another call's job", Box::new(|| Ok(accepted(9))), same("unknown for good")),
        ("45065 without a job", Box::new(|| Err(code(45065))), same(unknown)),
        // Nobody knows, whichever attempt it is.
        ("-1", Box::new(|| Err(code(-1))), same(unknown)),
        ("268488001", Box::new(|| Err(code(268_488_001))), same(unknown)),
        ("9500001", Box::new(|| Err(code(9_500_001))), same(unknown)),
        ("9500002", Box::new(|| Err(code(9_500_002))), same(unknown)),
        ("45066", Box::new(|| Err(code(45066))), same(unknown)),
        ("HTTP 500", Box::new(|| Err(reply(500, "<html>"))), same(unknown)),
        ("HTTP 502", Box::new(|| Err(reply(502, ""))), same(unknown)),
        ("HTML", Box::new(|| Err(reply(200, "<html>"))), same(unknown)),
        ("cut", Box::new(|| Err(reply(200, r#"{"errcode":0,"#))), same(unknown)),
        ("empty", Box::new(|| Err(reply(200, ""))), same(unknown)),
        ("no job in it", Box::new(|| Err(reply(200, r#"{"errcode":0}"#))), same(unknown)),
        ("timeout", Box::new(|| Err(transport(Kind::Timeout))), same(unknown)),
        ("interrupted", Box::new(|| Err(transport(Kind::Interrupted))), same(unknown)),
        ("bad answer", Box::new(|| Err(transport(Kind::BadAnswer))), same(unknown)),
        ("other", Box::new(|| Err(transport(Kind::Other))), same(unknown)),
        // Not sent: that settles a first attempt only.
        (
            "no connection",
            Box::new(|| Err(transport(Kind::Connect))),
            two("not sent None, try later", unknown),
        ),
        (
            "deadline",
            Box::new(|| Err(transport(Kind::DeadlinePassed))),
            two("not sent None, try later", unknown),
        ),
        (
            "wrong secret",
            Box::new(|| Err(no_token(code(40125)))),
            two("not sent Some(40125)", unknown),
        ),
        (
            "white list",
            Box::new(|| Err(no_token(code(40164)))),
            two("not sent Some(40164)", unknown),
        ),
        (
            "a limit of ours",
            Box::new(|| Err(Recipients::new(Vec::new()).unwrap_err().into())),
            two("not sent Some(40130)", unknown),
        ),
        // Refused: that settles a first attempt only, for a consumed draft answers 40007 and a
        // used quota 45028.
        ("40007", Box::new(|| Err(code(40007))), refused(40007)),
        ("45028", Box::new(|| Err(code(45028))), refused(45028)),
        ("40003", Box::new(|| Err(code(40003))), refused(40003)),
        ("40001", Box::new(|| Err(code(40001))), refused(40001)),
        ("45009", Box::new(|| Err(code(45009))), refused(45009)),
        ("45067", Box::new(|| Err(code(45067))), refused(45067)),
        ("48001", Box::new(|| Err(code(48001))), refused(48001)),
        // A gateway may have made it up, or the platform may have grown a new code.
        ("unheard of", Box::new(|| Err(code(777_777))), same(unknown)),
        // Refused, or waiting for the administrator: no document says which.
        ("89504", Box::new(|| Err(code(89504))), same("unknown for good")),
        ("89505", Box::new(|| Err(code(89505))), same("unknown for good")),
        // Too fast: a later repeat can still tell.
        ("42010", Box::new(|| Err(code(42010))), two("rejected Some(42010)", unknown)),
        ("45011", Box::new(|| Err(code(45011))), two("rejected Some(45011)", unknown)),
    ];
    for (name, make, (first, repeat)) in rows {
        for (before, expected) in [(Before::Nothing, first), (Before::Lost, repeat)] {
            let answer = make();
            let others = others(&answer);
            let judged = judge(answer, &KEY, before, others);
            assert_eq!(word(&judged), expected, "{name}, {before:?}");
        }
    }
}

#[test]
fn reasons_name_what_happened_and_what_to_do() {
    let reason = |answer| match judge(Err(answer), &KEY, Before::Lost, Others::default()) {
        Answer::Unknown { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let text = reason(code(45028));
    for part in ["an earlier attempt may have been accepted", "45028", "a limit is used up", "额度"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let owner = JobOwner::new("spring", 4);
    let others = Others { owner: Some(&owner), open: None };
    let answer = judge(Ok(already(9)), &KEY, Before::Lost, others);
    let Answer::Unknown { reason, .. } = answer else { panic!("{answer:?}") };
    assert!(
        ["job 9", "call 5 of campaign \"spring\"", "key key-1"]
            .iter()
            .all(|part| reason.contains(part)),
        "{reason}"
    );
}
