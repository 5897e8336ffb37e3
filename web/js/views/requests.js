// SPDX-License-Identifier: MIT
/* Requests: those that run, and the last ones; one opened stands beside the list (request.js). */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.requests'));
  replace(view.node, head(t('nav.requests')));
}
