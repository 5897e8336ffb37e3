// SPDX-License-Identifier: MIT
/* What is pasted at the end of a sign-in, looked at while it is typed.  It is read as
   the relay reads it (src/account/oauth_paste.c), which has the last word. */

/* Quotes, spaces, line ends and invisible marks that programs put around what is copied. */
const NOISE = /[\s\u0000-\u0020"'`<>\u0080-\u00a0\u00ab-\u00ad\u00bb\u2000-\u200f\u2018-\u201f\u2028-\u202f\u2039\u203a\u2060\u3000\u300c-\u300f\ufeff\uff02\uff07]/g;
const WORD = /^[A-Za-z0-9_-]+$/;
/* Less than this is the beginning of one. */
const STATE_MIN = 16;

const clean = (text) => text.replace(NOISE, '');

function decode(text) {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}

const leading = (text) => /^[^&#;?]*/.exec(text)[0].replace(/\/+$/, '');

function parameter(text, name) {
  const found = new RegExp(`(?:^|[?&#;])${name}=([^&#;?]*)`).exec(text);
  return found ? leading(found[1]) : '';
}

function split(text) {
  if (/^https?:\/\//i.test(text) || parameter(text, 'code')) {
    return { code: parameter(text, 'code'), state: parameter(text, 'state') };
  }
  const [, behind] = /^[^#]*#(.*)$/.exec(text) ?? [];
  return { code: leading(text), state: parameter(text, 'state') || (behind ? leading(behind) : '') };
}

/** What `pasted` is, for the sign-in with `state`: { what, error }.  `what`: empty, code (alone),
    both (and the state is ours), other (the state is another sign-in's), link (the link itself),
    error (the page reported one), nothing (no code), short (cut off, it seems). */
export function readPaste(pasted, state) {
  const text = clean(decode(clean(pasted)));
  if (!text) return { what: 'empty' };
  const error = parameter(text, 'error');
  if (error) return { what: 'error', error: WORD.test(error) ? error.slice(0, 60) : '' };
  if (parameter(text, 'code_challenge')) return { what: 'link' };
  const found = split(text);
  if (!WORD.test(found.code) || (found.state && !WORD.test(found.state))) return { what: 'nothing' };
  if (!found.state) return { what: 'code' };
  if (found.state === state) return { what: 'both' };
  return { what: found.state.length < STATE_MIN || state.startsWith(found.state) ? 'short' : 'other' };
}
