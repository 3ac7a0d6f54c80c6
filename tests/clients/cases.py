"""What the Python clients' scripts share: whom they ask, what they ask, and how their cases are run.

A script that imports this is started as `script BASE_URL TOKEN` (after arguments of its own), names its cases by
`@case` in the order of the answers that the simulator plays, and ends with `run()`.
"""

import base64
import re
import sys
import time
import urllib.request

BASE_URL, TOKEN = sys.argv[-2:]
MODEL = "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0"
HELLO = [{"role": "user", "content": "Hello"}]
# A picture of one pixel.
PNG = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82"
).decode()
IMAGE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
# The gateway fetches nothing.
IMAGE_BY_ADDRESS = {"type": "image_url", "image_url": {"url": "https://a.example/i.png"}}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
          "required": ["city", "days"], "additionalProperties": False}
TRIP = {"city": "Paris", "days": 3}
_WEATHER = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
_TIME = {"type": "object", "properties": {"zone": {"type": "string"}}}
OPENAI_TOOLS = [
    {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}
    for name, description, parameters in [
        ("get_weather", "Tells the weather", _WEATHER),
        ("get_time", "Tells the time", _TIME),
    ]
]

_cases = []


def case(function):
    _cases.append(function)
    return function


def run():
    """Prints `ok NAME` for each case; the first that fails ends it with a trace."""
    for function in _cases:
        function()
        print("ok", function.__name__, flush=True)


def raises(error, function):
    try:
        function()
    except error as raised:
        # The class itself, not one that it stands for.
        assert type(raised) is error, repr(raised)
        return raised
    raise AssertionError(f"no {error.__name__} was raised")


def nothing_stays_open():
    """Waits for the gateway to have let go of all answers; one that stalls would never end by itself."""
    request = urllib.request.Request(f"{BASE_URL}/metrics", headers={"x-api-key": TOKEN})
    limit = time.monotonic() + 20
    while True:
        with urllib.request.urlopen(request) as response:
            metrics = response.read().decode()
        if int(re.search(r"^bedrock_gateway_open_streams(?:\{[^}]*\})? (\d+)", metrics, re.M)[1]) == 0:
            return
        assert time.monotonic() < limit, "an answer that nobody reads any more is still open"
        time.sleep(0.05)
