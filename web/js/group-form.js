// SPDX-License-Identifier: MIT
/* A group of keys: to create one, to change it, to remove it. */
import { api } from './api.js';
import { commandLine } from './command.js';
import { confirm, dialog } from './dialog.js';
import { h, replace, sign } from './dom.js';
import { t, tn } from './i18n.js';
import { attempt } from './key-actions.js';
import { limitRows } from './limit-rows.js';
import { KINDS } from './limits.js';
import { busy, button, field, input } from './parts.js';

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/* What a refusal is about stands where that was typed. */
function placed(error, { fields, limits, wrong }) {
  const kind = Object.keys(KINDS).find((each) => new RegExp(`\\b${each}\\b`).test(error.said ?? error.message));
  if (kind && limits.fail(kind, error.message)) return;
  const name = Object.keys(fields).find((each) => new RegExp(`\\b${each}\\b`).test(error.said ?? error.message));
  if (name) fields[name].fail(error.message);
  else replace(wrong, sign('bad'), h('span', error.message));
}

/** Create one (null), or change one; done(group) with what it is now. */
export async function editGroup(group, { done }) {
  const fields = {
    name: field({ label: t('key.name'), hint: t('key.name.hint'), input: input({ value: group?.name ?? '', maxlength: 64, autofocus: true }) }),
    time_zone: field({ label: t('key.time_zone'), hint: t('key.time_zone.hint'), input: input({ value: group ? group.time_zone ?? '' : zoneHere() }) }),
    note: field({ label: t('key.note'), input: input({ value: group?.note ?? '', maxlength: 2000 }) }),
  };
  const limits = limitRows(group?.limits ?? {}, { hint: t('groups.limits_hint') });
  const wrong = h('p.err', { role: 'alert' });
  const yes = button(t(group ? 'key.save' : 'groups.create'), { primary: true, submit: true });
  const box = dialog({
    title: group ? t('key.edit_title', { name: group.name }) : t('groups.create'),
    body: h('div.stack', h('div.grid2', fields.name, fields.time_zone), limits.node, fields.note, wrong),
    note: group ? commandLine('.tiny.faint.hide-n', 'key group edit', group.name) : commandLine('.tiny.faint.hide-n', 'key group create NAME'),
    actions: [button(t('dialog.cancel'), { onclick: () => box.close() }), yes], onsubmit: () => busy(yes, send),
  });

  function read() {
    const amounts = group ? limits.changes() : limits.read();
    if (!amounts) return null;
    const typed = Object.fromEntries(Object.entries(fields).map(([name, node]) => [name, node.input.value.trim() || null]));
    const said = Object.entries(typed).filter(([name, value]) => value !== (group?.[name] ?? null));
    return { ...Object.fromEntries(said), ...(Object.keys(amounts).length && { limits: amounts }) };
  }
  async function send() {
    for (const node of Object.values(fields)) node.fail(null);
    replace(wrong);
    if (!fields.name.input.value.trim()) { fields.name.fail(t('key.name.missing')); return void fields.name.input.focus(); }
    const members = read();
    if (!members) return undefined;
    if (group && !Object.keys(members).length) return box.close(group);
    try {
      return box.close(await (group ? api.patch(`/admin/api/groups/${group.id}`, members) : api.post('/admin/api/groups', members)));
    } catch (error) {
      return placed(error, { fields, limits, wrong });
    }
  }
  const answer = await box.closed;
  if (answer) await done(answer);
}

/** Remove one: nothing brings it back, but keys are not lost, for it has none. */
export async function removeGroup(group, { keys = 0, done }) {
  const yes = await confirm({
    title: t('groups.remove_title', { name: group.name }),
    consequence: keys ? tn('groups.remove_refused', keys) : t('groups.remove_consequence'), action: t('groups.remove'), danger: true,
  });
  if (yes && await attempt(() => api.delete(`/admin/api/groups/${group.id}`))) await done();
}
