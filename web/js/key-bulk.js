// SPDX-License-Identifier: MIT
/* Several keys at once: tags, group, limits. */
import { api } from './api.js';
import { dialog } from './dialog.js';
import { h, replace, sign } from './dom.js';
import { t, tn } from './i18n.js';
import { limitRows } from './limit-rows.js';
import { KINDS } from './limits.js';
import { busy, button, check, field, input, select } from './parts.js';

/* A dialog whose button changes all keys, one after the other; what fails is said with
   the name of its key, and those before it are done. */
function change({ title, body, keys, membersOf, done, focus }) {
  const wrong = h('p.err', { role: 'alert' });
  const yes = button(tn('keys.change', keys.length), { primary: true, submit: true });
  const box = dialog({
    title, body: [body, wrong], actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), yes],
    onsubmit: () => busy(yes, send),
  });
  focus?.focus();
  async function send() {
    replace(wrong);
    for (const key of keys) {
      const members = membersOf(key);
      if (members === null) return;
      try {
        if (Object.keys(members).length) await api.patch(`/admin/api/keys/${key.id}`, members);
      } catch (error) {
        replace(wrong, sign('bad'), h('span', t('keys.change_failed', { name: key.name, message: error.message })));
        return;
      }
    }
    box.close(true);
  }
  box.closed.then((did) => did && done());
}

const wordsOf = (text) => text.split(/[,，]/).map((each) => each.trim()).filter(Boolean);

/** Add tags, and take some away. */
export function tagKeys(keys, { done }) {
  const add = field({ label: t('keys.tags_add'), hint: t('key.tags.hint'), input: input() });
  const there = [...new Set(keys.flatMap((key) => key.tags))].sort();
  const gone = there.map((tag) => [tag, check(tag, false)]);
  change({
    title: tn('keys.tags_title', keys.length), keys, done,
    body: h('div.stack', add, gone.length > 0 && h('fieldset.fs', h('legend.lab', t('keys.tags_remove')), h('div.picks', gone.map(([, node]) => node)))),
    membersOf: (key) => {
      const left = key.tags.filter((tag) => !gone.some(([each, node]) => each === tag && node.input.checked));
      const tags = [...new Set([...left, ...wordsOf(add.input.value)])];
      return tags.join('\n') === key.tags.join('\n') ? {} : { tags };
    },
  });
}

/** Put them into a group, or into none. */
export function groupKeys(keys, { groups, done }) {
  const now = new Set(keys.map((key) => key.group ?? ''));
  const choice = select([['', t('key.group.none')], ...groups.map((each) => [each, each])], now.size === 1 ? [...now][0] : '');
  change({
    title: tn('keys.group_title', keys.length), keys, done,
    body: field({ label: t('key.group'), input: choice, hint: groups.length ? null : t('groups.none_why') }),
    membersOf: (key) => ((key.group ?? '') === choice.value ? {} : { group: choice.value || null }),
  });
}

/** Set limits: those that are named, others stay. */
export function limitKeys(keys, { done }) {
  const rows = limitRows({}, { hint: t('keys.limits_hint') });
  const first = rows.put('cost_day', '');
  const gone = Object.keys(KINDS).filter((kind) => keys.some((key) => key.limits && kind in key.limits))
    .map((kind) => [kind, check(t(`limit.names.${kind}`), false)]);
  change({
    title: tn('keys.limits_title', keys.length), keys, done, focus: first.value,
    body: h('div.stack', rows.node, gone.length > 0 && h('fieldset.fs', h('legend.lab', t('keys.limits_remove')), h('div.picks', gone.map(([, node]) => node)))),
    membersOf: () => {
      const set = rows.read();
      if (!set) return null;
      const limits = { ...Object.fromEntries(gone.filter(([, node]) => node.input.checked).map(([kind]) => [kind, null])), ...set };
      return Object.keys(limits).length ? { limits } : {};
    },
  });
}
