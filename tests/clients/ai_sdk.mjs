// Vercel's AI SDK against a running gateway, by each of its providers that can speak to it.
//
// usage: ai_sdk.mjs compatible|openai|anthropic BASE_URL TOKEN
//
// The simulator behind the gateway must be a fresh one that plays script.json: the scripted cases come first,
// in its order, then those that it answers by itself.

import assert from "node:assert/strict";

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, Output, streamText, tool } from "ai";

import { baseUrl, hello, model, nothingStaysOpen, png, raised, run, time, token, trip, tripSchema, weather } from "./cases.mjs";

// Its hints go to the console.
globalThis.AI_SDK_LOG_WARNINGS = false;

const provider = process.argv[2];
const baseURL = `${baseUrl}/v1`;
const named = {
  compatible: (apiKey) =>
    createOpenAICompatible({ name: "gateway", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true })(model),
  openai: (apiKey) => createOpenAI({ baseURL, apiKey }).chat(model),
  anthropic: (apiKey) => createAnthropic({ baseURL, apiKey })(model),
}[provider];
const basic = { model: named(token), messages: hello, maxOutputTokens: 500, maxRetries: 0 };
const tools = {
  get_weather: tool({ description: "Tells the weather", inputSchema: jsonSchema(weather) }),
  get_time: tool({ description: "Tells the time", inputSchema: jsonSchema(time) }),
};
const thinking = {
  compatible: { gateway: { reasoningEffort: "low" } },
  openai: { openai: { reasoningEffort: "low" } },
  anthropic: { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } },
}[provider];

const ask = (members = {}) => generateText({ ...basic, ...members });

/** An answer's parts as they come, for as long as nothing fails. */
async function streamed(members = {}) {
  const parts = [];
  const answer = streamText({ ...basic, onError() {}, ...members });
  for await (const part of answer.stream) parts.push(part);
  return { answer, parts, text: parts.filter(({ type }) => type === "text-delta").map(({ text }) => text).join("") };
}

await run({
  async tools() {
    const { answer, parts, text } = await streamed({ tools });
    assert.equal(text, "One moment.");
    assert.equal(await answer.finishReason, "tool-calls");
    assert.ok(parts.filter(({ type }) => type === "tool-input-delta").length > 2);
    const calls = await answer.toolCalls;
    assert.deepEqual(
      calls.map(({ toolCallId, toolName, input }) => [toolCallId, toolName, input]),
      [["call_a", "get_weather", trip], ["call_b", "get_time", { zone: "Europe/Paris" }]],
    );
    const result = ({ toolCallId, toolName }, value) =>
      ({ type: "tool-result", toolCallId, toolName, output: { type: "text", value } });
    const results = [result(calls[0], "18 degrees"), result(calls[1], "12:00")];
    const messages = [...hello, ...(await answer.response).messages, { role: "tool", content: results }];
    assert.equal((await ask({ messages, tools })).text, "It is 18 degrees at noon.");
  },

  async structuredOutput() {
    const answer = await ask({ output: Output.object({ schema: jsonSchema(tripSchema) }) });
    assert.deepEqual(answer.output, trip);
  },

  async reasoning() {
    const answer = await ask({ providerOptions: thinking, maxOutputTokens: 5000 });
    assert.equal(answer.text, "Hello there.");
    // OpenAI's own chat completions show no thoughts, so that provider doesn't look for any.
    const thoughts = provider === "openai" ? "" : "The user greets. I greet back.";
    assert.equal(answer.reasoningText ?? "", thoughts);
    const messages = [...hello, ...answer.response.messages, ...hello];
    const again = await ask({ messages, providerOptions: thinking, maxOutputTokens: 5000 });
    assert.equal(again.text, "Hello again.");
  },

  async usage() {
    const { answer } = await streamed();
    const usage = await answer.usage;
    assert.deepEqual([usage.inputTokens, usage.outputTokens, usage.totalTokens], [83, 6, 89]);
    assert.equal(usage.inputTokenDetails.cacheReadTokens, 70);
  },

  async finishReasons() {
    assert.equal((await ask()).finishReason, "length");
    assert.equal((await ask()).finishReason, "content-filter");
  },

  async errors() {
    for (const [status, sentence, mayBeRetried] of [
      [400, /out of range/, false],
      [400, /too long/, false],
      [403, /may not call/, false],
      [404, /no such model/, false],
      [429, /Too many requests/, true],
      [500, /service failed/, true],
      [503, /no room/, true],
    ]) {
      const error = await raised(ask());
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, status);
      assert.match(error.message, sentence);
      assert.equal(error.isRetryable, mayBeRetried);
    }
  },

  async midStreamFailure() {
    for (let time = 0; time < 2; time += 1) {
      const told = [];
      const { answer, parts, text } = await streamed({ onError: ({ error }) => told.push(error) });
      assert.match(text, /^This answer/);
      assert.ok(parts.some(({ type }) => type === "error"), JSON.stringify(parts));
      assert.equal(told.length, 1);
      assert.equal(await answer.finishReason.catch(() => "error"), "error");
    }
  },

  async failureOfAWholeAnswer() {
    assert.equal((await raised(ask())).statusCode, 502);
  },

  async cancellation() {
    const stop = new AbortController();
    const answer = streamText({ ...basic, abortSignal: stop.signal });
    for await (const piece of answer.textStream) if (piece) break;
    stop.abort();
    await nothingStaysOpen();
  },

  async text() {
    const answer = await ask({ temperature: 0.5, stopSequences: ["END"] });
    assert.match(answer.text, /Hello/);
    assert.equal(answer.finishReason, "stop");
    assert.ok(answer.usage.outputTokens > 0);
  },

  async streamedText() {
    const { answer, parts, text } = await streamed();
    assert.ok(parts.filter(({ type }) => type === "text-delta").length > 1);
    assert.match(text, /Hello/);
    assert.equal(await answer.text, text);
  },

  async images() {
    const content = [
      { type: "file", mediaType: "image/png", data: png },
      { type: "text", text: "What is it?" },
    ];
    assert.match((await ask({ messages: [{ role: "user", content }] })).text, /What is it\?/);
  },

  async refusalsOfTheGateway() {
    assert.equal((await raised(ask({ model: named("wrong") }))).statusCode, 401);
  },
});
