// SPDX-License-Identifier: MIT
/* What the relay tells in English stands in the reader's language on the page: notices, what
   an import warns of, pauses, ways that failed, and what was changed.  What people and
   systems said stays as they said it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';

import { button } from '../support/accounts_page.mjs';
import { open } from '../support/browser.mjs';
import { admin } from '../support/keys.mjs';
import { hands } from '../support/page_hands.mjs';

import { addApiKey, describe, inMinutes, stage, writeOauth } from '../support/processes.mjs';
import { CLOSED_PORT } from '../support/proxies.mjs';

const ENGLISH = /[a-z]{3,} [a-z]{3,}/;
const REFUSED = 'sk-ant-ort01-CANARY-of-lin';
const login = { access_token: 'sk-ant-oat01-CANARY-1', refresh_token: 'sk-ant-ort01-CANARY-1' };

describe('the Chinese page', () => {
  const s = stage({
    relay: {
      env: { NOTIFY_URL: `http://127.0.0.1:${CLOSED_PORT}/hook` },
      accounts: (folder) => { addApiKey(folder, 'team'); writeOauth(folder, 'lin', { refresh_token: REFUSED, login_required: createHash('sha256').update(REFUSED).digest('hex').slice(0, 16) }); },
    },
  });
  const visit = (path) => open(s.relay, { path, lang: 'zh' });
  const api = async (method, path, body) => {
    const { status, doc } = await admin(s.relay, method, path, body);
    assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(doc)}`);
    return doc;
  };

  it('says what notices tell, and that they fail, as it happens', async () => {
    const page = await visit('/admin/settings/notices');
    const hand = hands(page);
    await hand.text('账号 lin 需要重新登录', 'main tbody');
    await hand.text('无法连接：“127.0.0.1', 'main');
    assert.doesNotMatch(await page.read('main tbody'), /Account|has to|\dT\d|Z\b/);
    await hand.press('发送测试');
    await hand.text('127.0.0.1 未接收', '.result');
    await hand.text('无法连接：“127.0.0.1', '.result');
    await page.check();
    await page.screenshot('zh-notices');
    await page.close();
  });

  it('says on the overview why notices fail', async () => {
    const page = await visit('/admin/');
    await page.page.evaluate(() => localStorage.setItem('claude-relay.overview', 'on'));
    await page.go('/admin/');
    await page.text('通知未能送达', '.att');
    await page.text('最近一次未送达：无法连接：“127.0.0.1', '.att');
    assert.ok(!(await page.read('.att')).includes('did not arrive'));
    await page.screenshot('zh-attention');
    await page.close();
  });

  it('says what an import warns of', async () => {
    const page = await visit('/admin/import');
    const look = async (doc) => {
      await page.page.waitForSelector('textarea');
      await page.page.$eval('textarea', (area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }, JSON.stringify(doc));
      await page.press(button('预览结果'));
      await page.page.waitForSelector('.result .note.warn');
      return page.read('.result .note.warn');
    };
    const shared = await look({ ...login, type: 'claude', email: 'cli@example.com', expired: inMinutes(120) });
    assert.match(shared, /1 个账号会自动刷新令牌。.*CLIProxyAPI[\s\S]*再导入。[\s\S]*将于 .* 刷新[\s\S]*claude-relay login /);
    assert.doesNotMatch(shared.replace(/claude-relay login \S+/, ''), ENGLISH);
    const own = await look({ claudeAiOauth: { accessToken: login.access_token, refreshToken: login.refresh_token, expiresAt: Date.now() + 7200e3, scopes: ['user:inference'], subscriptionType: 'max' } });
    assert.match(own, /该登录归此中转所有/);
    await page.check();
    await page.screenshot('zh-import');
    await page.close();
  });

  it('says why an account is paused, with the words of whoever did it', async () => {
    await api('PATCH', '/oauth/accounts/team', { pool: true });
    await api('POST', '/admin/api/accounts/team/pause', { for: '30m', note: 'new quota' });
    const page = await visit('/admin/explain?model=claude-sonnet-5');
    await page.text('（管理员已暂停：new quota）', '.why-list');
    await api('POST', '/admin/api/accounts/team/resume');
    await page.close();
  });

  it('says what was changed of an account', async () => {
    await api('PATCH', '/oauth/accounts/team', { priority: 7, weight: 2, concurrency: 3, note: 'x' });
    const page = await visit('/admin/accounts/team');
    await page.page.waitForFunction(() => /已修改：(优先级|权重|并发|备注)(、(优先级|权重|并发|备注)){3}/.test(document.querySelector('.log')?.innerText), { polling: 50 });
    await page.close();
  });

  it('says why something was not done to an account', async () => {
    assert.equal((await admin(s.relay, 'POST', '/oauth/accounts/team/refresh')).status, 400);
    const page = await visit('/admin/accounts/team');
    await page.text('：被拒绝。', '.log');
    assert.doesNotMatch(await page.read('.log'), ENGLISH);
    await page.close();
  });

  it('says which step of a way failed, and quotes the system', async () => {
    await api('PATCH', '/oauth/accounts/team', { proxy_config: { type: 'socks5', host: '127.', port: 26999 } });
    const page = await visit('/admin/accounts/team');
    await page.press('.split .sect:last-child .bar-head .btn:first-child');
    const why = await (await page.page.waitForSelector('.hops .why')).evaluate((node) => node.innerText);
    assert.match(why, /^代理的域名解析失败：“127\.:26999: .*”$/);
    await page.check();
    await page.close();
  });

  it('says why a test failed, and what to do', async () => {
    const page = await visit('/admin/accounts/team');
    await page.press(button('测试'));
    await page.press(button('发送消息'));
    await page.text('没有发送任何内容。请用代理测试检查链路。', 'dialog');
    await page.check();
    await page.close();
  });

  it('says why accounts are not imported, and what of one is not', async () => {
    const claude = { kind: 'claude-account', isActive: false, priority: 50, userAgent: 'x', credentials: login };
    const page = await visit('/admin/import');
    await page.page.waitForSelector('textarea');
    await page.page.$eval('textarea', (area, text) => { area.value = text; area.dispatchEvent(new Event('input')); }, JSON.stringify({ success: true, data: {
      claudeAccounts: [{ ...claude, name: 'off' }, { ...claude, name: 'again' }],
      openaiOAuthAccounts: [{ kind: 'openai-oauth', name: 'gpt' }],
    } }));
    await page.press(button('预览结果'));
    for (const words of ['原处已停用，此处也停用。', '在本次导入中重复，登录或密钥相同。', '种类是“openai-oauth”，不是 Anthropic 的账号。']) {
      await page.text(words, '.result');
    }
    await page.check();
    await page.close();
  });

  it('says in the audit log why something was refused', async () => {
    assert.equal((await admin(s.relay, 'DELETE', '/admin/api/keys/nobody')).status, 404);
    const page = await visit('/admin/settings/audit?action=key');
    await page.text('没有密钥 nobody。', 'main tbody');
    await page.press('main tbody button');
    await page.text('没有密钥 nobody。', 'dialog');
    await page.check();
    await page.close();
  });
});
