// SPDX-License-Identifier: MIT
/* Menus: a button, and a list that floats below it while it is open. */
import { h, icon } from './dom.js';

/** menu([{label, onclick, href, danger, disabled, checked}, null...], {label, text, icon}) -> a button.
    The items may be a function; null draws a line; `checked` (true or false) makes
    it one of a choice; label names a button that is an icon. */
export function menu(items, { label, text = null, icon: name = 'dots', class: kind = text ? '' : 'icon quiet', attributes } = {}) {
  const button = h('button', {
    type: 'button', class: `btn ${kind}`, 'aria-haspopup': 'menu', 'aria-expanded': 'false',
    'aria-label': label, title: text ? null : label, ...attributes,
  }, text, text ? icon('down', 12) : icon(name));
  const open = () => openMenu(button, typeof items === 'function' ? items() : items, label ?? button.textContent);
  button.addEventListener('click', open);
  button.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') { event.preventDefault(); open(); }
  });
  return button;
}

function item(entry, close) {
  if (!entry) return h('div.line', { role: 'separator' });
  const choice = entry.checked !== undefined;
  return h(entry.href ? 'a' : 'button', {
    role: choice ? 'menuitemradio' : 'menuitem', tabindex: -1, href: entry.href, type: entry.href ? null : 'button',
    'aria-checked': choice ? String(!!entry.checked) : null, 'aria-disabled': entry.disabled ? 'true' : null,
    class: entry.danger ? 'danger' : null,
    onclick: (event) => {
      if (entry.disabled) return event.preventDefault();
      close();
      return entry.onclick?.(event);
    },
  }, choice && h('span.tick', entry.checked && icon('check', 14)), h('span', entry.label), entry.hint && h('span.hint', entry.hint));
}

/** Show a menu at a button. */
export function openMenu(button, items, label) {
  if (button.getAttribute('aria-expanded') === 'true') return;
  const list = h('div.menu-list', { role: 'menu', 'aria-label': label }, items.map((entry) => item(entry, close)));
  const entries = [...list.querySelectorAll('[role^=menuitem]')];
  function close(focus = true) {
    list.remove();
    button.setAttribute('aria-expanded', 'false');
    removeEventListener('pointerdown', outside, true);
    removeEventListener('scroll', moved, true);
    removeEventListener('resize', moved);
    if (focus) button.focus();
  }
  const outside = (event) => { if (!list.contains(event.target) && !button.contains(event.target)) close(false); };
  const moved = (event) => { if (event.target !== list) close(false); };
  list.addEventListener('keydown', (event) => moveIn(event, entries, close));
  list.addEventListener('focusout', (event) => { if (event.relatedTarget && !list.contains(event.relatedTarget)) close(false); });
  (button.closest('dialog') ?? document.body).append(list);
  button.setAttribute('aria-expanded', 'true');
  place(list, button);
  addEventListener('pointerdown', outside, true);
  addEventListener('scroll', moved, true);
  addEventListener('resize', moved);
  (entries.find((node) => node.ariaChecked === 'true') ?? entries[0])?.focus({ preventScroll: true });
}

function moveIn(event, entries, close) {
  const at = entries.indexOf(document.activeElement);
  const last = entries.length - 1;
  const next = { ArrowDown: at === last ? 0 : at + 1, ArrowUp: at <= 0 ? last : at - 1, Home: 0, End: last }[event.key];
  if (next !== undefined) entries[next].focus();
  else if (event.key === 'Escape' || event.key === 'Tab') close();
  else if (event.key === ' ') document.activeElement.click();
  else if (/^\S$/.test(event.key)) byLetter(entries, at, event.key.toLowerCase());
  if (next !== undefined || ['Escape', ' '].includes(event.key)) event.preventDefault();
  event.stopPropagation();
}

function byLetter(entries, at, letter) {
  const order = [...entries.slice(at + 1), ...entries.slice(0, at + 1)];
  order.find((node) => node.textContent.toLowerCase().startsWith(letter))?.focus();
}

/* Below the button, its right edge on the button's; above, or from the left, where there is no room. */
function place(list, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const below = at.bottom + 4 + height <= innerHeight || at.top < height;
  const left = at.right - width >= 8 && at.left + width > innerWidth - 8 ? at.right - width : at.left;
  list.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  list.style.top = `${below ? Math.min(at.bottom + 4, Math.max(8, innerHeight - height - 8)) : at.top - 4 - height}px`;
}
