// SPDX-License-Identifier: MIT
/* The way to the first message, while there was none. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.overview'));
  replace(view.node, head(t('nav.overview')));
}
