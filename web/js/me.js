// SPDX-License-Identifier: MIT
/* The page of a key's holder. */
import { h, mark, replace } from './dom.js';
import { onLanguage, startLanguage, t } from './i18n.js';
import { startTheme } from './theme.js';

function draw() {
  replace(document.getElementById('app'), h('main.solo#main', h('div.sh', mark(), h('b', 'claude-relay')), h('h1', t('me.title'))));
}

startTheme();
await startLanguage();
document.body.classList.add('plain');
onLanguage(draw);
draw();
