// SPDX-License-Identifier: MIT
/* Light or dark: the system's, until somebody chooses. */
const KEPT = 'claude-relay.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** 'light' or 'dark', as it is now. */
export const theme = () => document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light');

/** Choose one, and keep that. */
export function setTheme(name) {
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(KEPT, name);
  } catch { /* for this page, then */ }
}

/** Take what was kept. */
export function startTheme() {
  const name = kept();
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
}
