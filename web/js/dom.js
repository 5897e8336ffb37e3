// SPDX-License-Identifier: MIT
/* Making elements.  Text is always text: nothing here reads markup. */
import { ICONS, SIGNS, STATES } from './icons.js';

const SVG = 'http://www.w3.org/2000/svg';

/** h('div.cls#id', {attr, onclick, ...}, ...children): null, false, '' are skipped. */
export function h(selector, ...parts) {
  const [, tag, rest] = /^([a-z0-9-]*)(.*)$/i.exec(selector);
  const node = document.createElement(tag || 'div');
  for (const word of rest.match(/[.#][^.#]+/g) ?? []) {
    if (word[0] === '.') node.classList.add(word.slice(1));
    else node.id = word.slice(1);
  }
  return fill(node, parts);
}

/** The same for SVG: svg('rect', { width: '62%' }). */
export function svg(tag, ...parts) {
  return fill(document.createElementNS(SVG, tag), parts);
}

function fill(node, parts) {
  for (const part of parts.flat(9)) {
    if (part === null || part === undefined || part === false || part === '') continue;
    if (part instanceof Node) node.append(part);
    else if (typeof part === 'object') set(node, part);
    else node.append(String(part));
  }
  return node;
}

/* `value`, `checked` and the like are properties, else what was typed would not
   change; an attribute `style` would be refused by the page's policy. */
const PROPERTIES = new Set(['value', 'checked', 'indeterminate', 'selected', 'open']);

/** Set attributes and listeners; null, undefined and false take an attribute away. */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      if (value) node.addEventListener(name.slice(2), value);
    } else if (name === 'class') {
      for (const word of String(value || '').split(/[ .]+/).filter(Boolean)) node.classList.add(word);
    } else if (PROPERTIES.has(name) && name in node) {
      if (value !== null && value !== undefined) node[name] = value;
    } else if (value === null || value === undefined || value === false) {
      node.removeAttribute(name);
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  return node;
}

/** Put children in the place of what is in node. */
export function replace(node, ...children) {
  node.replaceChildren();
  return fill(node, children);
}

/** Change a text only where it differs, so that nothing is drawn for nothing. */
export function say(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
  return node;
}

/** An icon of 16 px, hidden from screen readers: the words stand beside it. */
export function icon(name, size = 16) {
  return svg('svg', { class: 'icon', viewBox: '0 0 16 16', width: size, height: size, 'aria-hidden': 'true' },
    svg('path', {
      d: ICONS[name], fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5,
      'stroke-linecap': 'round', 'stroke-linejoin': 'round',
    }));
}

/** The shape of a state: ready, paused, over, login, blocked, off, revoked, wait, run, failed. */
export function shape(kind) {
  const [d, width, dashes] = STATES[kind] ?? STATES.off;
  return svg('svg', { class: 'shape', viewBox: '0 0 10 10', width: 10, height: 10, 'aria-hidden': 'true' },
    svg('path', width
      ? { d, fill: 'none', stroke: 'currentColor', 'stroke-width': width, 'stroke-dasharray': dashes }
      : { d, fill: 'currentColor' }));
}

/** An octagon for 'bad', a triangle for 'warn'. */
export function sign(severity) {
  return svg('svg', { class: `sign ${severity}`, viewBox: '0 0 14 14', width: 14, height: 14, 'aria-hidden': 'true' },
    SIGNS[severity].map(([d, paint, stroke, width]) => svg('path', {
      d, fill: paint, stroke, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round',
    })));
}

/** The relay's mark. */
export function mark() {
  const line = (d, faint) => svg('path', { d, opacity: faint ? 0.4 : null });
  const dot = (y, faint) => svg('circle', {
    cx: 15.6, cy: y, r: 2.4, fill: faint ? 'none' : 'currentColor', opacity: faint ? 0.4 : null,
  });
  return svg('svg', {
    class: 'mark', viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true',
    fill: 'none', stroke: 'currentColor', 'stroke-width': 1.8, 'stroke-linecap': 'round',
  }, svg('circle', { cx: 4.2, cy: 10, r: 2.6 }), line('M7 10h3.2l3.4-4.6'), dot(4.6),
  line('M10.2 10l3.4 4.6', true), dot(15.4, true));
}

let used = 0;
/** An id that no other element has. */
export const freshId = (word = 'x') => `${word}-${++used}`;

const sheets = new Map();
/** Load css/NAME.css, once; resolves when it is in force. */
export function style(name) {
  if (!sheets.has(name)) {
    sheets.set(name, new Promise((resolve) => {
      document.head.append(h('link', {
        rel: 'stylesheet', href: new URL(`../css/${name}.css`, import.meta.url).href, onload: resolve, onerror: resolve,
      }));
    }));
  }
  return sheets.get(name);
}
