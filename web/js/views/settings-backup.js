// SPDX-License-Identifier: MIT
/* Settings, backup: all that the relay keeps, as one file. */
import { api } from '../api.js';
import { command } from '../command.js';
import { h, replace } from '../dom.js';
import { bytes } from '../format.js';
import { t } from '../i18n.js';
import { busy, button, codeBox, note, section, state } from '../parts.js';
import { frame } from '../settings-frame.js';

/** Open this view. */
export async function open(view) {
  const settings = await api.get('/admin/api/settings', null, view);
  const option = (name) => settings.options.find((each) => each.name === name);
  const sealed = option('RELAY_SECRET')?.is_set;
  const folder = option('DATA_DIR')?.value ?? './data';
  const result = h('div.result', { 'aria-live': 'polite' });
  const load = button(t('backup.download'), {
    primary: true, icon: 'download',
    onclick: () => busy(load, async () => {
      const size = await api.download('/admin/api/backup', { body: {} });
      replace(result, state('ready', size ? t('backup.done_size', { size: bytes(size) }) : t('backup.done')));
    }, result),
  });
  frame(view, 'backup', {},
    section(t('backup.title'), null, h('div.stack.pad',
      h('p', t('backup.what', { folder })),
      note('warn', t(sealed ? 'backup.sealed' : 'backup.plain')),
      h('div.row', load), result)),
    section(t('backup.terminal'), null, h('div.stack.pad',
      codeBox(command('backup relay-backup.tar'), t('backup.command')),
      h('p.small.mute', t('backup.restore')),
      codeBox(command('restore relay-backup.tar'), t('backup.command_restore')))));
}
