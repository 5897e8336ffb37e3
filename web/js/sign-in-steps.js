// SPDX-License-Identifier: MIT
/* Signing in, as three steps: open the link, paste what the page shows, and the account
   is saved and tried.  What fails is said in the step that failed. */
import { pathOf } from './account-actions.js';
import { trial } from './account-trial.js';
import { profileWords } from './account-words.js';
import { api } from './api.js';
import { command } from './command.js';
import { h, icon, replace, sign } from './dom.js';
import { durationWords } from './format.js';
import { t } from './i18n.js';
import { readPaste } from './paste.js';
import { button, copyButton, ticker } from './parts.js';

const LIFE_MS = 30 * 60e3; // of a link (account/pending.h)

const alert = (text) => h('p.err', { role: 'alert' }, sign('bad'), h('span', text));

/* ---- a step ---------------------------------------------------------------------- */

function makeStep(number, title, ...body) {
  const mark = h('span.no', String(number));
  const node = h('li', mark, h('div.body', h('h2', title), body));
  return {
    node,
    /** later, next, now or done */
    become(how) {
      node.className = how;
      if (how === 'now') node.setAttribute('aria-current', 'step');
      else node.removeAttribute('aria-current');
      replace(mark, how === 'done' ? [icon('check'), h('span.sr', t('login.step_done'))] : String(number));
    },
  };
}

/* ---- what is pasted ----------------------------------------------------------------- */

const PASTED = {
  both: ['ok', 'login.paste.both'], code: ['ok', 'login.paste.code'], other: ['bad', 'login.paste.other'], short: ['bad', 'login.paste.short'],
  link: ['bad', 'login.paste.link'], error: ['bad', 'login.paste.error'], nothing: ['bad', 'login.paste.nothing'],
};

function sayPasted(place, read) {
  const [how, words] = PASTED[read.what] ?? [];
  replace(place, how && h(`span.small.row.${how}`, how === 'ok' ? icon('check') : sign('bad'), h('span', t(words, { error: read.error }))));
}

/* ---- the steps ------------------------------------------------------------------------ */

/** signInSteps({name, setup, proxy, signal, onlink(expires), ondone(answer), oncancel}) -> {node, start(), offer()}
    name() and proxy() are asked when they are needed.  start() makes the link, offer() once it is
    asked for: each is kept by the relay, and in the audit log. */
export function signInSteps(options) {
  const { name, setup = false, proxy = () => null, signal } = options;
  let link = null; // { auth_url, state, expires }
  let asked = false; // with the button that the link takes the place of
  let wasOpened = () => {};

  const linkRow = h('div.row.wrap');
  const linkWrong = h('div.wrong', { 'aria-live': 'polite' });
  const open = makeStep(1, t('login.open'), linkRow, linkWrong);

  const pasted = h('textarea.in.mono', {
    rows: 3, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off', 'aria-label': t('login.code'), 'aria-describedby': 'login-read',
  });
  const read = h('div.read', { id: 'login-read', 'aria-live': 'polite' });
  const finish = button(t('login.finish'), { primary: true, submit: true, disabled: true });
  const codeWrong = h('div.wrong', { 'aria-live': 'polite' });
  const form = h('form.fields', { novalidate: true }, pasted, read, codeWrong,
    h('div.row', finish, options.oncancel && button(t('dialog.cancel'), { quiet: true, onclick: options.oncancel })));
  const paste = makeStep(2, t('login.paste'), form);

  const saved = h('div.saved', { 'aria-live': 'polite' }, h('p.small.faint', options.keeps ?? t('login.then')));
  const last = makeStep(3, t('login.saved_tried'), saved);

  const isGood = () => ['both', 'code'].includes(readPaste(pasted.value, link?.state ?? '').what);
  pasted.addEventListener('input', () => {
    replace(codeWrong);
    sayPasted(read, readPaste(pasted.value, link?.state ?? ''));
    finish.disabled = !link || !isGood();
    if (!finish.disabled) wasOpened();
  });
  form.addEventListener('submit', (event) => { event.preventDefault(); if (!finish.disabled) exchange(); });
  pasted.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });

  function drawLink() {
    const opened = h('a.btn.main', { href: link.auth_url, target: '_blank', rel: 'noopener noreferrer' }, t('login.open_link'), icon('ext', 14));
    wasOpened = () => {
      opened.className = 'btn';
      opened.firstChild.data = t('login.open_again');
      open.become('done');
      paste.become('now');
    };
    opened.addEventListener('click', wasOpened);
    const shown = h('span.sr', link.auth_url);
    replace(linkRow, opened, copyButton(() => link.auth_url, { label: t('login.copy_link'), from: shown, onclick: wasOpened }), shown,
      ticker(() => (link.expires > Date.now() ? t('login.valid', { left: durationWords(link.expires - Date.now()) }) : t('login.expired')), '.small.faint'));
    if (asked) opened.focus();
    asked = false;
  }

  function become() {
    replace(linkWrong);
    open.become('now');
    paste.become('next');
    last.become('later');
  }

  function offer() {
    become();
    const get = button(t('login.get_link'), {
      primary: true, onclick: () => { asked = true; get.disabled = true; begin(); },
    });
    replace(linkRow, get);
  }

  async function begin() {
    become();
    try {
      const through = proxy();
      const answer = await api.post('/oauth/auth-url', { ...(setup && { kind: 'setup-token' }), ...(through && { proxy_config: through }) }, { signal });
      link = { ...answer, expires: Date.now() + LIFE_MS };
      drawLink();
      options.onlink?.(link);
    } catch (error) {
      if (error.name === 'AbortError') return;
      replace(linkRow);
      replace(linkWrong, alert(error.message), button(t('failed.again'), { onclick: begin }));
    }
  }

  /* An old link is the first step's affair; what the code met is the second's. */
  function sayRefused(error) {
    const old = link.expires <= Date.now() || /^login_state_/.test(error.code);
    if (old) {
      open.become('now');
      replace(linkWrong, alert(error.message), button(t('login.new_link'), { onclick: begin }));
    } else {
      replace(codeWrong, alert(error.message));
    }
  }

  async function exchange() {
    finish.disabled = true;
    replace(codeWrong, h('p.small.faint', t('login.exchanging')));
    try {
      const through = proxy();
      const answer = await api.post('/oauth/token', {
        authorization_code: pasted.value, state: link.state, account_name: name(), ...(through && { proxy_config: through }),
      });
      replace(codeWrong);
      done(answer);
    } catch (error) {
      finish.disabled = false;
      sayRefused(error);
    }
  }

  function done(answer) {
    open.become('done');
    paste.become('done');
    last.become('now');
    replace(form, h('p.small.faint', t('login.code_used')));
    replace(linkRow);
    const tried = h('div.fields');
    replace(saved, h('p.ok.row.small', icon('check'), h('span', t('login.saved', { name: answer.account }))),
      answer.unsaved && alert(t('login.unsaved', { why: answer.unsaved })), tried, options.after?.(answer));
    tryIt(answer.account, tried);
    options.ondone?.(answer);
  }

  /* Its profile costs nothing; a message a few tokens, so that is for whoever wants it. */
  async function tryIt(account, place) {
    const message = trial(account);
    const more = h('form.fields', { onsubmit: (event) => { event.preventDefault(); message.run(); } }, message.node, h('div.row', message.button));
    replace(place, h('p.small.faint', t('login.asking')));
    try {
      const profile = await api.get(pathOf(account, 'profile'), {}, { signal });
      replace(place, h('p.ok.row.small', icon('check'), h('span', profileWords(profile))));
    } catch (error) {
      if (error.name === 'AbortError') return;
      replace(place, setup ? h('p.small.faint', t('login.no_profile')) : alert(error.message));
    }
    place.append(h('details', h('summary.small', t('login.message')), more));
  }

  return { node: h('ol.steps', open.node, paste.node, last.node), start: begin, offer };
}

/** The column beside the steps. */
export function signInHelp({ name, through, setup }) {
  return h('aside.help', { 'aria-label': t('login.help') }, h('h2', t('login.help')), h('ul',
    h('li', t('login.help.browser')), h('li', t('login.help.paste')), h('li', through), h('li', t('login.help.cloudflare'))),
  h('h2', t('login.terminal')), h('code.code', setup ? `${command('login', name)} --setup-token` : command('login', name)));
}
