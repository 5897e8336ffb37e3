// SPDX-License-Identifier: MIT
/* Settings, about: which relay this is, where its documents are, its licence. */
import { api } from '../api.js';
import { h } from '../dom.js';
import { durationWords, exact, time } from '../format.js';
import { t } from '../i18n.js';
import { pairs, section } from '../parts.js';
import { frame } from '../settings-frame.js';

/* Files of the repository, and of what is installed with the program. */
const DOCS = ['accounts', 'api', 'config', 'limits', 'notices', 'operations', 'prices', 'store', 'usage', 'architecture'];

function program(status) {
  const since = Date.now() - status.uptime_s * 1000;
  return pairs([
    [t('about.version'), `claude-relay ${status.version}`],
    [t('about.running'), h('span', { title: exact(since) }, t('about.since', { time: time(since), for: durationWords(status.uptime_s * 1000) }))],
    [t('about.addresses'), h('span.mono', status.addresses.map((each) => `http://${each}`).join(', '))],
    [t('about.pid'), h('span.mono', status.pid)],
    [t('about.zone'), status.time_zone],
    [t('about.prices'), h('span.mono', status.prices?.version)],
  ]);
}

const docRow = (name) => h('li', h('code', `docs/${name}.md`), h('span.mute', t(`about.doc.${name}`)));

/** Open this view. */
export async function open(view) {
  const status = await api.get('/admin/api/status', null, view);
  frame(view, 'about', {},
    section(t('about.program'), null, h('div.pad', program(status))),
    section(t('about.docs'), null, h('p.small.mute.pad', t('about.docs_where')), h('ul.docs', DOCS.map(docRow))),
    section(t('about.licence'), null, h('div.pad.stack', h('p', t('about.mit')),
      h('p.small.mute', t('about.nothing_foreign')))));
}
