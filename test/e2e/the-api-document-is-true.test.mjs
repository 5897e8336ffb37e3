// SPDX-License-Identifier: MIT
/* GET /admin/api/openapi.json against the running relay: every operation takes what the
   document says, refuses everything else by name, and answers what the document says.
   A new endpoint needs an example here. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, it } from 'node:test';

import { assertCode } from '../support/codes.mjs';
import { call } from '../support/http.mjs';
import { addApiKey, API_KEY, describe, root, stage, until, writeOauth } from '../support/processes.mjs';

const CODE = 'CANARY_code-AZ09';
const text = (value) => JSON.stringify(value);

/* ---- schemas -------------------------------------------------------------- */

const isType = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  null: (value) => value === null,
};
const typesOf = (schema) => [schema.type ?? []].flat();

/* Everything that is documented, and nothing else. */
function assertFits(schema, value, where) {
  const types = typesOf(schema);
  assert.ok(types.length === 0 || types.some((type) => isType[type](value)), `${where} is ${text(value)}, not ${types}`);
  if (schema.items && Array.isArray(value)) {
    value.forEach((element, i) => assertFits(schema.items, element, `${where}[${i}]`));
  }
  if (schema.properties && isType.object(value)) {
    for (const name of schema.required) {
      assert.ok(name in value, `${where}.${name} is missing`);
    }
    for (const [name, member] of Object.entries(value)) {
      assert.ok(schema.properties[name], `${where}.${name} is not documented`);
      assertFits(schema.properties[name], member, `${where}.${name}`);
    }
  }
}

/* Values that are of no type that the schema names, if it names any. */
const wrongValues = (schema) =>
  (typesOf(schema).length === 0 ? [] : ['text', 5, 5.5, true, {}, [], null]).filter((value) => !typesOf(schema).some((type) => isType[type](value)));

const jsonOf = (place) => place?.content?.['application/json']?.schema;
const operationsOf = (doc) =>
  Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, operation })),
  );

/* ---- one good call of each ------------------------------------------------ */

const proxy = { type: 'http', host: '127.0.0.1', port: 9 };
const examples = {
  'GET /': {},
  'GET /health': {},
  'GET /v1/me': { status: 401 },
  'GET /v1/me/usage': { status: 401 },
  'GET /v1/me/requests': { status: 401 },
  'GET /metrics': {},
  'POST /admin/api/session': { body: (s) => ({ token: fs.readFileSync(path.join(s.relay.dataDir, 'admin_token'), 'utf8').trim() }) },
  'GET /admin/api/session': {},
  'GET /admin/api/sessions': {},
  'DELETE /admin/api/session': {},
  'GET /admin/api/status': {},
  'GET /admin/api/openapi.json': {},
  'GET /admin/api/log': {},
  'PATCH /admin/api/log': { body: { level: 'info' } },
  'GET /admin/api/audit': {},
  'GET /admin/api/usage': {},
  'GET /admin/api/requests': {},
  'GET /admin/api/series': {},
  'GET /admin/api/settings': {},
  'GET /admin/api/attention': {},
  'GET /admin/api/live': { endless: true },
  'GET /admin/api/prices': {},
  'POST /admin/api/backup': {},
  'PUT /admin/api/prices/{model}': { model: 'claude-*', body: { input: 3000000, output: 15000000, valid_from: '2026-01-01', cache_write_5m: '1.25', cache_write_1h: '2', cache_read: '0.1', web_search: 10000000, context_max: 1000000, output_max: 128000, long_context: { above: 100000, input: '2', output: '1.5' }, service_tier: { batch: '0.5' }, speed: { fast: '2' }, inference_geo: { us: '1.1' } } },
  'DELETE /admin/api/prices/{model}': { model: 'claude-*' },
  'GET /admin/api/requests/running': {},
  'GET /admin/api/requests/{id}': { id: 'req_relay_1a229e47a899e650b7f7bb', status: 404 },
  'DELETE /admin/api/requests/running/{id}': { id: 'req_relay_1a229e47a899e650b7f7bb', status: 404 },
  'POST /admin/api/usage/reprice': { body: { since: '2026-01-01', until: '2026-02-01', model: 'claude-*', dry_run: false } },
  'GET /admin/api/accounts': {},
  'POST /admin/api/accounts': { body: { name: 'made', api_key: 'any-key', base_url: 'https://gateway.example/base', bearer: true, model_map: { 'claude-sonnet-5': 'glm-5' }, tls_ca: null, tags: ['fast'], proxy_config: { ...proxy, username: 'u', password: 'CANARY' } }, status: 201 },
  'POST /admin/api/accounts/check': { body: { name: 'would', api_key: API_KEY } },
  'POST /admin/api/accounts/import': { body: { content: '{"api_key":"CANARY-of-a-gateway","base_url":"https://gateway.example"}', format: 'seed', file: 'apikey_brought.json', prefix: 'x-', dry_run: true } },
  'GET /admin/api/accounts/{name}/profile': { name: 'mine' },
  'POST /admin/api/accounts/{name}/message': { name: 'demo' },
  'POST /admin/api/accounts/{name}/test': { name: 'demo', body: { model: 'claude-haiku-4-5' } },
  'POST /admin/api/accounts/{name}/pause': { name: 'demo', body: { for: '1h', note: 'n' } },
  'POST /admin/api/accounts/{name}/resume': { name: 'demo' },
  'POST /admin/api/accounts/{name}/clear': { name: 'demo' },
  'GET /admin/api/notify': {},
  'PATCH /admin/api/notify': { body: { url: 'http://127.0.0.1:9/nobody', format: 'json' } },
  'POST /admin/api/notify/test': {},
  'POST /admin/api/proxy-test': { body: {} },
  'POST /admin/api/groups': { body: { name: 'students', note: 'n', limits: { rpm: 5, cost_day: '3.50' }, time_zone: 'UTC' }, status: 201 },
  'GET /admin/api/groups': {},
  'GET /admin/api/groups/{id}': { id: 'students' },
  'PATCH /admin/api/groups/{id}': { id: 'students', body: { limits: { rpm: null } } },
  'POST /admin/api/keys': {
    body: {
      name: 'alice', owner: 'o', note: 'n', tags: ['t'], group: null, accounts: ['demo'], models: ['claude-*'], deny_models: ['x'], clients: ['*'],
      addresses: ['127.0.0.0/8'], allow: ['messages', 'files'], reserve: 'strict', time_zone: '+08:00', queue_wait: '1s', expires: '2099-12-31',
      enabled: true, proxy: true, show_limit: true, limits: { rpm: 60, tpm_in: '5', concurrency: 2, cost_5h: 0.5, cost_day: '3.10', cost_total: null },
    },
    status: 201,
  },
  'GET /admin/api/keys': {},
  'GET /admin/api/tags': {},
  'GET /admin/api/keys/{id}': { id: 'alice' },
  'PATCH /admin/api/keys/{id}': { id: 'alice', body: { limits: { cost_day: 3.1 }, owner: null } },
  'POST /admin/api/explain': { body: { key: 'alice', model: 'claude-x', session: 's', account: 'main' } },
  'POST /admin/api/keys/{id}/rotate': { id: 'alice', body: { overlap: '1h' } },
  'DELETE /admin/api/keys/{id}': { id: 'alice' },
  'POST /admin/api/keys/{id}/restore': { id: 'alice' },
  'DELETE /admin/api/groups/{id}': { id: 'students' },
  'POST /oauth/auth-url': { body: { proxy_config: null } },
  'POST /oauth/token': {
    body: async (s) => {
      const { state, code_challenge } = JSON.parse((await call(`${s.url}/oauth/auth-url`, { method: 'POST' })).body);
      await s.sim.oauth({ code_challenge });
      return { authorization_code: CODE, state, account_name: 'new' };
    },
  },
  'GET /oauth/accounts': {},
  'GET /oauth/accounts/{name}/status': { name: 'demo' },
  'POST /oauth/accounts/{name}/refresh': { name: 'mine' },
  'POST /oauth/accounts/{name}/proxy-test': { name: 'demo', body: {} },
  'PATCH /oauth/accounts/{name}': { name: 'demo', body: { api_key: API_KEY, note: 'n', enabled: true, pool: true, tags: ['fast'], priority: 1, weight: 50, concurrency: 4, base_url: null, bearer: false, model_map: { a: 'b' }, tls_ca: null, proxy_config: { ...proxy, username: 'u', password: 'CANARY' } } },
  'DELETE /oauth/accounts/{name}': { name: 'spare' },
};

describe('the document of the API', () => {
  const s = stage({
    relay: {
      accounts: (dataDir) => {
        addApiKey(dataDir, 'demo');
        addApiKey(dataDir, 'spare');
        writeOauth(dataDir, 'mine');
      },
    },
  });
  let doc;
  let operations;

  /* Whatever is answered is what it says it is, and is loaded by no page of another origin. */
  const assertGuarded = (answer, what) => {
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin', what);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', what);
  };
  const target = ({ path }, example) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(example[name] ?? 'demo'));
  const send = async (operation, { body, query = '', headers, head } = {}) => {
    const answer = await call(s.url + target(operation, examples[operation.name]) + query, { method: head ? 'HEAD' : operation.method, body, headers });
    assertGuarded(answer, operation.name);
    const isJson = answer.body.length > 0 && answer.headers['content-type'] === 'application/json';
    return { ...answer, json: isJson ? JSON.parse(answer.body) : undefined };
  };
  /* Whatever is wrong with a request is said before anything is done. */
  const refuses = async (operation, body, reason) => {
    const { status, json } = await send(operation, { body });
    assert.equal(status, 400, `${operation.name} took ${text(body)}`);
    assert.match(typeof json.error === 'string' ? json.error : json.error.message, reason, `${operation.name} ${text(body)}`);
    assertCode(typeof json.error === 'string' ? json : json.error, operation.name);
  };

  before(async () => {
    await until(async () => JSON.parse((await call(`${s.url}/oauth/accounts`)).body).accounts.length === 3, { what: 'the accounts' });
    doc = JSON.parse((await call(`${s.url}/admin/api/openapi.json`)).body);
    operations = operationsOf(doc);
  });

  it('names every endpoint that has an example here, and no other', () => {
    assert.match(doc.openapi, /^3\.1\./);
    assert.deepEqual(operations.map(({ name }) => name).sort(), Object.keys(examples).sort());
    for (const { name, operation } of operations) {
      assert.ok(operation.summary && operation.tags.length === 1 && operation.responses.default.$ref, name);
      assert.deepEqual(operation.parameters.filter((p) => p.in === 'path').map((p) => p.name), [...name.matchAll(/\{(\w+)\}/g)].map((m) => m[1]), name);
    }
  });

  it('is told to people in docs/api.md: every path, and every member of accounts', () => {
    const told = fs.readFileSync(path.join(root, 'docs/api.md'), 'utf8');
    const membersOf = (schema) =>
      Object.entries(schema?.properties ?? {}).flatMap(([name, member]) => [name, ...membersOf(member)]).concat(schema?.items ? membersOf(schema.items) : []);
    for (const { name, path: at, operation } of operations) {
      const spelt = at.replace(/\{(\w+)\}/g, (_, word) => word.toUpperCase());
      assert.ok(told.includes(`${spelt}\``), `${name} has no row`);
      const schemas = operation.tags[0] !== 'accounts' ? [] : [operation.requestBody, ...Object.values(operation.responses)].map(jsonOf);
      for (const member of schemas.flatMap(membersOf)) {
        assert.match(told, new RegExp(`\`[^\`\n]*\\b${member}\\b[^\`\n]*\``), `${name}: ${member} is not told`);
      }
    }
  });

  it('names every member that a body takes: others are refused by name', async () => {
    for (const operation of operations.filter(({ method, name }) => method !== 'GET' && examples[name])) {
      const schema = jsonOf(operation.operation.requestBody);
      await refuses(operation, { misspelt: 1 }, /"misspelt" is not known here, which takes/);
      for (const [member, { properties }] of Object.entries(schema?.properties ?? {})) {
        if (properties) {
          await refuses(operation, { [member]: { misspelt: 1 } }, new RegExp(`"${member}\\.misspelt" is not known here`));
        }
      }
    }
  });

  it('names their types: other values are refused by name', async () => {
    for (const operation of operations) {
      for (const [member, schema] of Object.entries(jsonOf(operation.operation.requestBody)?.properties ?? {})) {
        for (const value of wrongValues(schema)) {
          await refuses(operation, { [member]: value }, new RegExp(`^${member} must be`));
        }
      }
    }
  });

  it('names those that must be there', async () => {
    for (const operation of operations) {
      const schema = jsonOf(operation.operation.requestBody);
      for (const member of schema?.required ?? []) {
        const valueOf = (name) => (schema.properties[name].type === 'integer' ? 1 : 'text');
        const body = Object.fromEntries(schema.required.filter((name) => name !== member).map((name) => [name, valueOf(name)]));
        await refuses(operation, body, new RegExp(`^${member} is missing`));
      }
    }
  });

  it('is about bodies as they are: packed ones are refused', async () => {
    for (const operation of operations.filter((o) => o.operation.requestBody)) {
      const { status, json } = await send(operation, { body: {}, headers: { 'content-encoding': 'gzip' } });
      assert.equal(status, 415, operation.name);
      assert.match(json.error, /content-encoding/, operation.name);
      assert.equal(json.code, 'body_encoded', operation.name);
    }
  });

  it('names every parameter of the URL', async () => {
    for (const operation of operations.filter((o) => o.operation.security.length > 0)) {
      const { status, json } = await send(operation, { query: '?misspelt=1' });
      assert.equal(status, 400, operation.name);
      assert.match(json.error, /"misspelt" is not known here/, operation.name);
      assert.equal(json.code, 'member_unknown', operation.name);
      assert.equal(json.params.member, 'misspelt', operation.name);
    }
  });

  it('names the methods of a path', async () => {
    for (const [path, methods] of Object.entries(doc.paths)) {
      const known = Object.keys(methods).map((method) => method.toUpperCase());
      const answer = await call(s.url + target({ path }, {}), { method: 'PUT' });
      assert.equal(answer.status, known.includes('PUT') ? answer.status : 405, path);
      assertGuarded(answer, path);
      if (known.includes('PUT')) {
        continue;
      }
      assert.deepEqual(answer.headers.allow.split(', ').filter((method) => method !== 'HEAD').sort(), known.sort(), path);
    }
  });

  it('says who needs the admin token', async () => {
    for (const operation of operations) {
      const { status } = await send(operation, { headers: { via: '1.1 x' } });
      const open = operation.operation.security.length === 0 && !examples[operation.name].status;
      assert.equal(status, !open ? 401 : operation.operation.requestBody ? 400 : 200, operation.name);
    }
  });

  it('says what is answered', async () => {
    for (const operation of Object.keys(examples).map((name) => operations.find((o) => o.name === name))) {
      const { body, status, endless } = examples[operation.name];
      const answer = await send(operation, { head: endless, body: typeof body === 'function' ? await body(s) : body });
      const [good] = Object.keys(operation.operation.responses).filter((key) => key !== 'default');
      assert.equal(answer.status, status ?? Number(good), `${operation.name}: ${answer.body}`);
      const documented = answer.status < 300 ? operation.operation.responses[good] : doc.components.responses.error;
      const [type] = Object.keys(documented.content);
      assert.equal(answer.headers['content-type'], type, operation.name);
      if (jsonOf(documented)) {
        assertFits(jsonOf(documented), answer.json, operation.name);
      }
    }
  });

  it('is not sent twice', async () => {
    const url = `${s.url}/admin/api/openapi.json`;
    const { headers } = await call(url);
    const again = await call(url, { headers: { 'if-none-match': headers.etag } });
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
    assert.equal(again.headers.etag, headers.etag);
  });
});
