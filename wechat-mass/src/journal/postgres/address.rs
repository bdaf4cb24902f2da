//! Where a PostgreSQL server is, and how it is reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::trouble::chain;
use crate::journal::JournalError;

/// A server that has not taken a connection by then is taken for gone.
pub(super) const CONNECTING: Duration = Duration::from_secs(5);

/// Where a PostgreSQL server is, and how it is reached.
#[derive(Clone)]
pub struct PostgresAddress {
    pub(super) config: Config,
    /// Without user and password.
    pub(super) place: String,
    pub(super) schema: String,
    roots: Option<RootCertStore>,
}

impl PostgresAddress {
    /// The database at `postgres://user:password@host:port/database`; special characters of user and
    /// password are written as `%XX`.
    ///
    /// Behind `?` come options as those of PostgreSQL's own programs: `sslmode` (`disable`; `prefer`: TLS
    /// if the server has it, the default; `require`; `verify-full`, which is the same here, for a
    /// certificate is always verified), `sslrootcert` (a file: see [`with_roots`](Self::with_roots)),
    /// `application_name` and others.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is no such address, or when that file cannot be used. The address is not
    /// repeated.
    pub fn new(url: &str) -> Result<Self, JournalError> {
        let unusable = |why: &str| {
            JournalError::new(format!(
                "the journal's address is none of a PostgreSQL database \
                 (postgres://user:password@host:port/database, special characters as %XX): {why}"
            ))
        };
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(unusable("it begins with another word"));
        }
        // The rest of a password behind a bare `@` would be shown as host or database.
        if url.matches('@').count() > 1 {
            return Err(unusable("there is a bare @ in user or password"));
        }
        let (url, roots) = for_client(url);
        let mut config: Config = url.parse().map_err(|error| unusable(&chain(&error)))?;
        let hosts: Vec<String> = config.get_hosts().iter().map(shown).collect();
        if hosts.is_empty() {
            return Err(unusable("it names no host"));
        }
        let ports: Vec<u16> = config.get_ports().to_vec();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let hosts: Vec<String> =
            hosts.iter().enumerate().map(|(at, host)| format!("{host}:{}", port(at))).collect();
        let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
        let place = format!("PostgreSQL at {}, database {database:?}", hosts.join(","));
        config.connect_timeout(CONNECTING).target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.keepalives_idle(Duration::from_secs(30)).tcp_user_timeout(Duration::from_secs(30));
        if config.get_application_name().is_none() {
            config.application_name("wechat-mass");
        }
        let address = Self { config, place, schema: "wechat_mass".to_owned(), roots: None };
        let Some(file) = roots else { return Ok(address) };
        let failed = || JournalError::new(format!("{file}: no roots for TLS can be read from it"));
        let pem = std::fs::read(&file).map_err(|error| failed().with_source(error))?;
        address.with_roots(&pem).map_err(|error| failed().with_source(error))
    }

    /// The same with TLS by these roots only, in PEM: of a team's own authority. Without, the machine's
    /// roots count.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when these are no certificates.
    pub fn with_roots(self, pem: &[u8]) -> Result<Self, JournalError> {
        let unusable = || JournalError::new("the roots for TLS are no certificates in PEM");
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| unusable().with_source(error))?;
            roots.add(certificate).map_err(|error| unusable().with_source(error))?;
        }
        if roots.is_empty() {
            return Err(unusable());
        }
        Ok(Self { roots: Some(roots), ..self })
    }

    /// The same with the tables in another schema than `wechat_mass`: of small letters, digits and `_`,
    /// 40 at most.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is no such name.
    pub fn with_schema(self, schema: &str) -> Result<Self, JournalError> {
        let letter = |c: char| c.is_ascii_lowercase() || c == '_';
        let good = schema.starts_with(letter)
            && schema.len() <= 40
            && schema.chars().all(|c| letter(c) || c.is_ascii_digit());
        if !good || schema.starts_with("pg_") {
            return Err(JournalError::new(format!(
                "{schema:?} is no name for the journal's schema: take up to 40 small letters, digits and _"
            )));
        }
        Ok(Self { schema: schema.to_owned(), ..self })
    }

    /// What makes a connection secret, by ring: a program may have chosen another library for the rest.
    pub(super) fn tls(&self) -> Result<MakeRustlsConnect, JournalError> {
        let roots = match &self.roots {
            Some(roots) => roots.clone(),
            None if self.config.get_ssl_mode() == SslMode::Disable => RootCertStore::empty(),
            None => {
                let mut roots = RootCertStore::empty();
                // Where there are none, the server's certificate is refused by name.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                roots
            }
        };
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| JournalError::new("TLS cannot be had").with_source(error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }
}

/// The address as the client understands it, and the file of roots, which it does not.
fn for_client(url: &str) -> (String, Option<String>) {
    let (base, options) = match url.rsplit_once('?') {
        Some((base, options)) if !options.contains('@') => (base, options),
        _ => (url, ""),
    };
    let (mut kept, mut roots) = (Vec::new(), None);
    for option in options.split('&').filter(|option| !option.is_empty()) {
        match option.split_once('=') {
            Some(("sslrootcert", file)) => {
                roots = Some(percent_decode_str(file).decode_utf8_lossy().into_owned());
            }
            Some(("sslmode", "verify-full")) => kept.push("sslmode=require"),
            _ => kept.push(option),
        }
    }
    (format!("{base}?{}", kept.join("&")), roots)
}

fn shown(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(folder) => folder.display().to_string(),
    }
}

impl fmt::Display for PostgresAddress {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, schema {}", self.place, self.schema)
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresAddress")
            .field("place", &self.place)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_user_and_password() {
        let url = "postgres://me:s3cr%40t@db.example,10.0.0.2:5433/shop?sslmode=verify-full";
        let address = PostgresAddress::new(url).unwrap();
        assert_eq!(
            format!("{address:?}"),
            "PostgresAddress { place: \"PostgreSQL at db.example:5432,10.0.0.2:5433, database \
             \\\"shop\\\"\", schema: \"wechat_mass\", .. }"
        );
        assert_eq!(address.config.get_password(), Some(b"s3cr@t".as_slice()));
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for url in [
            "",
            "mysql://me:s3cret@h/d",
            "host=h password=s3cret",
            "postgres://me:pa@s3cret@h/d",
            "postgres://me:pa@s3cret/s3cret@h/d",
            "postgres://me:pa@x?s3cret@h/d",
            "postgres://me:s3cret@/d",
            "postgres://me:s3cret@h:port/d",
            "postgres://me:s3cret@h/d?sslmode=maybe",
            "postgres://me:s3cret@h/d?no=1",
        ] {
            let error = PostgresAddress::new(url).unwrap_err().to_string();
            assert!(error.contains("none of a PostgreSQL database"), "{error}");
            assert!(!error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_schema_is_a_plain_name() {
        let address = PostgresAddress::new("postgres://me@h/d").unwrap();
        assert_eq!(address.clone().with_schema("shop_2").unwrap().schema, "shop_2");
        for bad in ["", "2", "Shop", "a\"b", "a b", "pg_a", &"a".repeat(41)] {
            assert!(address.clone().with_schema(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roots_can_lie_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a b.pem");
        let url = |file: &std::path::Path| {
            let file = file.display().to_string().replace(' ', "%20");
            format!(
                "postgres://me:p?w@h/d?sslrootcert={file}&sslmode=verify-full&application_name=x"
            )
        };
        for text in [None, Some("no certificates")] {
            if let Some(text) = text {
                std::fs::write(&file, text).unwrap();
            }
            let error = PostgresAddress::new(&url(&file)).unwrap_err().to_string();
            assert!(error.contains("a b.pem: no roots"), "{error}");
        }
        let (kept, roots) = for_client(&url(&file));
        assert_eq!(kept, "postgres://me:p?w@h/d?sslmode=require&application_name=x");
        assert_eq!(roots.as_deref(), file.to_str());
        let address = PostgresAddress::new("postgres://me:p?w@h/d").unwrap();
        assert_eq!(address.config.get_password(), Some(b"p?w".as_slice()));
    }

    #[test]
    fn roots_are_certificates() {
        let address = PostgresAddress::new("postgres://me@h/d").unwrap();
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for bad in ["", "text", garbage] {
            assert!(address.clone().with_roots(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
