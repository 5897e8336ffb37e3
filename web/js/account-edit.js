// SPDX-License-Identifier: MIT
/* What the operator says of an account, changed in one form.  Only what was changed is
   sent, so that what somebody else changed meanwhile stays. */
import { change } from './account-actions.js';
import { form } from './account-dialogs.js';
import { isKey } from './account-words.js';
import { h } from './dom.js';
import { gatewayFields } from './gateway-fields.js';
import { t } from './i18n.js';
import { check, field, input, note } from './parts.js';

const LIMITS = { priority: 1000, weight: 1000, concurrency: 100000 };

const numberField = (account, word) => field({
  label: t(`account_edit.${word}`), hint: t(`account_edit.${word}_hint`),
  input: input({ value: String(account[word]), inputmode: 'numeric' }, '.r'),
});

/** 'fast, team-a' as a list; null of none. */
export function readTags(text) {
  const tags = text.split(/[,，\n]/).map((tag) => tag.trim()).filter(Boolean);
  return tags.length ? [...new Set(tags)] : null;
}

function numbersOf(fields) {
  const read = {};
  for (const [word, most] of Object.entries(LIMITS)) {
    const value = Number(fields[word].input.value.trim() || NaN);
    const fine = Number.isInteger(value) && value >= 0 && value <= most;
    fields[word].fail(fine ? null : t('account_edit.range', { most }));
    if (!fine) { fields[word].input.focus(); throw new Error(t('account_edit.not_saved')); }
    read[word] = value;
  }
  return read;
}

const same = (a, b) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

function changed(account, members) {
  const was = { ...account, tags: account.tags.length ? account.tags : null };
  return Object.fromEntries(Object.entries(members).filter(([name, value]) => !same(was[name], value)));
}

/** Edit an account in a dialog; after(answer) when it was saved. */
export function editDialog(account, after) {
  const { account: name } = account;
  const words = input({ value: account.note ?? '', maxlength: 1000 });
  const tags = input({ value: account.tags.join(', ') });
  const pool = check(t('account_edit.pool'), account.pool);
  const enabled = check(t('account_edit.enabled'), account.enabled);
  const numbers = Object.fromEntries(Object.keys(LIMITS).map((word) => [word, numberField(account, word)]));
  const gateway = isKey(account) ? gatewayFields(account) : null;
  const members = () => ({
    enabled: enabled.input.checked, pool: pool.input.checked, tags: readTags(tags.value), note: words.value.trim() || null,
    ...numbersOf(numbers), ...gateway?.value(),
  });
  form({
    title: t('account_edit.title', { name }),
    body: h('div.fields', field({ label: t('account_edit.note'), input: words }), h('div.grid3', Object.values(numbers)),
      field({ label: t('account_edit.tags'), hint: t('account_edit.tags_hint'), input: tags }), h('div.checks', enabled, pool),
      !isKey(account) && note('warn', t('account_edit.personal')),
      gateway && h('details', { open: !!account.base_url }, h('summary.small', t('account_edit.gateway')), gateway.node)),
    action: t('account_edit.action'),
    onsave: async () => {
      const changes = changed(account, members());
      return Object.keys(changes).length ? change(name, changes) : account;
    },
    after,
  });
}
