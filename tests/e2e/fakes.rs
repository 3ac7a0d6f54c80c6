//! Services besides Bedrock that credentials come from (STS, the SSO portal, the endpoints of roles),
//! as small HTTP servers of a test's own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `GET /path?query`
    pub(crate) line: String,
    /// Lower-case names.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Everything of it that a secret could stand in.
    pub(crate) fn text(&self) -> String {
        format!("{self:?}")
    }
}

/// What is answered: a status and a body.
pub(crate) type Answer = (u16, String);

/// A server that answers until the test ends.
pub(crate) struct Fake {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Answers every request by that function.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                // A client that goes away in the midst is its own affair.
                let Some(request) = read(&connection) else {
                    continue;
                };
                log.lock().unwrap().push(request.clone());
                let _ = write(&connection, &request, answer(&request));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(connection: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(connection);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let line = head.first()?.rsplit_once(' ')?.0.to_owned();
    let header = |line: &String| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers: Vec<(String, String)> = head.iter().skip(1).filter_map(header).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    Some(Asked {
        line,
        headers,
        body,
    })
}

fn write(mut connection: &TcpStream, asked: &Asked, (status, body): Answer) -> std::io::Result<()> {
    // The metadata service says how long its token is good for.
    let ttl = match asked.line.starts_with("PUT ") {
        true => "x-aws-ec2-metadata-token-ttl-seconds: 21600\r\n",
        false => "",
    };
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status} Answer\r\n{ttl}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
