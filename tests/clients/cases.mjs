// What the Node clients' scripts share: whom they ask, what they ask, and how their cases are run.
//
// A script that imports this is started as `script BASE_URL TOKEN` (after arguments of its own), and ends with
// `run({…})` of its cases, in the order of the answers that the simulator plays.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

export const [baseUrl, token] = process.argv.slice(-2);
export const model = "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0";
export const hello = [{ role: "user", content: "Hello" }];
// A picture of one pixel.
export const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
export const weather = { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } };
export const time = { type: "object", properties: { zone: { type: "string" } } };
export const trip = { city: "Paris", days: 3 };
export const tripSchema = { ...weather, required: ["city", "days"], additionalProperties: false };

/** Prints `ok NAME` for each case; the first that fails ends it with a trace. */
export async function run(cases) {
  for (const [name, check] of Object.entries(cases)) {
    await check();
    console.log("ok", name);
  }
}

export async function raised(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail("nothing was raised");
}

/** Waits for the gateway to have let go of all answers; one that stalls would never end by itself. */
export async function nothingStaysOpen() {
  const limit = Date.now() + 20_000;
  for (;;) {
    const text = await (await fetch(`${baseUrl}/metrics`, { headers: { "x-api-key": token } })).text();
    if (Number(/^bedrock_gateway_open_streams(?:\{[^}]*\})? (\d+)/m.exec(text)[1]) === 0) return;
    assert.ok(Date.now() < limit, "an answer that nobody reads any more is still open");
    await pause(50);
  }
}
