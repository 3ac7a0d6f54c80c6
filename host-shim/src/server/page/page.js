// The page of bedrock-gateway: what serves, what can be asked, and a place to ask it. No libraries.
'use strict';

const $ = (id) => document.getElementById(id);
const TOKEN = 'bedrock-gateway-token';
const REFRESH_MS = 5000;
let models = [];
let asking = null;

/** Asks the gateway; a refused token brings up the form for one. */
async function call(path, options = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...options.headers };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const error = new Error(body?.error?.message ?? `the gateway answered ${response.status}`);
  if (response.status === 401 && body?.error?.code?.endsWith('_token')) {
    askForToken(token ? error.message : '');
  }
  throw error;
}

function askForToken(reason) {
  $('login').hidden = false;
  $('login-error').textContent = reason;
  $('token').focus();
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

async function showPlugins() {
  try {
    const plugins = await (await call('admin/plugins')).json();
    $('plugins').replaceChildren(...plugins.map((plugin) => {
      const row = document.createElement('tr');
      const { id, version, state, generation, sha256 } = plugin;
      for (const text of [id, version, state, generation, plugin.interface, sha256?.slice(0, 12)]) {
        row.append(element('td', text ?? '–'));
      }
      return row;
    }));
    $('state').textContent = plugins.some(({ state }) => state === 'active') ? 'ready' : 'no plugin is active';
    return true;
  } catch (error) {
    $('state').textContent = error.message;
    return false;
  }
}

async function loadModels() {
  try {
    models = (await (await call('v1/models')).json()).data;
    $('models-error').textContent = '';
    $('model-names').replaceChildren(...models.map(({ id }) => {
      const option = document.createElement('option');
      option.value = id;
      return option;
    }));
    if (!$('model').value && models.length) $('model').value = models[0].id;
    showModels();
  } catch (error) {
    $('models-error').textContent = error.message;
  }
}

function showModels() {
  const words = $('search').value.toLowerCase().split(/\s+/);
  const found = models.filter(({ id, name }) => {
    const text = `${id} ${name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  $('model-count').textContent = `${found.length} of ${models.length}`;
  $('models').replaceChildren(...found.map(({ id, name }) => {
    const item = document.createElement('li');
    const button = element('button', name ? `${id} – ${name}` : id);
    button.addEventListener('click', () => {
      $('model').value = id;
      $('prompt').focus();
    });
    item.append(button);
    return item;
  }));
}

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

async function answer() {
  const body = {
    model: $('model').value,
    messages: [{ role: 'user', content: $('prompt').value }],
    stream: true,
    stream_options: { include_usage: true },
  };
  const response = await call('v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: asking.signal,
  });
  for await (const data of events(response)) {
    if (data === '[DONE]') return;
    const { choices, usage, error } = JSON.parse(data);
    if (error) throw new Error(error.message);
    const delta = choices[0]?.delta ?? {};
    if (delta.content) $('answer').append(delta.content);
    if (delta.reasoning_content) {
      $('reasoning-box').hidden = false;
      $('reasoning').append(delta.reasoning_content);
    }
    if (usage) $('usage').textContent = `${usage.prompt_tokens} tokens in, ${usage.completion_tokens} out`;
  }
  throw new Error('the answer broke off');
}

async function ask(event) {
  event.preventDefault();
  asking = new AbortController();
  for (const id of ['answer', 'reasoning', 'usage', 'answer-error']) $(id).textContent = '';
  $('reasoning-box').hidden = true;
  $('send').disabled = true;
  $('cancel').disabled = false;
  try {
    await answer();
  } catch (error) {
    $('answer-error').textContent = error.name === 'AbortError' ? 'cancelled' : error.message;
  }
  $('send').disabled = false;
  $('cancel').disabled = true;
}

async function enter(event) {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, $('token').value);
  $('login').hidden = true;
  await begin();
}

async function begin() {
  if (await showPlugins()) await loadModels();
}

$('login').addEventListener('submit', enter);
$('playground').addEventListener('submit', ask);
$('cancel').addEventListener('click', () => asking?.abort());
$('search').addEventListener('input', showModels);
setInterval(() => { if ($('login').hidden) showPlugins(); }, REFRESH_MS);
begin();
