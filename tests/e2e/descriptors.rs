//! A gateway that may open few files: whoever finds no room is told so, and who is in stays in.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

use bedrock_simulator::{BedrockSim, Reply};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::harness::{MODEL, SOON};
use crate::http::{Server, read};

/// The gateway keeps 64 for itself, and two for each connection.
const DESCRIPTORS: usize = 128;

/// What that leaves.
const ROOM: usize = 32;

const STREAMS: usize = 20;

const DELTAS: usize = 100;

/// `serve` with a limit that it can't raise.
fn limited(user: &Gateway) -> Server {
    let program = user.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut shell = Command::new("/bin/sh");
    shell
        .args([
            "-c",
            &format!("ulimit -n {DESCRIPTORS}; exec \"$0\" \"$@\""),
        ])
        .arg(program.get_program())
        .args(program.get_args())
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    Server::of(&mut shell)
}

fn asking(stream: bool) -> Value {
    json!({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": "hello"}]})
}

/// Asks for an answer as it arrives, and waits until it begins.
fn begun(server: &Server) -> TcpStream {
    let body = asking(true).to_string();
    let request = server.written("POST", "/v1/chat/completions", &[], body.as_bytes());
    let mut socket = server.send(&request);
    socket.read_exact(&mut [0; 1]).unwrap();
    socket
}

#[test]
fn who_finds_no_room_is_told_so_and_who_is_in_gets_all_of_its_answer() {
    let reply = Reply::deltas(DELTAS, 8).events_per_second(20.0);
    let sim = BedrockSim::new().default_reply(reply).spawn().unwrap();
    let server = limited(&Gateway::at(&sim));
    let streams: Vec<_> = (0..STREAMS).map(|_| begun(&server)).collect();
    sim.set_default_reply(Some(Reply::text("Hello")));
    // Connections that are kept stay, and leave no room for another.
    let healthz = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut kept: Vec<_> = (STREAMS..ROOM).map(|_| server.send(healthz)).collect();
    for socket in &mut kept {
        let mut status = [0; 12];
        socket.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 200");
    }
    for _ in 0..50 {
        let refused = server.chat(&asking(false));
        assert_eq!(refused.status, 503, "{refused:?}");
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.json()["error"]["code"], "overloaded");
    }
    // A client that is still sending when it is turned away must not fail at that.
    let mut eager = server.send(b"");
    let large = server.written("POST", "/v1/chat/completions", &[], &vec![b' '; 8 << 20]);
    eager.write_all(&large).unwrap();
    assert_eq!(read(eager).status, 503);
    drop(kept);
    let deadline = Instant::now() + SOON;
    while server.get("/healthz").status != 200 {
        assert!(Instant::now() < deadline, "room never comes free");
    }
    assert_eq!(server.chat(&asking(false)).status, 200);
    for socket in streams {
        let mut answer = String::new();
        (&socket).read_to_string(&mut answer).unwrap();
        assert_eq!(answer.matches("lorem").count(), DELTAS);
        assert!(answer.contains("data: [DONE]\n\n"), "{answer}");
    }
}
