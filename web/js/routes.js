// SPDX-License-Identifier: MIT
/* Every address below /admin/, which view it opens, and in which section that is.
   A view with a sheet of its own names it in `css`. */

/** {pattern, section, load, css}: the first that matches is taken. */
export const routes = [
  { pattern: '/admin/', section: 'overview', load: () => import('./views/overview.js') },
  { pattern: '/admin/first', section: 'overview', load: () => import('./views/first.js') },
  { pattern: '/admin/accounts', section: 'accounts', css: 'views-accounts', load: () => import('./views/accounts.js') },
  { pattern: '/admin/import', section: 'accounts', css: 'views-accounts', load: () => import('./views/import.js') },
  { pattern: '/admin/explain', section: 'accounts', css: 'views-accounts', load: () => import('./views/explain.js') },
  { pattern: '/admin/new/account', section: 'accounts', css: 'views-accounts', load: () => import('./views/account-new.js') },
  { pattern: '/admin/accounts/:name', section: 'accounts', css: 'views-accounts', load: () => import('./views/account.js') },
  { pattern: '/admin/accounts/:name/sign-in', section: 'accounts', css: 'views-accounts', load: () => import('./views/sign-in.js') },
  { pattern: '/admin/keys', section: 'keys', css: 'views-keys', load: () => import('./views/keys.js') },
  { pattern: '/admin/new/key', section: 'keys', css: 'views-keys', load: () => import('./views/key-new.js') },
  { pattern: '/admin/keys/:id', section: 'keys', css: 'views-keys', load: () => import('./views/key.js') },
  { pattern: '/admin/groups', section: 'keys', css: 'views-keys', load: () => import('./views/groups.js') },
  { pattern: '/admin/groups/:name', section: 'keys', css: 'views-keys', load: () => import('./views/group.js') },
  { pattern: '/admin/usage', section: 'usage', css: 'views-usage', load: () => import('./views/usage.js') },
  { pattern: '/admin/requests', section: 'requests', css: 'views-requests', load: () => import('./views/requests.js') },
  { pattern: '/admin/requests/:id', section: 'requests', css: 'views-requests', load: () => import('./views/requests.js') },
  { pattern: '/admin/settings', section: 'settings', css: 'views-settings', load: () => import('./views/settings-options.js') },
  { pattern: '/admin/settings/options', section: 'settings', css: 'views-settings', load: () => import('./views/settings-options.js') },
  { pattern: '/admin/settings/prices', section: 'settings', css: 'views-settings', load: () => import('./views/settings-prices.js') },
  { pattern: '/admin/settings/notices', section: 'settings', css: 'views-settings', load: () => import('./views/settings-notices.js') },
  { pattern: '/admin/settings/backup', section: 'settings', css: 'views-settings', load: () => import('./views/settings-backup.js') },
  { pattern: '/admin/settings/audit', section: 'settings', css: 'views-settings', load: () => import('./views/settings-audit.js') },
  { pattern: '/admin/settings/about', section: 'settings', css: 'views-settings', load: () => import('./views/settings-about.js') },
];

/** Any other address below /admin/. */
export const missing = { pattern: '', section: '', load: () => import('./views/missing.js') };

/** The text of a part of an address; null if its escapes are none. */
export function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function names(pattern, path) {
  const [want, is] = [pattern.split('/'), path.split('/')];
  if (want.length !== is.length) return null;
  const params = {};
  for (let i = 0; i < want.length; i++) {
    const text = decoded(is[i]);
    if (text === null) return null;
    if (want[i].startsWith(':')) params[want[i].slice(1)] = text;
    else if (want[i] !== is[i]) return null;
    if (is[i] === '' && want[i] !== '') return null;
  }
  return params;
}

/** The route of a path and what its :places stand for. */
export function match(path) {
  const clean = path === '/admin' || path === '/admin/' ? '/admin/' : path.replace(/\/+$/, '');
  for (const route of routes) {
    const params = names(route.pattern, clean);
    if (params) return { route, params };
  }
  return { route: missing, params: {} };
}

/** The address of an item: to('accounts', name, 'sign-in') */
export const to = (...words) => `/admin/${words.map(encodeURIComponent).join('/')}`;
