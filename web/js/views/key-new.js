// SPDX-License-Identifier: MIT
/* A new key. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.keys'));
  replace(view.node, head(t('nav.keys')));
}
