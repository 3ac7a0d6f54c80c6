// The official Anthropic SDK for Node against a running gateway.
//
// usage: node anthropic_sdk.mjs BASE_URL TOKEN
//
// The simulator behind the gateway must be a fresh one that plays anthropic_script.json:
// the scripted cases come first, in its order, then those that it answers by itself.
// Prints `ok NAME` for each case; the first that fails ends it with a trace.

import assert from "node:assert/strict";

import Anthropic from "@anthropic-ai/sdk";

import { baseUrl, hello, model, nothingStaysOpen, png, raised, run, time, token, tripSchema, weather } from "./cases.mjs";

const tools = [
  { name: "get_weather", description: "Tells the weather", input_schema: weather },
  { name: "get_time", description: "Tells the time", input_schema: time },
];
const basic = { model, max_tokens: 500, messages: hello };

const client = new Anthropic({ baseURL: baseUrl, apiKey: token, maxRetries: 0, timeout: 60_000 });

const ask = (members = {}) => client.messages.create({ ...basic, ...members });

await run({
  async tools() {
    const fragments = [];
    const stream = client.messages.stream({ ...basic, tools });
    stream.on("inputJson", (fragment) => fragments.push(fragment));
    const message = await stream.finalMessage();
    const [text, first, second] = message.content;
    assert.equal(text.text, "One moment.");
    assert.deepEqual([first.id, first.name, first.input], ["call_a", "get_weather", { city: "Paris", days: 3 }]);
    assert.deepEqual([second.id, second.name, second.input], ["call_b", "get_time", { zone: "Europe/Paris" }]);
    assert.equal(message.stop_reason, "tool_use");
    assert.ok(fragments.length >= 2);
    const results = [
      { type: "tool_result", tool_use_id: "call_a", content: "18 degrees" },
      { type: "tool_result", tool_use_id: "call_b", content: [{ type: "text", text: "12:00" }] },
    ];
    const messages = [...hello, { role: "assistant", content: message.content }, { role: "user", content: results }];
    const answer = await ask({ messages, tools, tool_choice: { type: "auto" } });
    assert.equal(answer.content[0].text, "It is 18 degrees at noon.");
    assert.equal(answer.stop_reason, "end_turn");
  },

  async structured_output() {
    const answer = await ask({ output_config: { format: { type: "json_schema", schema: tripSchema } } });
    assert.deepEqual(JSON.parse(answer.content[0].text), { city: "Paris", days: 3 });
  },

  async thinking() {
    const asked = { max_tokens: 2000, thinking: { type: "enabled", budget_tokens: 1024 } };
    const message = await client.messages.stream({ ...basic, ...asked }).finalMessage();
    const [thought, redacted, text] = message.content;
    assert.equal(thought.thinking, "The user greets. I greet back.");
    assert.equal(thought.signature, "c2lnbmF0dXJlIG9mIHRoZSBzY3JpcHQ=");
    assert.deepEqual([...Buffer.from(redacted.data, "base64")], [1, 2, 3, 4, 5, 255]);
    assert.equal(text.text, "Hello there.");
    const messages = [...hello, { role: "assistant", content: message.content }, ...hello];
    assert.equal((await ask({ ...asked, messages })).content[0].text, "Hello again.");
  },

  async citations() {
    const source = { type: "text", media_type: "text/plain", data: "Grass is green." };
    const document = { type: "document", source, title: "Colours", citations: { enabled: true } };
    const content = [document, { type: "text", text: "Which colour has grass?" }];
    const message = await client.messages.stream({ ...basic, messages: [{ role: "user", content }] }).finalMessage();
    const [{ text, citations }] = message.content;
    assert.equal(text, "Grass is green.");
    assert.equal(citations.length, 1);
    assert.equal(citations[0].type, "char_location");
    assert.equal(citations[0].document_title, "Colours");
    assert.deepEqual([citations[0].start_char_index, citations[0].end_char_index], [0, 15]);
  },

  async usage() {
    const { usage } = await client.messages.stream(basic).finalMessage();
    assert.deepEqual([usage.input_tokens, usage.output_tokens], [5, 6]);
    assert.deepEqual([usage.cache_read_input_tokens, usage.cache_creation_input_tokens], [70, 8]);
  },

  async stop_sequence() {
    const answer = await ask({ stop_sequences: ["three"] });
    assert.deepEqual([answer.stop_reason, answer.stop_sequence], ["stop_sequence", "three"]);
  },

  async refusal() {
    assert.equal((await ask()).stop_reason, "refusal");
  },

  async errors() {
    for (const [kind, status, type, sentence] of [
      [Anthropic.BadRequestError, 400, "invalid_request_error", "out of range"],
      [Anthropic.PermissionDeniedError, 403, "permission_error", "may not call"],
      [Anthropic.NotFoundError, 404, "not_found_error", "no such model"],
      [Anthropic.RateLimitError, 429, "rate_limit_error", "Too many requests"],
      [Anthropic.InternalServerError, 500, "api_error", "service failed"],
      [Anthropic.InternalServerError, 503, "overloaded_error", "no room"],
    ]) {
      const error = await raised(ask());
      assert.ok(error instanceof kind, String(error));
      assert.equal(error.status, status);
      assert.equal(error.error.type, "error");
      assert.equal(error.error.error.type, type);
      assert.match(error.error.error.message, new RegExp(sentence));
      assert.equal(error.error.request_id, error.requestID);
      assert.equal(error.headers.get("x-should-retry"), "false");
    }
  },

  async mid_stream_failure() {
    for (let round = 0; round < 2; round++) {
      let texts = "";
      const stream = client.messages.stream(basic);
      stream.on("text", (text) => (texts += text));
      const error = await raised(stream.finalMessage());
      assert.ok(error instanceof Anthropic.APIError, String(error));
      assert.equal(error.error.type, "error");
      assert.match(texts, /^This answer/);
    }
  },

  async failure_of_a_whole_answer() {
    const error = await raised(ask());
    assert.ok(error.status >= 500, String(error));
  },

  async cancellation() {
    const stream = await client.messages.create({ ...basic, stream: true });
    for await (const event of stream) {
      if (event.type === "content_block_delta") break;
    }
    await nothingStaysOpen();
  },

  async text() {
    const answer = await ask({ system: "Be brief.", metadata: { user_id: "user-1" } });
    assert.equal(answer.type, "message");
    assert.match(answer.id, /^msg_/);
    assert.match(answer.content[0].text, /Hello/);
    assert.equal(answer.stop_reason, "end_turn");
    assert.ok(answer.usage.output_tokens > 0);
    assert.ok(answer._request_id);
  },

  async stream() {
    const pieces = [];
    const stream = client.messages.stream(basic);
    stream.on("text", (text) => pieces.push(text));
    const message = await stream.finalMessage();
    assert.ok(pieces.length > 1);
    assert.equal(pieces.join(""), message.content[0].text);
  },

  async images() {
    const image = { type: "image", source: { type: "base64", media_type: "image/png", data: png } };
    const question = { type: "text", text: "What is it?", cache_control: { type: "ephemeral" } };
    const answer = await ask({ messages: [{ role: "user", content: [image, question] }] });
    assert.match(answer.content[0].text, /What is it\?/);
    const byAddress = { type: "image", source: { type: "url", url: "https://a.example/i.png" } };
    const error = await raised(ask({ messages: [{ role: "user", content: [byAddress] }] }));
    assert.ok(error instanceof Anthropic.BadRequestError);
    assert.match(error.error.error.message, /^messages\.0\.content\.0\.source/);
  },

  async count_tokens() {
    const request = { model, messages: hello, system: "Be brief.", tools };
    assert.ok((await client.messages.countTokens(request)).input_tokens > 0);
  },

  async refusals_of_the_gateway() {
    const stranger = new Anthropic({ baseURL: baseUrl, apiKey: "wrong", maxRetries: 0 });
    const unknown = await raised(stranger.messages.create(basic));
    assert.ok(unknown instanceof Anthropic.AuthenticationError);
    assert.equal(unknown.error.error.type, "authentication_error");
    const invalid = await raised(ask({ max_tokens: 0 }));
    assert.equal(invalid.error.error.message, "max_tokens must be at least 1");
    const huge = await raised(ask({ messages: [{ role: "user", content: "x".repeat(33 * 1024 * 1024) }] }));
    assert.equal(huge.status, 413);
    assert.equal(huge.error.error.type, "request_too_large");
  },
});
