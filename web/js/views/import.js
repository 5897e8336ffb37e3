// SPDX-License-Identifier: MIT
/* Accounts that come from elsewhere. */
import { replace } from '../dom.js';
import { t } from '../i18n.js';
import { head } from '../parts.js';

/** Open this view. */
export async function open(view) {
  view.title(t('nav.accounts'));
  replace(view.node, head(t('nav.accounts')));
}
