//! `bedrock-gateway serve` as a child process, and just enough HTTP to talk to it: what goes over
//! the socket is the test's to decide.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::gateway::{Gateway, signal, spawn};

/// No answer of a test takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// Where a server listens, and what is sent there.
pub(crate) struct Door {
    /// `HOST:PORT`
    pub(crate) address: String,
}

/// A server, ended with the test.
pub(crate) struct Server {
    child: Child,
    door: Door,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Door {
    /// Connects, and sends that.
    pub(crate) fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut socket = TcpStream::connect(&self.address).expect("it listens");
        socket.set_read_timeout(Some(LIMIT)).expect("a limit");
        // Whoever is refused early may find the door shut while writing.
        let _ = socket.write_all(bytes);
        socket
    }

    /// Sends one request and reads the answer to its end.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &[u8],
    ) -> Answer {
        read(self.send(&self.written(method, path, headers, body)))
    }

    /// A request as bytes.
    pub(crate) fn written(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &[u8],
    ) -> Vec<u8> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|header| header.starts_with("host:")) {
            text += &format!("host: {}\r\n", self.address);
        }
        for header in headers {
            text += &format!("{header}\r\n");
        }
        text += &format!("content-length: {}\r\n\r\n", body.len());
        [text.as_bytes(), body].concat()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], b"")
    }

    /// Asks for a chat completion.
    pub(crate) fn chat(&self, body: &Value) -> Answer {
        self.request(
            "POST",
            "/v1/chat/completions",
            &[],
            body.to_string().as_bytes(),
        )
    }
}

impl Server {
    /// Starts `serve` with those further arguments.
    pub(crate) fn start(user: &Gateway, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        Self::of(&mut user.command(&all))
    }

    /// Starts a command that serves.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = spawn(command);
        let mut line = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let address = line.strip_prefix("listening http://").expect(&line);
        let address = address.trim_end().to_owned();
        Self {
            door: Door { address },
            child,
        }
    }

    pub(crate) fn signal(&self, which: Signal) {
        signal(&self.child, which);
    }

    /// Waits for its end; what it said on stderr.
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("it ends");
        let mut err = String::new();
        let stderr = self.child.stderr.as_mut().expect("a pipe");
        stderr.read_to_string(&mut err).expect("text");
        (status.code(), err)
    }
}

impl Deref for Server {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The data of its events.
    pub(crate) fn data(&self) -> Vec<&str> {
        let lines = self.body.lines();
        lines
            .filter_map(|line| line.strip_prefix("data: "))
            .collect()
    }

    /// The same, as JSON, without what ends it.
    pub(crate) fn chunks(&self) -> Vec<Value> {
        let data = self.data();
        let chunks = data.iter().filter(|data| **data != "[DONE]");
        chunks
            .map(|data| serde_json::from_str(data).expect("JSON"))
            .collect()
    }
}

/// Reads an answer to its end.
pub(crate) fn read(socket: TcpStream) -> Answer {
    let mut reader = BufReader::new(socket);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    };
    let status = line();
    let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
    let mut headers = Vec::new();
    loop {
        let line = line();
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut answer = Answer {
        status: status.expect("a status"),
        headers,
        body: String::new(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = chunked(&mut reader);
    } else {
        reader.read_to_string(&mut answer.body).expect("text");
    }
    answer
}

fn chunked(reader: &mut BufReader<TcpStream>) -> String {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).expect("a size");
        let size = u64::from_str_radix(size.trim(), 16).expect("a size");
        let before = body.len();
        reader
            .take(size + 2)
            .read_to_end(&mut body)
            .expect("a chunk");
        body.truncate(before + usize::try_from(size).expect("a size"));
        if size == 0 {
            return String::from_utf8(body).expect("text");
        }
    }
}
