// The official openai SDK for Node against a running gateway.
//
// usage: openai_sdk.mjs BASE_URL TOKEN
//
// The simulator behind the gateway must be a fresh one that plays script.json: the scripted cases
// come first, in its order, then those that it answers by itself. Prints `ok NAME` for each case; the first
// that fails ends it with a trace.

import assert from "node:assert/strict";
import OpenAI from "openai";

import { baseUrl, hello, model, nothingStaysOpen, run, time, token, trip, tripSchema, weather } from "./cases.mjs";

const client = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: token, maxRetries: 0, timeout: 60_000 });
const tool = (name, parameters) => ({
  type: "function",
  function: { name, description: `Tells ${name}`, parameters },
});
const tools = [tool("get_weather", weather), tool("get_time", time)];

const ask = (members = {}) => client.chat.completions.create({ model, messages: hello, ...members });

await run({
  async tools() {
    const stream = client.chat.completions.stream({ model, messages: hello, tools });
    const answer = await stream.finalChatCompletion();
    const [choice] = answer.choices;
    assert.equal(choice.message.content, "One moment.");
    assert.equal(choice.finish_reason, "tool_calls");
    const [first, second] = choice.message.tool_calls;
    assert.deepEqual([first.id, first.function.name], ["call_a", "get_weather"]);
    assert.deepEqual(JSON.parse(first.function.arguments), { city: "Paris", days: 3 });
    assert.deepEqual(JSON.parse(second.function.arguments), { zone: "Europe/Paris" });
    const results = [
      { role: "tool", tool_call_id: "call_a", content: "18 degrees" },
      { role: "tool", tool_call_id: "call_b", content: "12:00" },
    ];
    const next = await ask({ messages: [...hello, choice.message, ...results], tools });
    assert.equal(next.choices[0].message.content, "It is 18 degrees at noon.");
  },

  async structuredOutput() {
    const form = { type: "json_schema", json_schema: { name: "trip", strict: true, schema: tripSchema } };
    const answer = await client.chat.completions.parse({ model, messages: hello, response_format: form });
    assert.deepEqual(JSON.parse(answer.choices[0].message.content), trip);
  },

  async reasoning() {
    const { message } = (await ask({ reasoning_effort: "low" })).choices[0];
    assert.equal(message.content, "Hello there.");
    assert.equal(message.reasoning_content, "The user greets. I greet back.");
    const again = await ask({ messages: [...hello, message, ...hello] });
    assert.equal(again.choices[0].message.content, "Hello again.");
  },

  async usage() {
    const stream = await ask({ stream: true, stream_options: { include_usage: true } });
    let usage;
    for await (const chunk of stream) usage = chunk.usage ?? usage;
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens], [83, 6, 89]);
    assert.equal(usage.prompt_tokens_details.cached_tokens, 70);
  },

  async finishReasons() {
    assert.equal((await ask()).choices[0].finish_reason, "length");
    assert.equal((await ask()).choices[0].finish_reason, "content_filter");
  },

  async errors() {
    for (const [kind, status, sentence] of [
      [OpenAI.BadRequestError, 400, /out of range/],
      [OpenAI.BadRequestError, 400, /too long/],
      [OpenAI.PermissionDeniedError, 403, /may not call/],
      [OpenAI.NotFoundError, 404, /no such model/],
      [OpenAI.RateLimitError, 429, /Too many requests/],
      [OpenAI.InternalServerError, 500, /service failed/],
      [OpenAI.InternalServerError, 503, /no room/],
    ]) {
      await assert.rejects(ask(), (raised) => {
        assert.ok(raised instanceof kind, raised.constructor.name);
        assert.equal(raised.status, status);
        assert.match(raised.message, sentence);
        return true;
      });
    }
  },

  async midStreamFailure() {
    for (let time = 0; time < 2; time += 1) {
      let text = "";
      const read = async () => {
        for await (const chunk of await ask({ stream: true })) text += chunk.choices[0]?.delta.content ?? "";
      };
      await assert.rejects(read(), OpenAI.APIError);
      assert.match(text, /^This answer/);
    }
  },

  async failureOfAWholeAnswer() {
    await assert.rejects(ask(), (raised) => raised.status >= 500);
  },

  async cancellation() {
    const stream = await ask({ stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    await nothingStaysOpen();
  },

  async text() {
    const answer = await ask({ temperature: 0.5, max_tokens: 100 });
    assert.match(answer.choices[0].message.content, /Hello/);
    assert.ok(answer._request_id);
  },

  async streamedText() {
    const texts = [];
    for await (const chunk of await ask({ stream: true })) texts.push(chunk.choices[0]?.delta.content ?? "");
    assert.ok(texts.filter(Boolean).length > 1);
    assert.match(texts.join(""), /Hello/);
  },

  async models() {
    const listed = (await client.models.list()).data;
    assert.ok(listed.some((one) => one.id.endsWith("nova-lite-v1:0")));
    assert.equal((await client.models.retrieve(listed[0].id)).id, listed[0].id);
  },

  async refusalsOfTheGateway() {
    const stranger = client.withOptions({ apiKey: "wrong" });
    await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
    await assert.rejects(ask({ n: 2 }), (raised) => raised.param === "n");
  },
});
