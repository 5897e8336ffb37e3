// SPDX-License-Identifier: MIT
/* The page: language and theme, who is asking, the frame, then the view of the address. */
import { onSignedOut, session } from './api.js';
import { replace } from './dom.js';
import { onLanguage, startLanguage, t } from './i18n.js';
import { startKeys } from './keys.js';
import { live } from './live.js';
import { failed } from './parts.js';
import { go, reopen, startRouter } from './router.js';
import { drawShell, startShell } from './shell.js';
import { startTheme } from './theme.js';

const app = document.getElementById('app');
let within = false;

/* What most visits do not need comes when it is asked for. */
const signingIn = () => import('./signin.js');
const signInOver = async () => (await signingIn()).signInOver();
const showShortcuts = async () => (await import('./shortcuts.js')).showShortcuts();

/* Nobody is signed in: the form.  No answer: say so, and offer to try again. */
async function enter() {
  try {
    await session.load();
  } catch (error) {
    if (error.status !== 401) return refuse(error);
    await (await signingIn()).gate(app);
  }
  return start();
}

function refuse(error) {
  document.body.classList.add('plain');
  replace(app, failed(error, () => location.reload()));
}

async function start() {
  const main = drawShell(app);
  within = true;
  startShell({ showShortcuts });
  onSignedOut(signInOver);
  startKeys({ go, list: showShortcuts });
  live.on('signed-out', () => signInOver().then(() => live.retry()));
  live.start();
  await startRouter(main);
}

/* The button that was pressed is drawn anew: the new one has the focus. */
const toolsNow = () => [...app.querySelectorAll('.tools')];

startTheme();
await startLanguage();
onLanguage(() => {
  if (!within) return location.reload();
  const used = toolsNow().findIndex((tools) => tools.contains(document.activeElement));
  drawShell(app);
  toolsNow()[used]?.querySelector('button').focus();
  return reopen();
});
document.title = t('nav.overview');
await enter();
