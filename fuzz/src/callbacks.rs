//! Callbacks: bodies, the encrypted part, and whole requests.

use std::sync::LazyLock;

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use base64::prelude::BASE64_STANDARD;
use wechat_events::fields::Field;
use wechat_events::push::Stamp;
use wechat_events::{
    Callback, CallbackQuery, CallbackToken, EncodingAesKey, EventParser, ParseError, crypto,
    signature,
};
use wechat_types::id::AppId;

use crate::{AES_KEY, APP_ID, TOKEN, choice};

struct Account {
    app_id: AppId,
    token: CallbackToken,
    key: EncodingAesKey,
    plain: EventParser,
    safe: EventParser,
    both: EventParser,
    /// A good query of plain mode, which any body may follow.
    query: CallbackQuery,
}

static ACCOUNT: LazyLock<Account> = LazyLock::new(|| {
    let app_id = AppId::new(APP_ID).expect("a good AppID");
    let token = CallbackToken::new(TOKEN).expect("a good token");
    let key = EncodingAesKey::parse(AES_KEY).expect("a good key");
    let parser = || EventParser::builder(app_id.clone(), token.clone());
    let stamped = Stamp::new(&token, "1763741246", "987650055", "o").plain("");
    Account {
        plain: parser().build(),
        safe: parser().aes_key(key.clone()).build(),
        both: parser().aes_key(key.clone()).allow_plain().build(),
        query: CallbackQuery::parse(&stamped.query),
        app_id,
        token,
        key,
    }
});

/// Any body, read as XML or JSON and then as a message or an event.
pub fn push_body(data: &[u8]) {
    look_at(&ACCOUNT.plain.parse(&ACCOUNT.query, data));
}

/// The same behind a brace, so that no time is lost with XML.
pub fn json_body(data: &[u8]) {
    let mut body = b"{".to_vec();
    body.extend(data);
    push_body(&body);
}

/// The first byte is even: the rest is the text of `Encrypt`. It is odd: the rest is what the cipher
/// gives, for which nobody finds a text by chance.
pub fn decrypt(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Account { key, app_id, .. } = &*ACCOUNT;
    let encrypt = if first % 2 == 0 {
        let Ok(text) = str::from_utf8(rest) else { return };
        text.to_owned()
    } else {
        enciphered(rest)
    };
    match crypto::decrypt(key, &encrypt, app_id) {
        Ok(message) => {
            let again = crypto::encrypt(key, [7; 16], &message, app_id);
            let read = crypto::decrypt(key, &again, app_id);
            assert_eq!(read.as_ref(), Ok(&message), "what was read can be written and read");
        }
        Err(error) => {
            assert!(!error.to_string().contains(&error.kind().to_string()), "an oracle");
        }
    }
}

/// The whole blocks of the plaintext through the cipher alone: no length, no padding.
fn enciphered(plaintext: &[u8]) -> String {
    let mut bytes = plaintext.to_vec();
    bytes.truncate(bytes.len() / 16 * 16);
    // The last letter of a key has two bits that do not count.
    let lenient = PAD.with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, lenient);
    let key = engine.decode(format!("{AES_KEY}=")).expect("a good key");
    let mut cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&key, &key[..16])
        .expect("a key of 32 bytes");
    let (blocks, _) = aes::Block::slice_as_chunks_mut(&mut bytes);
    cipher.encrypt_blocks(blocks);
    BASE64_STANDARD.encode(bytes)
}

/// A byte of [`choice`]s, a line with the query, and the body.
pub fn request(data: &[u8]) {
    let Some((&choices, rest)) = data.split_first() else { return };
    let chosen = |bit| choices & bit != 0;
    let (query, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &b""[..]),
    };
    let mut query = CallbackQuery::parse(&String::from_utf8_lossy(query));
    let mut body = body.to_vec();
    if chosen(choice::ENCRYPT) {
        let encrypt = crypto::encrypt(&ACCOUNT.key, [9; 16], &body, &ACCOUNT.app_id);
        body = format!("<xml><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>").into_bytes();
    }
    if chosen(choice::SIGN) {
        sign(&mut query, &body);
    }
    let parser = match (chosen(choice::KEY), chosen(choice::PLAIN)) {
        (false, _) => &ACCOUNT.plain,
        (true, false) => &ACCOUNT.safe,
        (true, true) => &ACCOUNT.both,
    };
    let read = parser.parse(&query, &body);
    if read.is_ok() {
        assert!(signed(&query, &body), "taken without a good signature");
        assert!(
            !std::ptr::eq(parser, &ACCOUNT.safe) || query.msg_signature.is_some(),
            "a plain push taken although there is a key"
        );
    }
    look_at(&read);
    if let Ok(answer) = parser.verify_url(&query) {
        assert_eq!(Some(answer), query.echostr.as_deref());
        assert_eq!(query.signature, plain_signature(&query), "an address verified for anybody");
    }
}

fn sign(query: &mut CallbackQuery, body: &[u8]) {
    query.signature = plain_signature(query);
    let part = encrypted_parts(body).first().copied();
    query.msg_signature = part.and_then(|part| encrypted_signature(query, part));
}

fn signed(query: &CallbackQuery, body: &[u8]) -> bool {
    let good = |given: &Option<String>, made: Option<String>| given.is_some() && *given == made;
    let parts = encrypted_parts(body);
    let fits = |part: &&str| good(&query.msg_signature, encrypted_signature(query, part));
    // An encrypted part in unusual form is none that this side finds: then it is the parser's word.
    good(&query.signature, plain_signature(query)) || parts.is_empty() || parts.iter().any(fits)
}

fn plain_signature(query: &CallbackQuery) -> Option<String> {
    let (timestamp, nonce) = (query.timestamp.as_deref()?, query.nonce.as_deref()?);
    Some(signature::signature(&ACCOUNT.token, timestamp, nonce))
}

fn encrypted_signature(query: &CallbackQuery, part: &str) -> Option<String> {
    let (timestamp, nonce) = (query.timestamp.as_deref()?, query.nonce.as_deref()?);
    Some(signature::msg_signature(&ACCOUNT.token, timestamp, nonce, part))
}

/// The texts of each `Encrypt` that stands as the platform writes it: one inside of another element is not the push's.
fn encrypted_parts(body: &[u8]) -> Vec<&str> {
    let Ok(body) = str::from_utf8(body) else { return Vec::new() };
    let between = |open: &'static str, close: &'static str| {
        body.split(open).skip(1).filter_map(|rest| Some(rest.split_once(close)?.0)).collect()
    };
    let parts: Vec<&str> = between("<Encrypt><![CDATA[", "]]></Encrypt>");
    if parts.is_empty() { between("\"Encrypt\":\"", "\"") } else { parts }
}

/// Everything that a receiver may do with what it got.
fn look_at(read: &Result<Callback, ParseError>) {
    match read {
        Ok(callback) => {
            assert!(!format!("{callback:?}").is_empty());
            for field in callback.fields.iter() {
                walk(field);
            }
        }
        Err(error) => {
            let text = format!("{error} {error:?}");
            assert!(text.len() < 10_000, "an error with the whole body in it");
        }
    }
}

fn walk(field: Field<'_>) {
    assert!(field.get(field.name()).is_none_or(|inner| inner.name() == field.name()));
    for inner in field.iter() {
        walk(inner);
    }
}
