// SPDX-License-Identifier: MIT
/* The management API.  Whatever fails throws an ApiError whose message can be
   shown as it is. */
import { words } from './errors.js';
import { t } from './i18n.js';

/** status 0: no answer came.  `said` is what the relay says in English, `message` that in the
    reader's language, by `code` and `params`. */
export class ApiError extends Error {
  constructor(status, said, { code = null, params = {}, retryAfter = null, body = null } = {}) {
    super();
    Object.assign(this, { status, said, code, params, retryAfter, body });
  }

  get message() {
    return words({ code: this.code, params: this.params, message: this.said });
  }
}

/** Who this page is for the relay: filled by session.load().  `begun` counts the sessions: what was
    refused under an earlier one says nothing of this one. */
export const session = {
  who: null,
  begun: 0,
  csrf: null,
  expires: null,
  version: '',
  command: 'claude-relay',

  take(answer) {
    session.who = answer.who;
    if ((answer.csrf ?? null) !== session.csrf) session.begun += 1;
    session.csrf = answer.csrf ?? null;
    session.expires = answer.expires_at ?? null;
    session.version = answer.version ?? session.version;
    session.command = answer.command ?? session.command;
    return answer;
  },

  /** Ask the relay; throws an ApiError of 401 if nobody is signed in. */
  async load() {
    return session.take(await request('GET', '/admin/api/session', { signIn: false }));
  },
};

/* Set by signin.js: shows the form, resolves when somebody has signed in. */
let askToSignIn = null;
export const onSignedOut = (fn) => {
  askToSignIn = fn;
};

/** A path with its query; null, undefined and '' are left out. */
export function address(path, query = {}) {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const text = new URLSearchParams(pairs).toString();
  return text ? `${path}?${text}` : path;
}

/** What an answer that is not ok says, as an ApiError. */
export async function failure(response) {
  const text = await response.text().catch(() => '');
  let body = null;
  try {
    body = JSON.parse(text);
  } catch { /* not the relay's own: a proxy's page */ }
  const after = Number(response.headers.get('retry-after'));
  const { error } = body ?? {};
  const [said, coded] = typeof error === 'string' ? [error, body] : [error?.message, error];
  return new ApiError(response.status, said ?? t('failed.status', { status: response.status }), {
    code: coded?.code, params: coded?.params, retryAfter: after > 0 ? after : null, body,
  });
}

function headersFor(method, body) {
  const headers = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && session.csrf) headers['x-csrf-token'] = session.csrf;
  return headers;
}

async function send(method, path, body, signal) {
  try {
    return await fetch(path, {
      method, signal, cache: 'no-store', credentials: 'same-origin', headers: headersFor(method, body),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, t('failed.no_answer'));
  }
}

/* A 401 asks to sign in, over the page, and tries once more: what was typed stays.  One that comes
   late, when somebody has signed in meanwhile, only tries once more. */
async function answered(method, path, { query, body, signal, signIn = true } = {}) {
  const url = address(path, query);
  const { begun } = session;
  const response = await send(method, url, body, signal);
  if (response.ok) return response;
  const error = await failure(response);
  if (error.status !== 401 || !signIn || !askToSignIn) throw error;
  if (session.begun === begun) await askToSignIn(error);
  return answered(method, path, { query, body, signal, signIn: false });
}

async function request(method, path, options) {
  const response = await answered(method, path, options);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

/* Of the last argument, which may be a view, two members count. */
const only = ({ signal, signIn } = {}) => ({ signal, signIn });

/** Each resolves with the parsed answer; the last argument may hold { signal, signIn }, as views do. */
export const api = {
  get: (path, query, more) => request('GET', path, { query, ...only(more) }),
  post: (path, body, more) => request('POST', path, { body, ...only(more) }),
  patch: (path, body, more) => request('PATCH', path, { body, ...only(more) }),
  put: (path, body, more) => request('PUT', path, { body, ...only(more) }),
  delete: (path, query, more) => request('DELETE', path, { query, ...only(more) }),
  /** Save what is answered as a file: a GET with `query`, or with a body a POST.  How long it is. */
  async download(path, { query, body, name } = {}) {
    const response = await answered(body === undefined ? 'GET' : 'POST', path, { query, body });
    const said = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const blob = await response.blob();
    save(blob, name ?? said ?? 'download');
    return blob.size;
  },
};

/** Hand a blob to the browser as a file of that name. */
export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
