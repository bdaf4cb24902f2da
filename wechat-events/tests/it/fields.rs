//! The fields of a push: found by name and path, the same from XML and JSON, never lost.

use proptest::prelude::*;
use wechat_events::Callback;
use wechat_events::fields::Field;

use crate::support::{event, parse_plain};

fn xml(more: &str) -> Callback {
    parse_plain(event("x", more).as_bytes()).unwrap()
}

fn json(more: &str) -> Callback {
    let header = r#""ToUserName":"gh_1","FromUserName":"o1","CreateTime":1700000000"#;
    let body = format!(r#"{{{header},"MsgType":"event","Event":"x"{more}}}"#);
    parse_plain(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error:?}"))
}

#[test]
fn fields_are_found_by_name_and_path() {
    let callback = xml("<A>1</A><B><A>2</A><C/><A>3</A></B><A>4</A>");
    let fields = &callback.fields;
    assert_eq!(fields.text("A"), Some("1"));
    assert_eq!(fields.text("B/A"), Some("2"));
    assert_eq!(fields.text("B/C"), Some(""));
    assert_eq!((fields.text("C"), fields.text("B/D"), fields.text("A/A")), (None, None, None));
    assert_eq!((fields.text(""), fields.text("/"), fields.text("B/")), (None, None, None));
    assert_eq!(fields.all("A").map(Field::text).collect::<Vec<_>>(), ["1", "4"]);
    let container = fields.get("B").unwrap();
    assert_eq!(container.all("A").map(Field::text).collect::<Vec<_>>(), ["2", "3"]);
    assert_eq!(container.iter().map(Field::name).collect::<Vec<_>>(), ["A", "C", "A"]);
    assert!(!container.is_empty() && container.get("C").unwrap().is_empty());
    assert_eq!(fields.iter().count(), 8);
    assert!(!fields.is_empty());
}

#[test]
fn texts_in_pieces_stay_with_their_field() {
    let callback = xml("<A>a&amp;<B>b&lt;</B>c<![CDATA[ d]]><C>&gt;</C>e</A><D>&#102;</D>");
    let read = |path| callback.fields.text(path).unwrap();
    assert_eq!((read("A"), read("A/B"), read("A/C"), read("D")), ("a&c de", "b<", ">", "f"));
}

#[test]
fn layout_does_not_count_but_names_texts_and_order_do() {
    let fields = xml("<A>1</A><B><C>x</C></B>").fields;
    assert_eq!(fields, xml("\n <A> <![CDATA[1]]> </A><!-- -->\n<B>\n<C>&#120;</C>\n</B>").fields);
    assert_eq!(fields, json(r#","A":1,"B":{"C":"\u0078"}"#).fields);
    for other in
        ["<A>1</A><B><C>y</C></B>", "<A>1</A><B><D>x</D></B>", "<A>1</A><B/><C>x</C>", "<A>1</A>"]
    {
        assert_ne!(fields, xml(other).fields, "{other}");
    }
    assert_eq!(
        format!("{:?}", xml("<A>1</A><B>t<C>x</C></B>").fields.get("B").unwrap()),
        r#"{"": "t", "C": "x"}"#
    );
}

#[test]
fn json_values_keep_their_text() {
    for (value, text) in [
        ("24876543210999003", "24876543210999003"),
        ("18446744073709551616", "18446744073709551616"),
        ("31.230416000", "31.230416000"),
        ("-0.0", "-0.0"),
        ("1e400", "1e400"),
        ("true", "true"),
        ("null", ""),
        (r#""""#, ""),
        (r#"" a ""#, " a "),
        (r#""\ud83d\ude00\/\n""#, "😀/\n"),
        (r#""\"""#, "\""),
        (r#""\\""#, "\\"),
        ("{}", ""),
        (r#""{}""#, "{}"),
        (r#""null""#, "null"),
    ] {
        assert_eq!(json(&format!(r#","V" : {value} "#)).fields.text("V"), Some(text), "{value}");
    }
}

#[test]
fn json_lists_are_repeated_fields() {
    let texts = |more: &str| {
        let callback = json(more);
        callback.fields.all("V").map(|field| field.text().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts(r#","V":[1,"2",null]"#), ["1", "2", ""]);
    assert_eq!(texts(r#","V":[[1,[2]],[],3]"#), ["1", "2", "3"]);
    assert_eq!(texts(r#","V":1,"V":2"#), ["1", "2"]);
    assert_eq!(texts(r#","V":[]"#), [""; 0]);
    assert_eq!(texts(r#"," V\u0020":1,"\u0056":2"#), ["1", "2"]);
    let callback = json(r#","V":[{"a":1},{"a":2}]"#);
    let inner: Vec<_> = callback.fields.all("V").map(|field| field.text_of("a")).collect();
    assert_eq!(inner, [Some("1"), Some("2")]);
}

#[test]
fn json_limits_hold_at_their_edge() {
    // The document is the first level.
    let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    assert_eq!(json(&format!(",\"V\":{}", nested(31))).fields.get("V/a/a").iter().count(), 1);
    let header = r#"{"MsgType":"x","V":"#;
    assert!(parse_plain(format!("{header}{}}}", nested(32)).as_bytes()).is_err());
    assert_eq!(json(&format!(",\"V\":[1{}]", ",1".repeat(9_994))).fields.iter().count(), 10_000);
}

#[test]
fn json_may_have_blanks_and_a_mark_around_it() {
    let body = r#"{"MsgType":"x","ToUserName":"t","FromUserName":"f","CreateTime":" 1 "}"#;
    let plain = parse_plain(body.as_bytes()).unwrap();
    assert_eq!(parse_plain(format!("\u{feff}\r\n {body}\n\t").as_bytes()).unwrap(), plain);
}

/// A field, written down twice below.
#[derive(Clone, Debug)]
enum Tree {
    Text(String),
    Fields(Vec<(String, Tree)>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let text = "[ a-c<>&\"'\\\\\\]中\n]{0,12}".prop_map(Tree::Text);
    text.prop_recursive(4, 60, 6, |inner| {
        prop::collection::vec(("[A-Z][a-z_]{0,5}", inner), 0..6).prop_map(Tree::Fields)
    })
}

impl Tree {
    fn xml(&self) -> String {
        match self {
            Self::Text(text) if text.trim() == text => {
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            }
            Self::Text(text) => format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>")),
            Self::Fields(list) => {
                list.iter().map(|(name, tree)| format!("<{name}>{}</{name}>", tree.xml())).collect()
            }
        }
    }

    fn json(&self) -> String {
        match self {
            Self::Text(text) => serde_json::to_string(text).unwrap(),
            Self::Fields(list) => {
                let entry = |(name, tree): &(String, Self)| format!("\"{name}\":{}", tree.json());
                format!("{{{}}}", list.iter().map(entry).collect::<Vec<_>>().join(","))
            }
        }
    }

    fn check(&self, field: Field<'_>) {
        match self {
            Self::Text(text) => assert_eq!(field.text(), text),
            Self::Fields(list) => {
                assert_eq!(field.iter().count(), list.len());
                for ((name, tree), field) in list.iter().zip(field.iter()) {
                    assert_eq!(field.name(), name);
                    tree.check(field);
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn xml_and_json_say_the_same(tree in tree()) {
        let from_xml = xml(&format!("<V>{}</V>", tree.xml()));
        let from_json = json(&format!(",\"V\":{}", tree.json()));
        tree.check(from_xml.fields.get("V").unwrap());
        prop_assert_eq!(from_xml, from_json);
    }
}
