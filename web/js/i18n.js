// SPDX-License-Identifier: MIT
/* Texts in the reader's language.  Sentences are whole: {places} are filled in. */
const LANGUAGES = { en: 'en', zh: 'zh-CN' };
const LOCALES = { en: 'en-GB', zh: 'zh-CN' };
const KEPT = 'claude-relay.language';

let now = 'en';
let texts = {};
let plural = new Intl.PluralRules('en-GB');
const listeners = new Set();

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function preferred() {
  const asked = [kept(), ...navigator.languages];
  const found = asked.map((name) => String(name).slice(0, 2)).find((name) => LANGUAGES[name]);
  return found ?? 'en';
}

/** Load the texts: the kept language, else the browser's, else English. */
export async function startLanguage() {
  await use(preferred());
}

async function use(name) {
  texts = (await import(`../lang/${name}.js`)).default;
  now = name;
  plural = new Intl.PluralRules(LOCALES[name]);
  document.documentElement.lang = LANGUAGES[name];
}

/** 'en' or 'zh'. */
export const lang = () => now;
/** What Intl wants: 'en-GB' or 'zh-CN'. */
export const locale = () => LOCALES[now];

/** Change the language, and keep that; everything is drawn anew. */
export async function setLang(name) {
  await use(name);
  try {
    localStorage.setItem(KEPT, name);
  } catch { /* a browser that keeps nothing: for this page, then */ }
  for (const fn of listeners) fn();
}

/** fn() after each change of the language. */
export const onLanguage = (fn) => listeners.add(fn);

const PLACE = /\{([a-z_]+)\}/g;

function text(name) {
  const found = texts[name];
  if (found === undefined) console.error(`no text "${name}" in ${now}`);
  return found ?? name;
}

function form(name, count) {
  const found = text(name);
  return typeof found === 'string' ? found : found[plural.select(count)] ?? found.other;
}

const filled = (line, places) =>
  line.replace(PLACE, (whole, place) => (places && place in places ? String(places[place]) : whole));

/** t('keys.create', {name}) */
export const t = (name, places) => filled(text(name), places);

/** tn('keys.count', 3): {n} is the number as it is written here. */
export const tn = (name, count, places) =>
  filled(form(name, count), { n: new Intl.NumberFormat(locale()).format(count), ...places });

/** As t, where places may be elements: an array for h(). */
export function tx(name, places) {
  const line = text(name);
  const out = [];
  let from = 0;
  for (const found of line.matchAll(PLACE)) {
    out.push(line.slice(from, found.index), places[found[1]] ?? '');
    from = found.index + found[0].length;
  }
  return [...out, line.slice(from)];
}

/** Is there such a text?  For words that the relay may add to: has('end.' + end) */
export const has = (name) => name in texts;
