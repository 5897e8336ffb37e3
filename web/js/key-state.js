// SPDX-License-Identifier: MIT
/* How a key is, in a shape and words; how its text looks without being told. */
import { day } from './format.js';
import { t } from './i18n.js';
import { budgetShare } from './limits.js';

const SOON_MS = 30 * 864e5;

/** cr_9fKt…Qm2x */
export const masked = ({ prefix, last4 }) => `${prefix}…${last4}`;

/** Has it been switched off, revoked or the like, so that its budgets say nothing? */
export const isClosed = (key) => key.state !== 'active';

function closed(key) {
  return { revoked: ['revoked', 'key.revoked'], expired: ['off', 'key.expired'], disabled: ['off', 'key.disabled'] }[key.state];
}

/** [kind, words] for state(): budgets of its group count as its own. */
export function stateOf(key, ofGroup = null) {
  if (key.trouble) return ['blocked', t('key.unusable')];
  const found = closed(key);
  if (found) return [found[0], t(found[1])];
  const used = Math.max(budgetShare(key.used), budgetShare(ofGroup));
  if (used >= 1e6) return ['blocked', t('key.spent')];
  return used >= 0.8e6 ? ['over', t('key.nearly_spent')] : ['ready', t('key.active')];
}

/** What stands below the state: when it ends, if that is near. */
export function stateNote(key) {
  if (key.state === 'revoked') return t('key.since_day', { day: day(key.revoked_at) });
  const ends = key.expires_at ? Date.parse(key.expires_at) : null;
  if (key.state !== 'active' || !ends || ends - Date.now() > SOON_MS) return null;
  return t('key.expires_day', { day: day(ends - 1) }); // the whole of that day
}
