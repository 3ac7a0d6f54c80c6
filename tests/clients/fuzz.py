"""Malformed requests against a running gateway: none may be a server error, none may hang.

usage: fuzz.py [COUNT] BASE_URL TOKEN

What is tried depends on nothing but the count's numbers, so that a failure can be had again.
"""

import copy
import http.client
import json
import random
import socket
import sys
import urllib.parse

COUNT = int(sys.argv[1]) if len(sys.argv) > 3 else 2000
BASE_URL, TOKEN = sys.argv[-2:]
ADDRESS = urllib.parse.urlsplit(BASE_URL)
MODEL = "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0"
# No answer takes longer; a request that is left unanswered is a hang.
LIMIT = 20

TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}
BODIES = [
    ("/v1/chat/completions", {
        "model": MODEL, "stream": False, "temperature": 0.5, "max_tokens": 50, "stop": ["END"], "n": 1, "seed": 1,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{\"city\": \"Rome\"}"}}]},
            {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        ],
        "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": TOOL}}],
        "tool_choice": "auto", "reasoning_effort": "low", "stream_options": {"include_usage": True},
        "response_format": {"type": "text"},
    }),
    ("/v1/messages", {
        "model": MODEL, "stream": False, "max_tokens": 50, "temperature": 0.5, "top_k": 5, "stop_sequences": ["END"],
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {"city": "Rome"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "sunny"}]},
        ],
        "tools": [{"name": "f", "description": "d", "input_schema": TOOL}],
        "tool_choice": {"type": "auto"}, "thinking": {"type": "disabled"}, "metadata": {"user_id": "u"},
    }),
    ("/v1/messages/count_tokens", {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}),
]
ODD = [None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, -1e308, 2**31, 2**63, 2**64, -(2**63), "", " ", "\0", "\ud800", "x" * 5000,
       "😀", "../../etc/passwd", "null", [], {}, [[]], [None], {"": None}, [{}] * 50, {"type": "text"}, {"text": 1}, ["a", 1]]


def places(value, found, parent=None, key=None):
    if parent is not None:
        found.append((parent, key))
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        places(member, found, value, name)
    return found


def odd_members(body, chance):
    """A body with some of its values replaced, dropped or doubled."""
    body = copy.deepcopy(body)
    for _ in range(chance.randint(1, 4)):
        parent, key = chance.choice(places(body, []))
        how = chance.random()
        if how < 0.7:
            parent[key] = copy.deepcopy(chance.choice(ODD))
        elif how < 0.85:
            del parent[key]
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            parent[f"{key}_"] = copy.deepcopy(parent[key])
        if not places(body, []):
            break
    return json.dumps(body).encode()


def odd_bytes(body, chance):
    """A body with some of its bytes changed, cut out or doubled."""
    text = bytearray(json.dumps(body).encode())
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text))
        how = chance.random()
        if how < 0.5:
            text[at] = chance.randrange(256)
        elif how < 0.7:
            del text[at:at + chance.randint(1, 30)]
        elif how < 0.9:
            text[at:at] = chance.choice([b"{", b"[", b'"', b"\\", b"\xff\xfe", b"1e999", b"\\ud800", b",", b"\0"])
        else:
            del text[at:]
        if not text:
            break
    return bytes(text)


def status(path, body):
    connection = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port, timeout=LIMIT)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def checked(what, path, body):
    found = status(path, body)
    assert found < 500, f"{what}: {path} answers {found} to {body[:2000]!r}"
    return found


def main():
    counts = {}
    for number in range(COUNT):
        chance = random.Random(number)
        path, body = chance.choice(BODIES)
        make = odd_members if chance.random() < 0.6 else odd_bytes
        found = checked(f"try {number}", path, make(body, chance))
        counts[found] = counts.get(found, 0) + 1
    print("ok fuzz", COUNT, "tries:", ", ".join(f"{count} x {found}" for found, count in sorted(counts.items())))

    for opening, closing in [("[", "]"), ('{"a":', "}")]:
        deep = (opening * 200_000 + "1" + closing * 200_000).encode()
        assert 400 <= checked("nesting", "/v1/chat/completions", deep) < 500
        inside = b'{"model": "m", "max_tokens": 1, "messages": ' + deep + b"}"
        assert 400 <= checked("nesting", "/v1/messages", inside) < 500
    print("ok nesting")

    idle = [socket.create_connection((ADDRESS.hostname, ADDRESS.port)) for _ in range(1000)]
    half = [socket.create_connection((ADDRESS.hostname, ADDRESS.port)) for _ in range(20)]
    for connection in half:
        connection.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{")
        connection.shutdown(socket.SHUT_WR)
    plain = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    assert status("/v1/chat/completions", json.dumps(plain).encode()) == 200
    for connection in idle + half:
        connection.close()
    assert status("/v1/chat/completions", json.dumps(plain).encode()) == 200
    print("ok idle and half-closed sockets")


main()
