// SPDX-License-Identifier: MIT
/* In which part of the list an option stands.  One that is not named here is at the end. */
const GROUPS = [
  ['routing', [
    'CLAUDE_API_URL', 'CLAUDE_API_VERSION', 'CLAUDE_BETA_HEADER', 'CLAUDE_TIMEOUT', 'STREAM_IDLE_TIMEOUT', 'MAX_ATTEMPTS', 'PROXY_TIMEOUT',
    'UPSTREAM_CA_FILE',
  ]],
  ['proxy', [
    'GLOBAL_PROXY_ENABLED', 'GLOBAL_PROXY_TYPE', 'GLOBAL_PROXY_HOST', 'GLOBAL_PROXY_PORT', 'GLOBAL_PROXY_USERNAME', 'GLOBAL_PROXY_PASSWORD',
  ]],
  ['access', [
    'ADMIN_TOKEN', 'ADMIN_LOOPBACK', 'METRICS_TOKEN', 'LOOPBACK_WITHOUT_KEY', 'TRUSTED_PROXIES', 'CLIENT_LOGIN', 'RELAY_SECRET',
  ]],
  ['sign_in', ['OAUTH_AUTHORIZE_URL', 'OAUTH_TOKEN_URL', 'OAUTH_REDIRECT_URI', 'OAUTH_CLIENT_ID', 'OAUTH_SCOPES']],
  ['records', ['LOG_LEVEL', 'LOG_FORMAT', 'TIME_ZONE', 'USAGE_RETENTION', 'NOTIFY_URL', 'NOTIFY_FORMAT', 'CORE_DUMPS']],
  ['listening', ['PORT', 'HOST', 'DATA_DIR', 'WORKERS', 'MAX_CONNECTIONS']],
];

/** [['routing', [option, ...]], ...] of the relay's options, without empty ones. */
export function grouped(options) {
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const groups = GROUPS.map(([group, names]) => [group, names.map((name) => options.find((each) => each.name === name)).filter(Boolean)]);
  return [...groups, ['other', options.filter((each) => !known.has(each.name))]].filter(([, list]) => list.length);
}
