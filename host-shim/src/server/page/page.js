// The page of bedrock-gateway: what serves, what can be asked, and a place to ask it. No libraries.
'use strict';

const $ = (id) => document.getElementById(id);
const TOKEN = 'bedrock-gateway-token';
const REFRESH_MS = 4000;
/** How a state of a plugin looks; those that aren't here are quiet. */
const LOOKS = { active: 'good', draining: 'busy', shutting_down: 'busy', rejected: 'bad' };
let models = [];
let asking = null;
let acting = false;
let refreshing = false;
/** What the list of plugins was made of, so that it is left alone for as long as nothing changes. */
let shownPlugins = '';
let shownGenerations = null;

// Asking the gateway

/** Asks the gateway; a refused token brings up the form for one. */
async function call(path, options = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...options.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, { ...options, headers }).catch((error) => {
    throw error.name === 'AbortError' ? error : new Error('the gateway doesn’t answer');
  });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const error = new Error(body?.error?.message ?? `the gateway answered ${response.status}`);
  if (response.status === 401 && body?.error?.code?.endsWith('_token')) {
    askForToken(token ? error.message : '');
  }
  throw error;
}

async function json(path, options) {
  return (await call(path, options)).json();
}

function askForToken(reason) {
  sessionStorage.removeItem(TOKEN);
  $('login-error').textContent = reason;
  if (!$('login').hidden) return;
  $('login').hidden = false;
  $('content').hidden = true;
  $('token').value = '';
  $('token').focus();
}

// Showing

function element(name, text, classes = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

function showState(text, look) {
  if ($('state').textContent !== text) $('state').textContent = text;
  $('state').className = `badge ${look}`;
}

/** A button whose key tells which one it is when its list is made anew. */
function button(key, text, action) {
  const made = element('button', text);
  made.type = 'button';
  made.dataset.key = key;
  made.addEventListener('click', action);
  return made;
}

/** Puts others in place of a list's items; a button that had the focus keeps it. */
function replaceItems(list, items) {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  list.replaceChildren(...items);
  if (key) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// Plugins

function pluginItem(plugin) {
  const { id, version, path, sha256, state, generation, reason } = plugin;
  const item = document.createElement('li');
  const line = element('div', '', 'plugin-line');
  line.append(element('strong', id));
  if (version) line.append(element('span', version));
  line.append(element('span', state.replaceAll('_', ' '), `badge ${LOOKS[state] ?? ''}`));
  if (state === 'active') {
    const actions = element('div', '', 'actions');
    for (const [verb, text] of [['reload', 'Reload'], ['rollback', 'Roll back']]) {
      const made = button(`${verb} ${id}`, text, () => act(id, verb));
      made.className = 'small';
      made.setAttribute('aria-label', `${text} ${id}`);
      actions.append(made);
    }
    line.append(actions);
  }
  const facts = element('div', '', 'facts quiet');
  if (generation != null) facts.append(element('span', `generation ${generation}`));
  if (plugin.interface) facts.append(element('span', `interface ${plugin.interface}`));
  if (sha256) {
    const digest = element('span', `sha256 ${sha256.slice(0, 12)}`, 'mono');
    digest.title = sha256;
    facts.append(digest);
  }
  if (path) facts.append(element('span', path, 'mono'));
  item.append(line, facts);
  if (reason) item.append(element('p', reason, state === 'rejected' ? 'reason bad' : 'reason quiet'));
  return item;
}

/** Loads a plugin's file anew, or goes back to the generation before. */
async function act(id, verb) {
  if (acting) return;
  acting = true;
  $('plugins').setAttribute('aria-busy', 'true');
  $('plugin-error').textContent = '';
  $('plugin-note').textContent = verb === 'reload' ? `reloading ${id} …` : `rolling ${id} back …`;
  try {
    const row = await json(`admin/plugins/${encodeURIComponent(id)}/${verb}`, { method: 'POST' });
    $('plugin-note').textContent = `generation ${row.generation} of ${row.id} is ${row.state}`;
  } catch (error) {
    $('plugin-note').textContent = '';
    $('plugin-error').textContent = error.message;
  }
  acting = false;
  $('plugins').setAttribute('aria-busy', 'false');
  await refresh();
}

async function refresh() {
  if (refreshing) return;
  refreshing = true;
  try {
    const plugins = await json('admin/plugins');
    const text = JSON.stringify(plugins);
    if (text !== shownPlugins) {
      const items = plugins.map(pluginItem);
      replaceItems($('plugins'), items.length ? items : [element('li', 'no plugin was found', 'quiet')]);
      shownPlugins = text;
    }
    const active = plugins.filter(({ state }) => state === 'active');
    showState(active.length ? 'ready' : 'no plugin is active', active.length ? 'good' : 'busy');
    const generations = active.map(({ id, generation }) => `${id} ${generation}`).join();
    if (generations !== shownGenerations) {
      shownGenerations = generations;
      loadModels();
    }
  } catch (error) {
    showState($('login').hidden ? error.message : 'locked', $('login').hidden ? 'bad' : '');
  }
  refreshing = false;
}

// Models

async function loadModels() {
  $('models-error').textContent = '';
  $('models-again').hidden = true;
  if (!models.length) $('model-count').textContent = 'loading …';
  try {
    models = (await json('v1/models')).data;
  } catch (error) {
    $('models-error').textContent = error.message;
    $('models-again').hidden = false;
  }
  $('model-names').replaceChildren(...models.map(({ id }) => {
    const option = document.createElement('option');
    option.value = id;
    return option;
  }));
  if (!$('model').value && models.length) $('model').value = models[0].id;
  showModels();
}

/** How many tokens a model can hold in mind. */
function context({ context_length: tokens }) {
  if (!tokens) return '';
  return tokens >= 1e6 ? `${tokens / 1e6}M context` : `${Math.round(tokens / 1000)}k context`;
}

function showModels() {
  const words = $('search').value.toLowerCase().split(/\s+/);
  const found = models.filter(({ id, name }) => {
    const text = `${id} ${name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  $('model-count').textContent = found.length === models.length ? `${models.length}` : `${found.length} of ${models.length}`;
  replaceItems($('models'), found.map((model) => {
    const item = document.createElement('li');
    const made = button(model.id, '', () => {
      $('model').value = model.id;
      showChosen();
      $('prompt').focus();
    });
    const line = element('span', '', 'row');
    line.append(element('strong', model.name ?? model.id), element('span', context(model), 'quiet'));
    made.append(line, element('span', model.id, 'mono quiet'));
    item.append(made);
    return item;
  }));
  showChosen();
}

function showChosen() {
  const all = [...$('models').querySelectorAll('button')];
  const chosen = all.find((made) => made.dataset.key === $('model').value);
  for (const made of all) {
    made.setAttribute('aria-pressed', String(made === chosen));
    // One stop of the tab key for all of them; arrows lead from one to the next.
    made.tabIndex = made === (chosen ?? all[0]) ? 0 : -1;
  }
}

function walkModels(event) {
  const all = [...$('models').querySelectorAll('button')];
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
}

// Playground

/** The data of a stream's events, one at a time. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data: ')) yield line.slice(6);
    }
  }
}

/** What is said below an answer. */
function told({ usage, reason, seconds }) {
  const ends = { length: 'cut off at its limit of tokens', content_filter: 'stopped by a filter', tool_calls: 'calls a tool' };
  return [
    ends[reason],
    usage && `${usage.prompt_tokens} tokens in, ${usage.completion_tokens} out`,
    usage?.cost != null && `$${usage.cost.toPrecision(2)}`,
    `${seconds.toFixed(1)} s`,
  ].filter(Boolean).join(' · ');
}

async function answer() {
  const body = {
    model: $('model').value,
    messages: [{ role: 'user', content: $('prompt').value }],
    stream: true,
    stream_options: { include_usage: true },
  };
  const started = performance.now();
  const response = await call('v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: asking.signal,
  });
  const end = {};
  for await (const data of events(response)) {
    if (data === '[DONE]') {
      $('usage').textContent = told({ ...end, seconds: (performance.now() - started) / 1000 });
      return;
    }
    const { choices, usage, error } = JSON.parse(data);
    if (error) throw new Error(error.message);
    const { delta = {}, finish_reason: reason } = choices[0] ?? {};
    if (delta.content) $('answer').append(delta.content);
    if (delta.reasoning_content) {
      $('reasoning-box').hidden = false;
      $('reasoning').append(delta.reasoning_content);
    }
    end.reason = reason ?? end.reason;
    end.usage = usage ?? end.usage;
  }
  throw new Error('the connection closed too early');
}

function showAsking(is) {
  $('answer').setAttribute('aria-busy', String(is));
  $('send').disabled = is;
  $('cancel').disabled = !is;
}

async function ask(event) {
  event.preventDefault();
  if (asking) return;
  asking = new AbortController();
  for (const id of ['answer', 'reasoning', 'usage', 'answer-error']) $(id).textContent = '';
  $('reasoning-box').hidden = true;
  $('output').hidden = false;
  showAsking(true);
  try {
    await answer();
  } catch (error) {
    const broke = $('answer').textContent || $('reasoning').textContent;
    if (error.name === 'AbortError') $('usage').textContent = 'cancelled';
    else $('answer-error').textContent = broke ? `The answer broke off: ${error.message}` : error.message;
  }
  asking = null;
  showAsking(false);
}

// All together

async function enter(event) {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, $('token').value);
  $('login').hidden = true;
  $('content').hidden = false;
  await refresh();
  if ($('login').hidden) $('prompt').focus();
}

function refreshIfSeen() {
  if (document.visibilityState === 'visible' && $('login').hidden) refresh();
}

$('login').addEventListener('submit', enter);
$('playground').addEventListener('submit', ask);
$('prompt').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('playground').requestSubmit();
});
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') asking?.abort(); });
$('cancel').addEventListener('click', () => asking?.abort());
$('model').addEventListener('input', showChosen);
$('search').addEventListener('input', showModels);
$('models').addEventListener('keydown', walkModels);
$('models-again').addEventListener('click', loadModels);
document.addEventListener('visibilitychange', refreshIfSeen);
setInterval(refreshIfSeen, REFRESH_MS);
refresh();
