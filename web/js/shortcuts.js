// SPDX-License-Identifier: MIT
/* The list of shortcuts, and the switch that turns them off. */
import { dialog } from './dialog.js';
import { h } from './dom.js';
import { t } from './i18n.js';
import { shortcutsOn, turnShortcuts } from './keys.js';
import { check } from './parts.js';

const LIST = [
  ['nav.overview', 'g o'], ['shortcuts.search', '/'], ['nav.accounts', 'g a'], ['shortcuts.rows', 'j k'],
  ['nav.keys', 'g k'], ['shortcuts.open', 'Enter'], ['nav.usage', 'g u'], ['shortcuts.select', 'x'],
  ['nav.requests', 'g r'], ['shortcuts.new', 'n'], ['nav.settings', 'g s'], ['shortcuts.close', 'Esc'],
  ['shortcuts.chart', '← →'], ['shortcuts.list', '?'],
];

/** Show the list of shortcuts. */
export function showShortcuts() {
  const rows = LIST.map(([name, keys]) =>
    h('div', h('dt', t(name)), h('dd.row', keys.split(' ').map((key) => h('kbd', key)))));
  dialog({ title: t('shortcuts.title'), body: h('dl.keysd', rows), note: check(t('shortcuts.on'), shortcutsOn(), turnShortcuts) });
}
