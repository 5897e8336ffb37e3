// SPDX-License-Identifier: MIT
/* What stands around each view of the settings: the head, and the links to the others. */
import { h, replace } from './dom.js';
import { t } from './i18n.js';
import { head } from './parts.js';

const SECTIONS = ['options', 'prices', 'notices', 'backup', 'audit', 'about'];

/** frame(view, 'prices', {facts, actions}, ...children): fills the view. */
export function frame(view, section, { facts = null, actions = [] }, ...children) {
  const links = SECTIONS.map((each) =>
    h('a', { href: `/admin/settings/${each}`, 'aria-current': each === section ? 'page' : null }, t(`settings.${each}`)));
  view.title(t('settings.titled', { section: t(`settings.${section}`) }));
  replace(view.node, head(t('nav.settings'), facts, ...actions),
    h('div.set', h('nav', { 'aria-label': t('nav.settings') }, links), h('div.set-body', children)));
}
