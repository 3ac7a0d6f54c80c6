"""LangChain's ChatOpenAI against a running gateway.

usage: langchain_client.py BASE_URL TOKEN

The simulator behind the gateway must be a fresh one that plays script.json:
the scripted cases come first, in its order, then those that it answers by itself.
"""

import asyncio

import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models import base as kinds

from cases import (
    BASE_URL, IMAGE, IMAGE_BY_ADDRESS, MODEL, OPENAI_TOOLS, SCHEMA, TOKEN, TRIP,
    case, nothing_stays_open, raises, run,
)


def chat(**members):
    settings = {"model": MODEL, "base_url": f"{BASE_URL}/v1", "api_key": TOKEN, "max_retries": 0, "timeout": 60}
    return ChatOpenAI(**settings | members)


def ask(**members):
    return chat(**members).invoke("Hello")


def added(chunks):
    """The message that chunks add up to, by LangChain's own addition."""
    whole = None
    for chunk in chunks:
        whole = chunk if whole is None else whole + chunk
    return whole


@case
def tools():
    model = chat().bind_tools(OPENAI_TOOLS)
    chunks = list(model.stream("Hello"))
    message = added(chunks)
    assert message.content == "One moment.", message
    assert message.response_metadata["finish_reason"] == "tool_calls"
    called = [(call["id"], call["name"], call["args"]) for call in message.tool_calls]
    assert called == [("call_a", "get_weather", TRIP), ("call_b", "get_time", {"zone": "Europe/Paris"})], called
    assert len([chunk for chunk in chunks if chunk.tool_call_chunks]) > 2, chunks
    results = [ToolMessage("18 degrees", tool_call_id="call_a"), ToolMessage("12:00", tool_call_id="call_b")]
    answer = model.invoke([HumanMessage("Hello"), message, *results])
    assert answer.content == "It is 18 degrees at noon."


@case
def structured_output():
    schema = SCHEMA | {"title": "trip", "description": "A trip"}
    structured = chat().with_structured_output(schema, method="json_schema", strict=True)
    assert structured.invoke("Hello") == TRIP


@case
def reasoning():
    # ChatOpenAI keeps none of the members that OpenAI's own answers lack, so no thoughts are to be seen here; what
    # is held is that they don't get into the text, and that a history without them is taken.
    model = chat(reasoning_effort="low", max_completion_tokens=5000)
    message = model.invoke("Hello")
    assert message.content == "Hello there."
    assert model.invoke([HumanMessage("Hello"), message, HumanMessage("Hello")]).content == "Hello again."


@case
def usage():
    usage = added(chat(stream_usage=True).stream("Hello")).usage_metadata
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (83, 6, 89), usage
    assert usage["input_token_details"]["cache_read"] == 70, usage


@case
def finish_reasons():
    assert ask().response_metadata["finish_reason"] == "length"
    assert ask().response_metadata["finish_reason"] == "content_filter"


@case
def errors():
    for error, status, sentence in [
        (kinds.OpenAIInvalidRequestError, 400, "out of range"),
        # By its words: the code doesn't reach it.
        (kinds.OpenAIContextOverflowError, 400, "too long"),
        (kinds.OpenAIPermissionDeniedError, 403, "may not call"),
        (kinds.OpenAIModelNotFoundError, 404, "no such model"),
        (kinds.OpenAIRateLimitError, 429, "Too many requests"),
        (kinds.OpenAIAPIError, 500, "service failed"),
        (kinds.OpenAIAPIError, 503, "no room"),
    ]:
        raised = raises(error, ask)
        assert raised.status_code == status and sentence in raised.body["message"], raised


@case
def mid_stream_failure():
    for _ in range(2):
        texts = []
        raises(openai.APIError, lambda: texts.extend(chunk.content for chunk in chat().stream("Hello")))
        assert "".join(texts).startswith("This answer"), texts


@case
def failure_of_a_whole_answer():
    assert raises(kinds.OpenAIAPIError, ask).status_code >= 500


@case
def cancellation():
    async def begun():
        chunks = chat().astream("Hello")
        async for chunk in chunks:
            if chunk.content:
                break
        await chunks.aclose()
        # A loop that ended would close all its connections.
        await asyncio.to_thread(nothing_stays_open)

    asyncio.run(begun())


@case
def text():
    answer = ask(temperature=0.5, stop_sequences=["END"])
    assert "Hello" in answer.content and answer.usage_metadata["output_tokens"] > 0
    assert answer.response_metadata["finish_reason"] == "stop"


@case
def streamed_text():
    chunks = list(chat().stream("Hello"))
    assert len([chunk for chunk in chunks if chunk.content]) > 1
    assert "Hello" in added(chunks).content


@case
def images():
    question = {"type": "text", "text": "What is it?"}
    assert "What is it?" in chat().invoke([HumanMessage([IMAGE, question])]).content
    messages = [HumanMessage([IMAGE_BY_ADDRESS])]
    assert raises(kinds.OpenAIInvalidRequestError, lambda: chat().invoke(messages)).param


@case
def refusals_of_the_gateway():
    raises(kinds.OpenAIAuthenticationError, lambda: ask(api_key="wrong"))
    assert raises(kinds.OpenAIInvalidRequestError, lambda: ask(n=2)).param == "n"


run()
