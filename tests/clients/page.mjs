// The built-in page of a running gateway, used in a real browser (Debian's chromium, without a window).
//
// usage: page.mjs BASE_URL TOKEN
//
// The simulator behind the gateway must be a fresh one that plays page_script.json. Pictures of what was seen are
// left beside this script. The cases are one visit, from the form for the token on.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

import { baseUrl, nothingStaysOpen, run, token } from "./cases.mjs";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, colorScheme: "light" });
const page = await context.newPage();
page.setDefaultTimeout(15_000);

// What must not be: complaints of the browser, and requests to anybody else.
const complaints = [];
const strangers = [];
page.on("console", (line) => {
  if (["error", "warning"].includes(line.type())) complaints.push(line.text());
});
page.on("pageerror", (error) => complaints.push(String(error)));
context.on("request", (request) => {
  if (new URL(request.url()).origin !== baseUrl) strangers.push(request.url());
});
await page.addInitScript(() => {
  addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective}`));
});

/** The browser itself reports what was refused; that is taken out where it was asked for. */
function refused(status) {
  const at = complaints.findIndex((text) => text.includes("Failed to load resource") && text.includes(` ${status} `));
  assert.ok(at >= 0, `no ${status} among ${complaints}`);
  complaints.splice(at, 1);
}

const picture = (name) =>
  page.screenshot({ path: new URL(`page-${name}.png`, import.meta.url).pathname, fullPage: true });
const text = (id) => page.locator(`#${id}`).textContent();
const shows = (id, wanted) => page.locator(`#${id}`).filter({ hasText: wanted, visible: true }).waitFor();
const answered = () => page.locator("#send:enabled").waitFor();
const widerThanTheWindow = () =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Sends a prompt from the keyboard. */
async function prompt(words) {
  await page.fill("#prompt", words);
  await page.press("#prompt", "Control+Enter");
}

/** All texts that can't be told from what is behind them well enough (4.5 to 1, as WCAG's AA asks). */
const pale = () => page.evaluate(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (color) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "white";
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const speaks = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!speaks || !element.checkVisibility() || element.disabled) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.push(`${element.textContent}: ${contrast.toFixed(2)}`);
  }
  return found;
});

await run({
  async asksForTheToken() {
    await page.goto(`${baseUrl}/`);
    await page.locator("#login").waitFor();
    refused(401);
    assert.ok(await page.locator("#content").isHidden());
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await shows("login-error", "token is not this gateway's");
    refused(401);
    await picture("token");
    await page.fill("#token", token);
    await page.keyboard.press("Enter");
    await shows("state", "ready");
    assert.ok(await page.locator("#login").isHidden());
  },

  async pluginsAndTheirGenerations() {
    const row = page.locator("#plugins li").first();
    for (const part of ["amazon-bedrock", "active", "generation 1", "sha256"]) await row.getByText(part).first().waitFor();
    for (const name of ["Reload amazon-bedrock", "Roll back amazon-bedrock"]) {
      assert.ok(await row.getByRole("button", { name }).isEnabled());
    }
  },

  async searchesModels() {
    const rows = page.locator("#models button");
    await rows.first().waitFor();
    const all = await rows.count();
    await page.fill("#search", "nova LITE");
    const found = await rows.allTextContents();
    assert.ok(found.length > 0 && found.length < all, `${found.length} of ${all}`);
    assert.ok(found.every((row) => /nova.lite/i.test(row)), String(found));
    assert.equal(await text("model-count"), `${found.length} of ${all}`);
    await rows.first().click();
    assert.match(await page.inputValue("#model"), /nova-lite/);
    assert.equal(await rows.first().getAttribute("aria-pressed"), "true");
    await page.fill("#search", "");
  },

  async streamsAnAnswer() {
    // A thoughtful one.
    await page.fill("#model", "amazon-bedrock/anthropic.claude-3-7-sonnet-20250219-v1:0");
    await page.evaluate(() => {
      window.states = new Set();
      const answer = document.getElementById("answer");
      new MutationObserver(() => window.states.add(answer.textContent)).observe(answer, { childList: true });
    });
    await prompt("Hello");
    await shows("answer", "in pieces");
    assert.equal(await page.getAttribute("#answer", "aria-busy"), "true");
    await picture("streaming");
    await answered();
    const states = await page.evaluate(() => [...window.states].filter(Boolean));
    assert.ok(states.length > 5, String(states));
    assert.match(await text("answer"), /^Hello there\.[^]*grow\.$/);
    assert.match(await text("usage"), /5 tokens in, 6 out/);
    await page.locator("#reasoning-box summary").click();
    await shows("reasoning", "I greet back.");
    await picture("answer");
  },

  async tellsOfALimit() {
    await page.locator("#send").click();
    await shows("usage", "cut off at its limit");
  },

  async showsErrors() {
    await prompt("Hello");
    await shows("answer-error", "The value is out of range.");
    refused(400);
    assert.equal(await page.getByRole("alert").filter({ hasText: "out of range" }).count(), 1);
    assert.equal(await text("answer"), "");
    await answered();
    await prompt("Hello");
    await shows("answer-error", "The model failed.");
    assert.match(await text("answer-error"), /^The answer broke off: /);
    assert.match(await text("answer"), /^This answer/);
    await answered();
    await picture("error");
  },

  async cancels() {
    for (const cancel of [() => page.locator("#cancel").click(), () => page.keyboard.press("Escape")]) {
      await prompt("Hello");
      await shows("answer", "This answer");
      assert.ok(await page.locator("#send").isDisabled());
      await cancel();
      await shows("usage", "cancelled");
      assert.equal(await text("answer-error"), "");
      assert.ok(await page.locator("#send").isEnabled());
      await nothingStaysOpen();
    }
  },

  async isUsedByKeyboard() {
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll("input, textarea, select")].filter((field) => !field.labels.length).map(({ id }) => id));
    assert.deepEqual(unnamed, []);
    await page.click("h1");
    const reached = new Set();
    for (let step = 0; step < 30; step += 1) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(() => {
        const { id, dataset, tagName } = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return { name: id || dataset.key || tagName, seen: outlineStyle !== "none" && outlineWidth !== "0px" };
      });
      if (focus.name === "BODY") break;
      assert.ok(focus.seen, `${focus.name} doesn't show that it has the focus`);
      reached.add(focus.name);
    }
    for (const name of ["model", "prompt", "send", "search", "reload amazon-bedrock", "rollback amazon-bedrock"]) {
      assert.ok(reached.has(name), `${name} is not reached: ${[...reached]}`);
    }
    assert.deepEqual(await pale(), []);
    // The models are one stop, with arrows between them.
    await page.focus("#search");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue("#model"), await page.locator("#models .mono").nth(1).textContent());
  },

  async swapsAPlugin() {
    const press = (name) => page.getByRole("button", { name: `${name} amazon-bedrock` }).first().click();
    await press("Roll back");
    await page.locator("#plugin-error:not(:empty)").waitFor();
    refused(409);
    await press("Reload");
    await shows("plugin-note", "generation 2 of amazon-bedrock is active");
    assert.equal(await text("plugin-error"), "");
    await page.locator("#plugins li").filter({ hasText: "generation 2" }).getByText("active", { exact: true }).waitFor();
  },

  async fitsANarrowWindowInTheDark() {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    await prompt("Hello");
    await shows("answer", "A line");
    await answered();
    assert.ok(!(await widerThanTheWindow()));
    assert.deepEqual(await pale(), []);
    await picture("narrow-dark");
    await page.setViewportSize({ width: 1200, height: 900 });
    assert.ok(!(await widerThanTheWindow()));
    await picture("dark");
  },

  async nothingIsComplainedOf() {
    assert.deepEqual(complaints, []);
    assert.deepEqual(strangers, []);
  },
});
await browser.close();
