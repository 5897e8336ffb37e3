// SPDX-License-Identifier: MIT
/* Settings: options. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.settings'));
  replace(view.node, head(t('nav.settings')));
}
