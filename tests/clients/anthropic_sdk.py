"""The official anthropic SDK for Python against a running gateway.

usage: anthropic_sdk.py BASE_URL TOKEN

The simulator behind the gateway must be a fresh one that plays anthropic_script.json:
the scripted cases come first, in its order, then those that it answers by itself.
Prints `ok NAME` for each case; the first that fails ends it with a trace.
"""

import base64

import anthropic

from cases import BASE_URL, HELLO, MODEL, PNG, SCHEMA, TOKEN, case, nothing_stays_open, raises, run

TOOLS = [
    {"name": "get_weather", "description": "Tells the weather",
     "input_schema": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}},
    {"name": "get_time", "description": "Tells the time",
     "input_schema": {"type": "object", "properties": {"zone": {"type": "string"}}}},
]

client = anthropic.Anthropic(base_url=BASE_URL, api_key=TOKEN, max_retries=0, timeout=60)


def ask(**members):
    return client.messages.create(**{"model": MODEL, "max_tokens": 500, "messages": HELLO} | members)


@case
def tools():
    fragments = []
    with client.messages.stream(model=MODEL, max_tokens=500, messages=HELLO, tools=TOOLS) as stream:
        for event in stream:
            if event.type == "input_json":
                fragments.append(event.partial_json)
        message = stream.get_final_message()
    text, first, second = message.content
    assert text.text == "One moment."
    assert (first.id, first.name, first.input) == ("call_a", "get_weather", {"city": "Paris", "days": 3})
    assert (second.id, second.name, second.input) == ("call_b", "get_time", {"zone": "Europe/Paris"})
    assert message.stop_reason == "tool_use"
    assert len(fragments) >= 2, fragments
    results = [
        {"type": "tool_result", "tool_use_id": "call_a", "content": "18 degrees"},
        {"type": "tool_result", "tool_use_id": "call_b", "content": [{"type": "text", "text": "12:00"}]},
    ]
    history = HELLO + [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]
    answer = ask(messages=history, tools=TOOLS, tool_choice={"type": "auto"})
    assert answer.content[0].text == "It is 18 degrees at noon."
    assert answer.stop_reason == "end_turn"


@case
def structured_output():
    answer = ask(output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
    assert answer.content[0].text == '{"city": "Paris", "days": 3}'


@case
def thinking():
    asked = {"type": "enabled", "budget_tokens": 1024}
    with client.messages.stream(model=MODEL, max_tokens=2000, messages=HELLO, thinking=asked) as stream:
        kinds = [event.type for event in stream]
        message = stream.get_final_message()
    thought, redacted, text = message.content
    assert "thinking" in kinds and "signature" in kinds, kinds
    assert thought.thinking == "The user greets. I greet back."
    assert thought.signature == "c2lnbmF0dXJlIG9mIHRoZSBzY3JpcHQ="
    assert base64.b64decode(redacted.data) == b"\1\2\3\4\5\xff"
    assert text.text == "Hello there."
    history = HELLO + [{"role": "assistant", "content": message.content}] + HELLO
    assert ask(messages=history, thinking=asked, max_tokens=2000).content[0].text == "Hello again."


@case
def citations():
    source = {"type": "text", "media_type": "text/plain", "data": "Grass is green."}
    document = {"type": "document", "source": source, "title": "Colours", "citations": {"enabled": True}}
    question = {"type": "text", "text": "Which colour has grass?"}
    with client.messages.stream(
        model=MODEL, max_tokens=500, messages=[{"role": "user", "content": [document, question]}]
    ) as stream:
        message = stream.get_final_message()
    [block] = message.content
    [citation] = block.citations
    assert block.text == "Grass is green."
    assert citation.type == "char_location"
    assert (citation.document_title, citation.start_char_index, citation.end_char_index) == ("Colours", 0, 15)


@case
def usage():
    with client.messages.stream(model=MODEL, max_tokens=500, messages=HELLO) as stream:
        usage = stream.get_final_message().usage
    assert (usage.input_tokens, usage.output_tokens) == (5, 6)
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (70, 8)


@case
def stop_sequence():
    answer = ask(stop_sequences=["three"])
    assert (answer.stop_reason, answer.stop_sequence) == ("stop_sequence", "three")


@case
def refusal():
    assert ask().stop_reason == "refusal"


@case
def errors():
    for error, status, kind, sentence in [
        (anthropic.BadRequestError, 400, "invalid_request_error", "out of range"),
        (anthropic.PermissionDeniedError, 403, "permission_error", "may not call"),
        (anthropic.NotFoundError, 404, "not_found_error", "no such model"),
        (anthropic.RateLimitError, 429, "rate_limit_error", "Too many requests"),
        (anthropic.InternalServerError, 500, "api_error", "service failed"),
        (anthropic.ServiceUnavailableError, 503, "overloaded_error", "no room"),
    ]:
        raised = raises(error, ask)
        assert raised.status_code == status, raised
        assert raised.body["type"] == "error"
        assert raised.body["error"]["type"] == kind, raised.body
        assert sentence in raised.body["error"]["message"], raised.body
        assert raised.body["request_id"] == raised.request_id, raised.body
        assert raised.response.headers["x-should-retry"] == "false"


@case
def mid_stream_failure():
    for _ in range(2):
        texts = []

        def read():
            with client.messages.stream(model=MODEL, max_tokens=500, messages=HELLO) as stream:
                texts.extend(stream.text_stream)

        try:
            read()
        except anthropic.APIStatusError as raised:
            assert raised.body["type"] == "error", raised.body
        else:
            raise AssertionError("a broken stream was taken for an answer")
        assert "".join(texts).startswith("This answer"), texts


@case
def failure_of_a_whole_answer():
    raised = None
    try:
        ask()
    except anthropic.APIStatusError as error:
        raised = error
    assert raised is not None and raised.status_code >= 500, raised


@case
def cancellation():
    with client.messages.stream(model=MODEL, max_tokens=500, messages=HELLO) as stream:
        for _ in stream.text_stream:
            break
    nothing_stays_open()


@case
def text():
    answer = ask(system="Be brief.", extra_body={"temperature": 0.5, "top_k": 5}, metadata={"user_id": "user-1"})
    assert answer.type == "message" and answer.role == "assistant" and answer.id.startswith("msg_")
    assert "Hello" in answer.content[0].text
    assert answer.stop_reason == "end_turn" and answer.usage.output_tokens > 0
    assert answer._request_id


@case
def stream():
    pieces = []
    with client.messages.stream(model=MODEL, max_tokens=500, messages=HELLO) as stream:
        pieces.extend(stream.text_stream)
        message = stream.get_final_message()
    assert len(pieces) > 1 and "".join(pieces) == message.content[0].text


@case
def images():
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
    question = {"type": "text", "text": "What is it?", "cache_control": {"type": "ephemeral"}}
    answer = ask(messages=[{"role": "user", "content": [image, question]}])
    assert "What is it?" in answer.content[0].text
    by_address = {"type": "image", "source": {"type": "url", "url": "https://a.example/i.png"}}
    messages = [{"role": "user", "content": [by_address]}]
    raised = raises(anthropic.BadRequestError, lambda: ask(messages=messages))
    assert "messages.0.content.0.source" in raised.body["error"]["message"]


@case
def count_tokens():
    counted = client.messages.count_tokens(model=MODEL, messages=HELLO, system="Be brief.", tools=TOOLS)
    assert counted.input_tokens > 0


@case
def refusals_of_the_gateway():
    stranger = client.with_options(api_key="wrong")
    raised = raises(
        anthropic.AuthenticationError,
        lambda: stranger.messages.create(model=MODEL, max_tokens=5, messages=HELLO),
    )
    assert raised.body["error"]["type"] == "authentication_error", raised.body
    raised = raises(anthropic.BadRequestError, lambda: ask(max_tokens=0))
    assert raised.body["error"]["message"] == "max_tokens must be at least 1"
    huge = [{"role": "user", "content": "x" * (33 * 1024 * 1024)}]
    raised = raises(anthropic.ContentTooLargeError, lambda: ask(messages=huge))
    assert raised.body["error"]["type"] == "request_too_large", raised.body


@case
def ignored_parameters():
    answer = client.messages.with_raw_response.create(
        model=MODEL, max_tokens=50, messages=HELLO, inference_geo="eu", extra_body={"nonsense": 1}
    )
    assert answer.headers["x-ignored-params"] == "inference_geo, nonsense", answer.headers


run()
