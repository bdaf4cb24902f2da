//! Why a callback was refused: a kind to decide on, a text that says what to do, a source.

use std::error::Error;
use std::fmt;

use crate::crypto::{DecryptError, DecryptErrorKind};

/// A callback that was refused.
///
/// `Display` says what happened and what to do next. Neither it nor `Debug` contains a secret, a
/// signature, the encrypted part or anything of the message but the names of known fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    kind: ParseErrorKind,
    verified: bool,
    path: Option<String>,
    source: Option<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Decrypt(DecryptError),
    Body(BodyError),
}

/// What is wrong with a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The query lacks the parameter that [`ParseError::path`] names.
    MissingParameter,
    /// The query's `signature` is not ours.
    Signature,
    /// The query's `msg_signature` is not ours.
    MsgSignature,
    /// The signature is right, but its `timestamp` is too far from now, or no number.
    Age,
    /// [`max_age`](crate::EventParserBuilder::max_age) is set, but nobody said what time it is.
    TimeNeeded,
    /// The query's `encrypt_type` is neither `raw` nor `aes`.
    EncryptType,
    /// A plain push to a parser with an EncodingAESKey.
    PlainRefused,
    /// An encrypted push to a parser without an EncodingAESKey.
    MissingKey,
    /// The query announces an encrypted part that the body does not have.
    MissingEncrypt,
    /// The encrypted part cannot be read.
    Decrypt(DecryptErrorKind),
    /// The body, or the message that was encrypted in it, is neither XML nor JSON of this platform.
    Body(BodyErrorKind),
    /// The field that [`ParseError::path`] names is missing or empty.
    MissingField,
    /// The field that [`ParseError::path`] names is no number, or one out of its range.
    BadNumber,
}

impl ParseError {
    /// What is wrong.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The query parameter or the field that is missing or wrong, such as `nonce` or `MsgID`; of a
    /// field inside others all names, the outermost first.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The signature was right, so the platform has just lost a push. (In plain mode it may still
    /// be a stranger who changed the body.)
    ///
    /// Otherwise nothing proves that the request came from the platform at all.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    pub(crate) fn verified(self) -> Self {
        Self { verified: true, ..self }
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self { path: Some(name.to_owned()), ..ParseErrorKind::MissingParameter.into() }
    }

    pub(crate) fn missing_field(name: &str) -> Self {
        Self { path: Some(name.to_owned()), ..ParseErrorKind::MissingField.into() }
    }

    pub(crate) fn bad_number(name: &str) -> Self {
        Self { path: Some(name.to_owned()), ..ParseErrorKind::BadNumber.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().unwrap_or_default();
        match self.kind {
            ParseErrorKind::MissingParameter => write!(
                f,
                "the query has no `{path}`: pass the request's query string on unchanged; a \
                 request without it is not the platform's"
            ),
            ParseErrorKind::Signature => f.write_str(
                "`signature` does not match: compare the token with the platform's settings; a \
                 stranger's request looks the same",
            ),
            ParseErrorKind::MsgSignature => f.write_str(
                "`msg_signature` does not match: compare the token with the platform's settings; a \
                 changed body looks the same",
            ),
            ParseErrorKind::Age => f.write_str(
                "`timestamp` is too far from now: compare this machine's clock; a push that somebody \
                 recorded and sends again looks the same",
            ),
            ParseErrorKind::TimeNeeded => f.write_str(
                "`max_age` is set, but `parse` knows no time: call `parse_at` with the time of now",
            ),
            ParseErrorKind::EncryptType => f.write_str(
                "`encrypt_type` is neither raw nor aes: the platform sends nothing else, so look \
                 for what changes the query on its way",
            ),
            ParseErrorKind::PlainRefused => f.write_str(
                "a plain push, though an EncodingAESKey is configured: choose safe or compatible \
                 mode on the platform, or call `allow_plain`",
            ),
            ParseErrorKind::MissingKey => f.write_str(
                "the push is encrypted, but no EncodingAESKey is configured: add the one of the \
                 platform's settings with `aes_key`",
            ),
            ParseErrorKind::MissingEncrypt => f.write_str(
                "the query says aes, but the body has no `Encrypt`: look for what changes the body \
                 on its way",
            ),
            // The same for all kinds, see `DecryptError`.
            ParseErrorKind::Decrypt(_) => f.write_str(
                "the push was not decrypted: compare EncodingAESKey and AppID with the platform's \
                 settings; `kind` names the failed step, for the log only",
            ),
            ParseErrorKind::Body(kind) => write!(
                f,
                "the body was not read, {kind}: look for what changes it on its way, and report \
                 the push if the platform really sent it"
            ),
            ParseErrorKind::MissingField => write!(
                f,
                "the field {path} is missing or empty: report the push, this kind always had it"
            ),
            ParseErrorKind::BadNumber => write!(
                f,
                "the field {path} is no number, or one out of its range: report the push, this \
                 field always was one"
            ),
        }
    }
}

impl Error for ParseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.source.as_ref()? {
            Source::Decrypt(error) => Some(error),
            Source::Body(error) => Some(error),
        }
    }
}

impl From<ParseErrorKind> for ParseError {
    fn from(kind: ParseErrorKind) -> Self {
        Self { kind, verified: false, path: None, source: None }
    }
}

impl From<DecryptError> for ParseError {
    fn from(error: DecryptError) -> Self {
        Self {
            source: Some(Source::Decrypt(error.clone())),
            ..ParseErrorKind::Decrypt(error.kind()).into()
        }
    }
}

impl From<BodyError> for ParseError {
    fn from(error: BodyError) -> Self {
        Self { source: Some(Source::Body(error)), ..ParseErrorKind::Body(error.kind).into() }
    }
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyErrorKind {
    /// Nothing, or white space only.
    Empty,
    /// The bytes are no UTF-8.
    NotUtf8,
    /// Neither XML nor JSON, or cut off.
    NotWellFormed,
    /// The root is neither the element `xml` nor an object.
    WrongRoot,
    /// More than white space after the root.
    Trailing,
    /// A DOCTYPE, which the platform never sends.
    Doctype,
    /// A reference such as `&nbsp;` that XML itself does not define.
    UnknownEntity,
    /// More than 1 MiB.
    TooLarge,
    /// More than 32 levels.
    TooDeep,
    /// More than 10,000 tags, texts and comments, or fields of JSON.
    TooManyNodes,
    /// More than 8 attributes in one tag.
    TooManyAttributes,
}

impl fmt::Display for BodyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::NotUtf8 => "it is no UTF-8",
            Self::NotWellFormed => "it is neither XML nor JSON, or cut off",
            Self::WrongRoot => "its root is neither `xml` nor an object",
            Self::Trailing => "something follows its end",
            Self::Doctype => "it has a DOCTYPE",
            Self::UnknownEntity => "it has an unknown entity",
            Self::TooLarge => "it is larger than 1 MiB",
            Self::TooDeep => "it is deeper than 32 levels",
            Self::TooManyNodes => "it has more than 10000 nodes",
            Self::TooManyAttributes => "a tag has more than 8 attributes",
        })
    }
}

/// A body that was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyError {
    /// What is wrong.
    pub kind: BodyErrorKind,
    /// Where, in bytes from the start of the body or of the decrypted message.
    pub offset: usize,
}

impl BodyError {
    pub(crate) fn new(kind: BodyErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused near byte {}: {}", self.offset, self.kind)
    }
}

impl Error for BodyError {}
