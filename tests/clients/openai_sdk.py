"""The official openai SDK for Python against a running gateway.

usage: openai_sdk.py BASE_URL TOKEN

The simulator behind the gateway must be a fresh one that plays script.json:
the scripted cases come first, in its order, then those that it answers by itself.
Every answer is also read by the SDK's own types in strict mode.
Prints `ok NAME` for each case; the first that fails ends it with a trace.
"""

import json

import openai
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from cases import (
    BASE_URL, HELLO, IMAGE, IMAGE_BY_ADDRESS, MODEL, OPENAI_TOOLS, SCHEMA, TOKEN, TRIP,
    case, nothing_stays_open, raises, run,
)

client = openai.OpenAI(base_url=f"{BASE_URL}/v1", api_key=TOKEN, max_retries=0, timeout=60)


def ask(**members):
    raw = client.chat.completions.with_raw_response.create(**{"model": MODEL, "messages": HELLO} | members)
    ChatCompletion.model_validate_json(raw.text, strict=True)
    return raw.parse()


def stream(**members):
    chunks = client.chat.completions.create(**{"model": MODEL, "messages": HELLO, "stream": True} | members)
    for chunk in chunks:
        ChatCompletionChunk.model_validate_json(chunk.to_json(), strict=True)
        yield chunk


def joined(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


@case
def tools():
    calls, text, reason, fragments = {}, "", None, 0
    for chunk in stream(tools=OPENAI_TOOLS, tool_choice="auto"):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
            for delta in choice.delta.tool_calls or []:
                call = calls.setdefault(delta.index, {"id": "", "name": "", "arguments": ""})
                call["id"] += delta.id or ""
                call["name"] += delta.function.name or ""
                call["arguments"] += delta.function.arguments or ""
                fragments += 1
    assert (text, reason, sorted(calls)) == ("One moment.", "tool_calls", [0, 1]), (text, reason, calls)
    assert fragments > 2, fragments
    first, second = calls[0], calls[1]
    assert (first["id"], first["name"]) == ("call_a", "get_weather")
    assert json.loads(first["arguments"]) == {"city": "Paris", "days": 3}
    assert json.loads(second["arguments"]) == {"zone": "Europe/Paris"}
    called = [{"id": call["id"], "type": "function",
               "function": {"name": call["name"], "arguments": call["arguments"]}} for call in calls.values()]
    history = HELLO + [
        {"role": "assistant", "content": text, "tool_calls": called},
        {"role": "tool", "tool_call_id": "call_a", "content": "18 degrees"},
        {"role": "tool", "tool_call_id": "call_b", "content": "12:00"},
    ]
    answer = ask(messages=history, tools=OPENAI_TOOLS)
    assert answer.choices[0].message.content == "It is 18 degrees at noon."
    assert answer.choices[0].finish_reason == "stop"


@case
def structured_output():
    form = {"type": "json_schema", "json_schema": {"name": "trip", "schema": SCHEMA, "strict": True}}
    answer = ask(response_format=form)
    assert json.loads(answer.choices[0].message.content) == TRIP


@case
def reasoning():
    answer = ask(reasoning_effort="low", max_completion_tokens=5000)
    message = answer.choices[0].message
    assert message.content == "Hello there."
    assert message.reasoning_content == "The user greets. I greet back."
    history = HELLO + [message.to_dict()] + HELLO
    assert ask(messages=history, reasoning_effort="low").choices[0].message.content == "Hello again."


@case
def usage():
    last = list(stream(stream_options={"include_usage": True}))[-1]
    assert last.choices == []
    assert last.usage.prompt_tokens == 5 + 70 + 8, last.usage
    assert last.usage.prompt_tokens_details.cached_tokens == 70
    assert (last.usage.completion_tokens, last.usage.total_tokens) == (6, 89)


@case
def finish_reasons():
    assert ask().choices[0].finish_reason == "length"
    assert ask().choices[0].finish_reason == "content_filter"


@case
def errors():
    for error, status, code, sentence in [
        (openai.BadRequestError, 400, "invalid_request", "out of range"),
        (openai.BadRequestError, 400, "context_length_exceeded", "too long"),
        (openai.PermissionDeniedError, 403, "permission_denied", "may not call"),
        (openai.NotFoundError, 404, "model_not_found", "no such model"),
        (openai.RateLimitError, 429, "rate_limit_exceeded", "Too many requests"),
        (openai.InternalServerError, 500, "unavailable", "service failed"),
        (openai.InternalServerError, 503, "overloaded", "no room"),
    ]:
        raised = raises(error, ask)
        assert (raised.status_code, raised.code) == (status, code), raised.body
        assert sorted(raised.body) == ["code", "message", "param", "type"], raised.body
        assert sentence in raised.body["message"], raised.body
        assert raised.response.headers["x-should-retry"] == "false"
        assert raised.request_id


@case
def mid_stream_failure():
    for _ in range(2):
        texts = []

        def read():
            texts.extend(joined([chunk]) for chunk in stream())

        raised = raises(openai.APIError, read)
        assert raised.message, raised
        assert "".join(texts).startswith("This answer"), texts


@case
def failure_of_a_whole_answer():
    assert raises(openai.InternalServerError, ask).status_code >= 500


@case
def cancellation():
    chunks = client.chat.completions.create(model=MODEL, messages=HELLO, stream=True)
    for chunk in chunks:
        if joined([chunk]):
            break
    chunks.close()
    nothing_stays_open()


@case
def text():
    answer = ask(temperature=0.5, max_tokens=100, stop=["END"])
    assert answer.object == "chat.completion" and answer.choices[0].message.role == "assistant"
    assert "Hello" in answer.choices[0].message.content
    assert answer.usage.completion_tokens > 0


@case
def streamed_text():
    chunks = list(stream())
    texts = [joined([chunk]) for chunk in chunks]
    assert len([text for text in texts if text]) > 1 and "Hello" in "".join(texts)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert chunks[-1].choices[0].finish_reason == "stop"


@case
def images():
    question = {"type": "text", "text": "What is it?"}
    answer = ask(messages=[{"role": "user", "content": [IMAGE, question]}])
    assert "What is it?" in answer.choices[0].message.content
    messages = [{"role": "user", "content": [IMAGE_BY_ADDRESS]}]
    raised = raises(openai.BadRequestError, lambda: ask(messages=messages))
    assert raised.param, raised.body


@case
def models():
    listed = client.models.list().data
    assert any(model.id.endswith("nova-lite-v1:0") for model in listed), listed
    assert client.models.retrieve(listed[0].id).id == listed[0].id


@case
def refusals_of_the_gateway():
    stranger = client.with_options(api_key="wrong")
    raises(openai.AuthenticationError, lambda: stranger.chat.completions.create(model=MODEL, messages=HELLO))
    for members, param in [({"n": 2}, "n"), ({"logprobs": True}, "logprobs"), ({"logit_bias": {"1": 1}}, "logit_bias")]:
        assert raises(openai.BadRequestError, lambda: ask(**members)).param == param
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO, seed=1, user="u")
    assert raw.headers["x-ignored-params"] == "seed, user", raw.headers


run()
