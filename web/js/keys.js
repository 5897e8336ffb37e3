// SPDX-License-Identifier: MIT
/* Shortcuts: single keys, never in fields, never with Ctrl, Alt or Meta, and they
   can be turned off (WCAG 2.1.4). */
const KEPT = 'claude-relay.shortcuts';
const SECTIONS = {
  o: '/admin/', a: '/admin/accounts', k: '/admin/keys', u: '/admin/usage', r: '/admin/requests', s: '/admin/settings',
};
const TYPED = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

let ofView = {};
let ofTable = null;
let after = null; // "g" was pressed just now
let navigate = null;
let help = null;

/** What single keys do in this view: { n: fn }; the router calls it. */
export function viewKeys(map) {
  ofView = map;
}

/** The table that j, k, x and Enter move in; it has .key(name) -> true if it took it. */
export const tableKeys = (table) => {
  ofTable = table;
};

export const shortcutsOn = () => {
  try {
    return localStorage.getItem(KEPT) !== 'off';
  } catch {
    return true;
  }
};

export const turnShortcuts = (on) => {
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  } catch { /* nothing to keep it in */ }
};

function search() {
  const field = document.querySelector('main input[type=search]');
  field?.focus();
  field?.select();
  return !!field;
}

function second(key) {
  after = null;
  if (!SECTIONS[key]) return false;
  navigate(SECTIONS[key]);
  return true;
}

function first(key) {
  if (key === 'g') {
    after = setTimeout(() => { after = null; }, 1500);
    return true;
  }
  if (key === '?') return help(), true;
  if (key === '/') return search();
  if (ofView[key]) return ofView[key](), true;
  return ofTable?.node.isConnected ? ofTable.key(key) : false;
}

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !shortcutsOn()) return;
  if (event.target.closest?.(TYPED) || document.querySelector('dialog[open], .menu-list')) return;
  if (event.target.closest?.('[role=slider], [role=radiogroup], [role=tablist]') && event.key !== 'g' && event.key !== '?') return;
  if (event.key === 'Enter' && event.target.closest?.('a, button')) return;
  const wasAfter = after;
  clearTimeout(after);
  if (wasAfter ? second(event.key) : first(event.key)) event.preventDefault();
}

/** go(path) opens a section; list() shows the shortcuts. */
export function startKeys({ go, list }) {
  navigate = go;
  help = list;
  addEventListener('keydown', pressed);
}
