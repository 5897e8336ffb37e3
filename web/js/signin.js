// SPDX-License-Identifier: MIT
/* Signing in with the admin token: a page of its own at the start, a dialog over
   the page when a session has ended. */
import { api, session } from './api.js';
import { h, mark, replace, sign } from './dom.js';
import { durationWords } from './format.js';
import { t, tx } from './i18n.js';
import { button, field, input } from './parts.js';
import { languageButton } from './tools.js';

/* A hidden user name beside the token, for password managers. */
const userName = () => h('input', {
  type: 'text', name: 'username', autocomplete: 'username', value: 'admin', hidden: true, tabindex: -1, 'aria-hidden': 'true', readonly: true,
});

/* The form; done() when the relay has taken the token. */
function form(done, extra) {
  const token = input({ type: 'password', name: 'password', autocomplete: 'current-password', required: true, autofocus: true }, '.mono');
  const row = field({ label: t('signin.token'), input: token, hint: tx('signin.where', { command: h('code', 'cat admin_token') }) });
  const submit = button(t('signin.submit'), { primary: true, submit: true });
  let timer;
  function wait(seconds, message) {
    clearInterval(timer);
    const until = Date.now() + seconds * 1000;
    const draw = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      row.fail(left > 0 ? t('signin.wait', { message, wait: durationWords(left * 1000) }) : message);
      submit.disabled = left > 0;
      if (left <= 0) clearInterval(timer);
    };
    draw();
    if (seconds > 0) timer = setInterval(draw, 1000);
  }
  async function send(event) {
    event.preventDefault();
    if (submit.disabled || !token.value.trim()) return token.focus();
    submit.disabled = true;
    try {
      session.take(await api.post('/admin/api/session', { token: token.value.trim() }, { signIn: false }));
      clearInterval(timer);
      done();
    } catch (error) {
      submit.disabled = false;
      wait(error.retryAfter ?? 0, error.status === 401 ? t('signin.wrong') : error.message);
      token.select();
      token.focus();
    }
  }
  return h('form', { novalidate: true, onsubmit: send }, userName(), row, submit, extra);
}

/** The page that asks for the token; resolves when somebody has signed in. */
export function gate(app) {
  document.body.classList.add('plain');
  document.title = `${t('signin.submit')} · claude-relay`;
  return new Promise((resolve) => {
    const extra = h('div.tl', h('a.link', { href: '/me' }, t('signin.have_key')), languageButton());
    const body = form(resolve, extra);
    body.prepend(h('h1.b', mark(), 'claude-relay', h('span.faint.small', location.host)));
    replace(app, h('main.gate#main', body));
    body.querySelector('[type=password]').focus();
  });
}

let pending = null;

/* Everybody who meets a 401 waits for the same form. */
function over() {
  pending ??= new Promise((resolve) => {
    const node = h('dialog.gate-over', { 'aria-label': t('signin.again') });
    node.append(h('div.dlg', h('div.dh', h('h2', t('signin.again'))), h('p.note.warn', sign('warn'), h('span', t('signin.stays'))),
      form(() => { node.close(); resolve(); })));
    node.addEventListener('cancel', (event) => event.preventDefault());
    node.addEventListener('close', () => { node.remove(); pending = null; });
    document.body.append(node);
    node.showModal();
  });
  return pending;
}

/** Show the form over the page: a session has ended. */
export const signInOver = over;
