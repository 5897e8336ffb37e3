// SPDX-License-Identifier: MIT
/* An address that leads nowhere. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { button, empty, head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('missing.title'));
  replace(view.node, head(t('missing.title')),
    empty(location.pathname, t('missing.why'), button(t('nav.overview'), { href: '/admin/' })));
}
