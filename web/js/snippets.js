// SPDX-License-Identifier: MIT
/* Lines that set up a client: complete, to be pasted. */
import { h, freshId, replace, set } from './dom.js';
import { t } from './i18n.js';
import { codeBox } from './parts.js';

const exports = ({ url, key }) => `export ANTHROPIC_BASE_URL=${url}
export ANTHROPIC_AUTH_TOKEN=${key}
claude`;

const typescript = ({ url, key, model }) => `// npm install @anthropic-ai/sdk
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({
  baseURL: '${url}',
  apiKey: '${key}',
});
const message = await client.messages.create({
  model: '${model}',
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Hello' }],
});
console.log(message.content);`;

const python = ({ url, key, model }) => `# pip install anthropic
import anthropic

client = anthropic.Anthropic(
    base_url="${url}",
    api_key="${key}",
)
message = client.messages.create(
    model="${model}",
    max_tokens=256,
    messages=[{"role": "user", "content": "Hello"}],
)
print(message.content)`;

const curl = ({ url, key, model }) => `curl ${url}/v1/messages \\
  -H "x-api-key: ${key}" \\
  -H "anthropic-version: 2023-06-01" \\
  -H "content-type: application/json" \\
  -d '{"model":"${model}","max_tokens":256,"messages":[{"role":"user","content":"Hello"}]}'`;

const CLIENTS = [['Claude Code', exports], ['TypeScript', typescript], ['Python', python], ['curl', curl]];

/* A name that the key may use: a pattern with * or ? is none, and what is not
   plain has no place in lines that are pasted into a shell. */
function modelFor(models) {
  return (models ?? []).find((name) => /^[a-z0-9.-]+$/.test(name)) ?? 'claude-sonnet-5';
}

/** Tabs with lines for each client; `shown` stands in for the key on the screen, and is
    the key itself without it.  oncopied() after each copy that holds the key. */
export function snippets({ key, shown = key, models = null, oncopied }) {
  const url = location.origin;
  const panel = h('div', { role: 'tabpanel', id: freshId('panel') });
  const tabs = CLIENTS.map(([name], i) => h('button', {
    type: 'button', role: 'tab', id: freshId('tab'), 'aria-controls': panel.id, onclick: () => choose(i),
  }, name));
  function choose(at) {
    tabs.forEach((tab, i) => set(tab, { 'aria-selected': String(i === at), tabindex: i === at ? 0 : -1 }));
    const [name, lines] = CLIENTS[at];
    const model = modelFor(models);
    const box = codeBox(lines({ url, key: shown, model }), t('snippets.lines', { client: name }), () => {
      const whole = lines({ url, key, model });
      /* Without a clipboard what stands there is selected, so it has to be whole. */
      if (!navigator.clipboard) box.querySelector('pre').textContent = whole;
      return whole;
    });
    box.querySelector('button').addEventListener('click', () => oncopied?.());
    set(panel, { 'aria-labelledby': tabs[at].id });
    replace(panel, box);
  }
  const list = h('div.tabsrow', { role: 'tablist', 'aria-label': t('snippets.clients') }, tabs);
  list.addEventListener('keydown', (event) => {
    const at = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const to = (next + tabs.length) % tabs.length;
    choose(to);
    tabs[to].focus();
  });
  choose(0);
  return h('div.snippets', list, panel);
}
