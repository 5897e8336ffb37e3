// SPDX-License-Identifier: MIT
/* Bars: windows of accounts, limits of keys, shares.  SVG with percent attributes. */
import { h, svg } from './dom.js';
import { percent, time } from './format.js';
import { t } from './i18n.js';

const PPM = 1e6;
const clamp = (ppm) => Math.max(0, Math.min(PPM, ppm)) / 1e4;

/** bar({used, at, even, level, old, height}, label): used, forecast and even pace in
    ppm; level '', 'warn', 'bad'.  Without a label it is decoration. */
export function bar({ used = 0, at = null, even = null, level = '', old = false, height = 8 }, label) {
  const part = (kind, width, more) => svg('rect', { class: kind, width: `${width}%`, height, rx: height / 2, ...more });
  return svg('svg', {
    class: `bar ${level} ${old ? 'old' : ''}`, height, width: '100%',
    ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' }),
  }, part('t', 100), at !== null && at > used && part('p', clamp(at)), used > 0 && part('v', Math.max(1.5, clamp(used))),
  even !== null && svg('rect', { class: 'e', x: `${clamp(even)}%`, y: -2, width: 1.5, height: height + 4 }));
}

/** The level of a window: warn from 80 % or when it will run out, bad when it is used up. */
export function levelOf(used, at = null) {
  if (used >= PPM) return 'bad';
  return used >= 0.8 * PPM || (at !== null && at >= PPM) ? 'warn' : '';
}

/** windowBar({used, at, even, resets, note, of, old, level, unknown, small}): one
    window of an account: its bar, when it resets (words), and the forecast in words. */
export function windowBar(w) {
  if (w.unknown) return h('div.win', h('div.l', h('span.mute', w.unknown)), w.note && h('div.f', w.note));
  const level = w.level ?? (w.old ? '' : levelOf(w.used, w.at));
  const words = [w.of, t('window.used', { percent: percent(w.used) }), w.resets, w.note].filter(Boolean);
  return h('div.win', h('div.l', h('b', percent(w.used)), w.of && h('span.mute.cut', w.of), w.resets && h('span.end', w.resets)),
    bar({ ...w, at: w.old ? null : w.at, even: w.old ? null : w.even, level, height: w.small ? 6 : 8 }, words.join(t('list.comma'))),
    w.note && h('div.f', { class: level }, w.note));
}

const LENGTHS = { '5h': 5 * 3600e3, '7d': 7 * 86400e3, '7d_opus': 7 * 86400e3, '7d_sonnet': 7 * 86400e3 };

/** A window as the relay tells it ({name, used_ppm, resets_at, at_reset_ppm, runs_out_at,
    seen_at}), as windowBar() wants it: the forecast, an even pace, and the words. */
export function windowOf(w, { length, now = Date.now(), stale = 3600e3 } = {}) {
  const resets = Date.parse(w.resets_at);
  const seen = w.seen_at ? Date.parse(w.seen_at) : now;
  const old = now - seen > stale;
  if (w.used_ppm === null || w.used_ppm === undefined) return { unknown: t('window.unknown') };
  const out = w.runs_out_at ? Date.parse(w.runs_out_at) : null;
  const begins = resets - (length ?? LENGTHS[w.name] ?? NaN);
  return {
    used: w.used_ppm, old,
    at: w.at_reset_ppm ?? forecast(w.used_ppm, { now, resets, out }),
    even: begins <= now && resets > now ? ((now - begins) / (resets - begins)) * PPM : null,
    resets: old ? t('window.as_of', { time: time(seen) }) : resets ? t('window.resets', { time: time(resets) }) : null,
    out: out && out < resets ? out : null, resetsAt: resets, seenAt: seen,
  };
}

/* What will be used when the window resets, if it goes on as it would run out. */
function forecast(used, { now, resets, out }) {
  if (!out || !resets || out <= now) return null;
  return used + ((PPM - used) * (resets - now)) / (out - now);
}

/** limitBar({name, text, used, level}): in tables: name, "used / limit", 4 px.
    {large: true}: name, "$3.10 of $10", bar, what is left and when it opens. */
export function limitBar({ name, text, used, level, note }, { large = false } = {}) {
  const shown = level ?? levelOf(used);
  if (large) {
    return h('div.win', h('div.l', h('span.ln', name), h('span.end', text)),
      bar({ used, level: shown }, [name, text, note].filter(Boolean).join(t('list.comma'))), note && h('div.f', { class: shown }, note));
  }
  return h('div.lim', h('span.n.cut', { title: name }, name), h('span', text), bar({ used, level: shown, height: 4 }, `${name}: ${text}`));
}

/** A share of a whole in a table: bar and percent. */
export function shareBar(ppm, of = ppm) {
  return h('div.share', svg('svg', { 'aria-hidden': 'true', width: 96, height: 6 },
    svg('rect', { class: 'tk', width: '100%', height: 6, rx: 3 }),
    of > 0 && svg('rect', { class: 's-fill', width: `${Math.max(3, clamp(of))}%`, height: 6, rx: 3 })), h('span.mute', percent(ppm)));
}

/** What the three parts of a window's bar mean: once below a list. */
export function barLegend() {
  const piece = (options, words) => h('span', h('span.bk', bar({ ...options, level: '' })), words);
  return h('div.key-line', piece({ used: PPM }, t('window.legend_used')), piece({ used: 0, at: PPM }, t('window.legend_forecast')),
    piece({ used: 0, even: PPM / 2 }, t('window.legend_even')));
}
