//! The program `wechat-mock`: what it prints, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

const SECRET: &str = "5ecret5ecret5ecret5ecret5ecret5e";

struct Program {
    child: Child,
    /// None: closed.
    out: Option<BufReader<ChildStdout>>,
    /// Host and port.
    addr: String,
    /// The lines up to the last one before the first call.
    head: String,
}

impl Program {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wechat-mock"))
            .args(args)
            .env("WECHAT_APP_ID", "wx0123456789abcdef")
            .env("WECHAT_APP_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut head = String::new();
        while !head.contains("ends it") {
            assert!(out.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let addr = head.split_once("http://").unwrap().1.lines().next().unwrap().to_owned();
        Self { child, out: Some(out), addr, head }
    }

    /// The answer's body.
    fn call(&self, line: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        // A program that hangs must not hang the test.
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let (addr, length) = (&self.addr, body.len());
        let head = format!("{line} HTTP/1.1\r\nHost: {addr}\r\nContent-Length: {length}\r\n");
        stream.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn send(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Sends the signal and hands out all that was printed after the head.
    fn end(self, signal: &str) -> String {
        self.send(signal);
        self.ended()
    }

    /// Waits for a good end and hands out all that was printed after the head.
    fn ended(mut self) -> String {
        let mut rest = String::new();
        if let Some(out) = &mut self.out {
            out.read_to_string(&mut rest).unwrap();
        }
        assert!(self.child.wait().unwrap().success(), "{rest}");
        rest
    }
}

/// A test that fails leaves nothing running.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_free_port_the_environment_and_both_signals() {
    for signal in ["-TERM", "-INT"] {
        let program = Program::start(&["--port", "0"]);
        assert!(program.head.contains("appid     wx0123456789abcdef"), "{}", program.head);
        assert!(program.head.contains("as given"), "{}", program.head);
        let url =
            "GET /cgi-bin/token?grant_type=client_credential&appid=wx0123456789abcdef&secret=";
        let token: Value =
            serde_json::from_str(&program.call(&format!("{url}{SECRET}"), "")).unwrap();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let send = format!("POST //cgi-bin/message/mass/send?access_token={token}");
        let one = r#"{"touser":["o1"],"msgtype":"text","text":{"content":"x"}}"#;
        let answer = program.call(&send, one);
        assert!(answer.contains("40130"), "{answer}");

        let report: Value = serde_json::from_str(&program.call("GET /_mock/report", "")).unwrap();
        assert_eq!(report["calls"], 2);
        let entry = &report["entries"][0];
        assert_eq!((&entry["errcode"], &entry["first"]), (&40130.into(), &2.into()), "{entry}");
        assert_eq!(entry["finding"]["rule"], "mass/openids-from-2");
        assert_eq!(entry["finding"]["field"], "touser");
        let received = program.call("GET /_mock/received", "");
        let received: Value = serde_json::from_str(&received).unwrap();
        assert_eq!(received["received"][1]["answer"]["broke"]["given"], "1 given", "{received}");
        assert_eq!(received["received"][1]["answer"]["remarks"][0]["rule"], "form/doubled-slash");

        let log = program.end(signal);
        let line = log.lines().find(|line| line.starts_with("#2 ")).unwrap();
        let broke =
            "-> 200 errcode 40130 (broke mass/openids-from-2: touser holds 2 to 10 000 OpenIDs";
        assert!(line.contains(broke), "{line}");
        assert!(line.contains("; touser: 1 given) (odd: form/doubled-slash:"), "{line}");
        assert!(log.contains("2 calls; rules broken: 1, kept in an odd way: 2"), "{log}");
        assert!(log.contains("    1 x broke 40130 mass/openids-from-2"), "{log}");
        assert!(!log.contains(SECRET) && !log.contains(&token), "{log}");
    }
}

#[test]
fn help_names_every_option() {
    let output = Command::new(env!("CARGO_BIN_EXE_wechat-mock")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for part in ["--port", "--listen", "WECHAT_APP_ID", "/_mock/report", "SIGTERM"] {
        assert!(help.contains(part), "{part}");
    }
}

/// More than a pipe holds, in some more time than passes between two looks into the log.
fn many_calls(program: &Program) {
    for _ in 0..1500 {
        let answer = program.call("GET /cgi-bin/getcallbackip?access_token=none", "");
        assert!(answer.contains("40001"), "{answer}");
    }
}

#[test]
fn a_log_that_nobody_reads_holds_up_no_call_and_no_end() {
    let mut program = Program::start(&["--port", "0"]);
    many_calls(&program);
    program.send("-TERM");
    assert!(program.child.wait().unwrap().success());
    let log = program.ended();
    assert!(log.contains("#100 GET /cgi-bin/getcallbackip"), "{log}");
}

#[test]
fn a_log_that_is_closed_ends_nothing() {
    let mut program = Program::start(&["--port", "0"]);
    program.out = None;
    many_calls(&program);
    assert_eq!(program.end("-TERM"), "");
}

/// Any page and any machine could change everything.
#[test]
fn control_from_other_machines_needs_a_token() {
    let program = || Command::new(env!("CARGO_BIN_EXE_wechat-mock"));
    let output = program().args(["--port", "0", "--remote-control"]).output().unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("set --control-token"), "{told}");
    let args = ["--port", "0", "--remote-control", "--control-token", "t0ken"];
    let program = Program::start(&args);
    assert!(program.call("GET /_mock/state", "").contains("control token is missing"));
    program.end("-TERM");
}

#[test]
fn half_a_request_does_not_keep_it_from_its_end() {
    for (signals, cut_off) in [
        (&["-TERM"][..], "cut off: a caller that did not end its request"),
        (&["-TERM", "-INT"], "cut off: what was going on at the second signal"),
    ] {
        let program = Program::start(&["--port", "0"]);
        let mut half = TcpStream::connect(&program.addr).unwrap();
        let head = "POST /cgi-bin/x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
        half.write_all(head.as_bytes()).unwrap();
        // A call that came later is answered: the half one has been taken in.
        program.call("GET /_mock/state", "");
        signals.iter().for_each(|signal| program.send(signal));
        let log = program.ended();
        assert!(log.contains(cut_off), "{log}");
        assert!(log.contains("0 calls"), "{log}");
    }
}
