// SPDX-License-Identifier: MIT
/* Dialogs: <dialog>, shown modally; closing returns the focus. */
import { freshId, h, replace } from './dom.js';
import { t } from './i18n.js';
import { button, iconButton } from './parts.js';

/** dialog({title, body, actions, wide, onclose, mayClose, onsubmit}) -> {node, close(value), closed}
    `actions` stand at the lower right; mayClose() false keeps it open; with
    onsubmit the dialog is a form.  `closed` resolves with what close() was given. */
export function dialog({ title, body, actions = [], note = null, wide = false, onclose, mayClose, onsubmit }) {
  const back = document.activeElement;
  const id = freshId('dialog');
  const close = iconButton('x', t('dialog.close'), { class: 'quiet', onclick: () => shut() });
  const inner = h(onsubmit ? 'form.dlg' : 'div.dlg', onsubmit && {
    novalidate: true,
    onsubmit: (event) => { event.preventDefault(); onsubmit(event); },
  }, h('div.dh', h('h2', { id }, title), close), body, h('div.df', note, h('div.end', actions)));
  const node = h(wide ? 'dialog.wide' : 'dialog', { 'aria-labelledby': id }, inner);
  let settle;
  const closed = new Promise((resolve) => { settle = resolve; });
  let value;
  function shut(result) {
    if (result === undefined && mayClose && !mayClose()) return false;
    value = result;
    node.close();
    return true;
  }
  node.addEventListener('cancel', (event) => { event.preventDefault(); shut(); });
  node.addEventListener('close', () => {
    node.remove();
    if (back?.isConnected) back.focus();
    onclose?.(value);
    settle(value);
  });
  document.body.append(node);
  node.showModal();
  node.scrollTop = 0;
  (node.querySelector('[autofocus]') ?? inner.querySelector('.in, input, select, textarea') ?? inner.querySelector('.df .btn') ?? close)
    .focus({ preventScroll: true });
  return { node, inner, close: shut, closed, setActions: (...nodes) => replace(inner.querySelector('.df .end'), nodes) };
}

/** confirm({title, consequence, action, danger, type}) -> Promise of true or false.
    `type` (a name) must be typed first: only where nothing brings it back. */
export async function confirm({ title, consequence, action, danger = false, type = null }) {
  const typed = type && h('input.in', { autocomplete: 'off', spellcheck: 'false', 'aria-label': t('dialog.type', { name: type }) });
  const yes = button(action, { primary: !danger, danger, disabled: !!type, submit: true });
  typed?.addEventListener('input', () => { yes.disabled = typed.value !== type; });
  const box = dialog({
    title,
    body: [h('p.mute', consequence), typed && h('div.field', h('span.lab', t('dialog.type', { name: type })), typed)],
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), yes],
    onsubmit: () => { if (!yes.disabled) box.close(true); },
  });
  if (!type) yes.focus();
  return (await box.closed) === true;
}
