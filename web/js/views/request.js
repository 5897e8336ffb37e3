// SPDX-License-Identifier: MIT
/* One request, opened beside the list: requests.js calls it. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.requests'));
  replace(view.node, head(t('nav.requests')));
}
