"""LiteLLM against a running gateway, by either of the APIs that it speaks.

usage: litellm_client.py openai|anthropic BASE_URL TOKEN

The simulator behind the gateway must be a fresh one that plays script.json:
the scripted cases come first, in its order, then those that it answers by itself.
"""

import asyncio
import json
import os
import sys

# Its list of prices is asked of the network otherwise.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "true"

import litellm
from litellm.exceptions import MidStreamFallbackError
from litellm.llms.custom_httpx.http_handler import HTTPHandler

from cases import (
    BASE_URL, HELLO, IMAGE, IMAGE_BY_ADDRESS, MODEL, OPENAI_TOOLS, SCHEMA, TOKEN, TRIP,
    case, nothing_stays_open, raises, run,
)

DIALECT = sys.argv[1]
OF_OPENAI = DIALECT == "openai"
# Each adds the rest of the path by itself.
API_BASE = f"{BASE_URL}/v1" if OF_OPENAI else BASE_URL
litellm.suppress_debug_info = True


def settings(**members):
    return {
        "model": f"{DIALECT}/{MODEL}", "api_base": API_BASE, "api_key": TOKEN, "messages": HELLO,
        "max_tokens": 500, "num_retries": 0, "max_retries": 0, "timeout": 60,
    } | members


def ask(**members):
    return litellm.completion(**settings(**members))


def joined(chunks):
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


@case
def tools():
    chunks = list(ask(stream=True, tools=OPENAI_TOOLS, tool_choice="auto"))
    fragments = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert len(fragments) > 2, fragments
    [choice] = litellm.stream_chunk_builder(chunks).choices
    assert (choice.message.content, choice.finish_reason) == ("One moment.", "tool_calls"), choice
    called = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls]
    assert called == [("call_a", "get_weather", TRIP), ("call_b", "get_time", {"zone": "Europe/Paris"})], called
    results = [
        {"role": "tool", "tool_call_id": "call_a", "content": "18 degrees"},
        {"role": "tool", "tool_call_id": "call_b", "content": "12:00"},
    ]
    answer = ask(messages=HELLO + [choice.message.model_dump()] + results, tools=OPENAI_TOOLS)
    assert answer.choices[0].message.content == "It is 18 degrees at noon."


@case
def structured_output():
    form = {"type": "json_schema", "json_schema": {"name": "trip", "schema": SCHEMA, "strict": True}}
    assert json.loads(ask(response_format=form).choices[0].message.content) == TRIP


@case
def reasoning():
    message = ask(reasoning_effort="low", max_tokens=5000).choices[0].message
    assert message.content == "Hello there.", message
    assert message.reasoning_content == "The user greets. I greet back.", message
    history = HELLO + [message.model_dump()] + HELLO
    answer = ask(messages=history, reasoning_effort="low", max_tokens=5000)
    assert answer.choices[0].message.content == "Hello again."


@case
def usage():
    usage = list(ask(stream=True, stream_options={"include_usage": True}))[-1].usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (83, 6, 89), usage
    assert usage.prompt_tokens_details.cached_tokens == 70, usage


@case
def finish_reasons():
    assert ask().choices[0].finish_reason == "length"
    assert ask().choices[0].finish_reason == "content_filter"


@case
def errors():
    # What it has no class for, it names by its own lights: 403 of OpenAI's API, and "overloaded" of Anthropic's.
    for error, status, sentence in [
        (litellm.BadRequestError, 400, "out of range"),
        # By its words, not by its code.
        (litellm.ContextWindowExceededError, 400, "too long"),
        (litellm.APIError if OF_OPENAI else litellm.PermissionDeniedError, 403, "may not call"),
        (litellm.NotFoundError, 404, "no such model"),
        (litellm.RateLimitError, 429, "Too many requests"),
        (litellm.InternalServerError, 500, "service failed"),
        (litellm.ServiceUnavailableError, 503, "no room") if OF_OPENAI else
        (litellm.InternalServerError, 500, "no room"),
    ]:
        raised = raises(error, ask)
        assert (raised.status_code, sentence in raised.message) == (status, True), (raised.status_code, raised)


@case
def mid_stream_failure():
    for _ in range(2):
        chunks = []
        raised = raises(MidStreamFallbackError, lambda: chunks.extend(ask(stream=True)))
        assert joined(chunks).startswith("This answer"), (chunks, raised)


@case
def failure_of_a_whole_answer():
    assert raises(litellm.BadGatewayError, ask).status_code == 502


async def cancelled_by_closing_the_stream():
    chunks = await litellm.acompletion(**settings(stream=True))
    async for chunk in chunks:
        if joined([chunk]):
            break
    await chunks.aclose()
    # A loop that ended would close all its connections.
    await asyncio.to_thread(nothing_stays_open)


def cancelled_by_closing_the_client():
    client = HTTPHandler(timeout=60)
    for chunk in ask(stream=True, client=client):
        if joined([chunk]):
            break
    client.close()
    nothing_stays_open()


@case
def cancellation():
    # Closing a stream of Anthropic's API closes no connection: its iterator isn't handed the response to close.
    if OF_OPENAI:
        asyncio.run(cancelled_by_closing_the_stream())
    else:
        cancelled_by_closing_the_client()


@case
def text():
    answer = ask(temperature=0.5, stop=["END"])
    assert "Hello" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop" and answer.usage.completion_tokens > 0


@case
def streamed_text():
    chunks = list(ask(stream=True))
    assert len([chunk for chunk in chunks if joined([chunk])]) > 1
    assert "Hello" in joined(chunks)


@case
def images():
    question = {"type": "text", "text": "What is it?"}
    answer = ask(messages=[{"role": "user", "content": [IMAGE, question]}])
    assert "What is it?" in answer.choices[0].message.content
    raises(litellm.BadRequestError, lambda: ask(messages=[{"role": "user", "content": [IMAGE_BY_ADDRESS]}]))


@case
def refusals_of_the_gateway():
    raises(litellm.AuthenticationError, lambda: ask(api_key="wrong"))
    raised = raises(litellm.BadRequestError, lambda: ask(temperature=-1))
    assert raised.status_code == 400, raised


run()
