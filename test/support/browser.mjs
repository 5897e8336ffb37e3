// SPDX-License-Identifier: MIT
/* The page in a real browser: Debian's Chromium without a window (its own program: half the
   work of the one with windows), driven by puppeteer-core.  Whatever a page complains of,
   and whatever it asks of another host, is kept. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { after } from 'node:test';

import puppeteer from 'puppeteer-core';

import { root, tempFolder } from './processes.mjs';
import { WAIT_MS } from './time.mjs';

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = path.join(root, 'test/screenshots');

export const WIDTHS = [390, 1440];
export const LANGUAGES = ['en', 'zh'];
export const THEMES = ['light', 'dark'];
/* What strangers may call themselves: it must stay text wherever it is shown. */
export const MARKUP = '"><img src=x onerror=alert(1)>';

function chromium() {
  const names = [process.env.CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const found = names.find((name) => name && fs.existsSync(name));
  assert.ok(found, 'no Chromium: install what `script/packages test` lists, or set CHROMIUM');
  return found;
}

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage', '--force-color-profile=srgb',
  '--font-render-hinting=none', '--hide-scrollbars',
];

let running = null;

function browser() {
  running ??= puppeteer.launch({
    executablePath: chromium(), headless: true, userDataDir: tempFolder(), args: FLAGS, protocolTimeout: WAIT_MS, timeout: WAIT_MS,
  });
  return running;
}

after(async () => {
  if (running) {
    await (await running).close();
  }
});

const device = (width, height) => ({ width, height, isMobile: width < 760, hasTouch: width < 760, deviceScaleFactor: 1 });

const media = ({ theme, motion = false }) => [
  { name: 'prefers-color-scheme', value: theme },
  { name: 'prefers-reduced-motion', value: motion ? 'no-preference' : 'reduce' },
];

/* A page of a relay, as a new visitor sees it: `lang` is the browser's language,
   `theme` the system's.  `headers` go with each request, as a proxy would add them; `path` null
   opens nothing yet. */
export async function open(relay, { path: at = '/admin/', width = 1440, height = 900, lang = 'en', theme = 'light', motion = false, headers = {} } = {}) {
  const url = typeof relay === 'string' ? relay : relay.url;
  const context = await (await browser()).createBrowserContext();
  const page = await context.newPage();
  const seen = watch(page, new URL(url).origin);
  await page.setViewport(device(width, height));
  await page.emulateMediaFeatures(media({ theme, motion }));
  await page.evaluateOnNewDocument((language) => {
    Object.defineProperty(navigator, 'languages', { get: () => [language] });
  }, lang === 'zh' ? 'zh-CN' : 'en-GB');
  await page.setExtraHTTPHeaders(headers);
  page.setDefaultTimeout(WAIT_MS);
  const self = tools(page, context, url, seen);
  if (at) {
    await self.go(at);
  }
  return self;
}

/* Errors, requests that failed, requests to others, and how much came. */
function watch(page, origin) {
  const seen = { errors: [], failed: [], foreign: [], dialogs: [], bytes: 0, requests: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') {
      seen.errors.push(`${message.text()} ${message.location()?.url ?? ''}`);
    }
  });
  page.on('pageerror', (error) => seen.errors.push(String(error.stack ?? error)));
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message());
    dialog.dismiss();
  });
  page.on('request', (request) => {
    const address = request.url();
    seen.requests.push(address);
    if (!address.startsWith(`${origin}/`) && !/^(blob|about|data):/.test(address)) {
      seen.foreign.push(address);
    }
  });
  page.on('requestfailed', (request) => seen.failed.push(`${request.url()} ${request.failure()?.errorText}`));
  return seen;
}

/* What axe-core has found nothing in.  It takes a second, and the same elements in the same
   colours and as wide are no news to it. */
const asked = new Set();

/* In the page: each kind of element in it once, with how it is seen and what it is told to be. */
function kindsOfElements() {
  const parts = (node) => [...node.attributes].map(({ name, value }) => (/^(class|role|type|disabled)$/.test(name) ? `${name}=${value}` : name)).sort();
  const kinds = [...document.querySelectorAll('body *')].map((node) => [node.parentNode.tagName, node.tagName, ...parts(node)].join(' '));
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  return [location.pathname, innerWidth, dark, document.documentElement.lang, ...parts(document.documentElement), ...[...new Set(kinds)].sort()].join('\n');
}

function tools(page, context, url, seen) {
  const self = {
    page, seen, url,

    /* Open an address, and wait until its view stands. */
    async go(address) {
      await page.goto(url + address, { waitUntil: 'domcontentloaded' });
      await self.settled();
      return self;
    },

    /* The system's theme changes, or the window's width, while the page is open. */
    theme: (theme) => page.emulateMediaFeatures(media({ theme })),
    resize: (width) => page.setViewport(device(width, page.viewport().height)),

    /* A view stands once there is a title in it, and nothing is being loaded. */
    settled: () => page.waitForFunction(
      () => document.querySelector('h1, .failed') && !document.querySelector('main.loading'), { polling: 50 }),

    /* Wait for a text to stand on the page. */
    text: (words, within = 'body') => page.waitForFunction(
      (text, selector) => document.querySelector(selector)?.innerText.includes(text), { polling: 50 }, words, within)
      .catch(async (error) => { throw new Error(`"${words}" does not stand in ${within}: ${error.message}\n${await self.read('body')}`); }),

    /* Wait for an element and press it. */
    async press(selector) {
      const node = await page.waitForSelector(selector, { visible: true });
      await node.evaluate((each) => each.scrollIntoView({ block: 'center' }));
      await node.click();
      return node;
    },

    /* Type into a field, in the place of what is there. */
    async type(selector, words) {
      const node = await page.waitForSelector(selector, { visible: true });
      await node.evaluate((each) => { each.focus(); each.select?.(); });
      await page.keyboard.press('Backspace');
      await node.type(words);
      return node;
    },

    /* Press Tab until `selector` has the focus: it can be reached by keyboard. */
    async tabTo(selector, most = 200) {
      for (let i = 0; i < most; i++) {
        if (await page.evaluate((each) => document.activeElement?.matches(each), selector)) {
          return self;
        }
        await page.keyboard.press('Tab');
      }
      throw new assert.AssertionError({ message: `Tab does not reach ${selector}` });
    },

    read: (selector) => page.$eval(selector, (node) => node.innerText),
    count: async (selector) => (await page.$$(selector)).length,

    /* What axe-core holds against the page as it stands; `rules`: these alone. */
    async axe(rules) {
      if (!await page.evaluate(() => 'axe' in window)) {
        await page.evaluate(axeSource);
      }
      const found = await page.evaluate((runOnly) => window.axe.run(document, { resultTypes: ['violations'], runOnly }),
        rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']);
      return found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none).map((each) => each.message).join(' ').slice(0, 200)})`).join(' | ')}`);
    },

    /* How many pixels can be scrolled sideways. */
    sideways: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),

    async screenshot(name, { full = false } = {}) {
      fs.mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: full, captureBeyondViewport: false, optimizeForSpeed: true });
    },

    /* What must hold of every page at any time. */
    async check(what = page.url()) {
      self.quiet(what);
      assert.equal(await self.sideways(), 0, `${what}: scrolls sideways`);
      const kinds = await page.evaluate(kindsOfElements);
      if (!asked.has(kinds)) {
        assert.deepEqual(await self.axe(), [], `${what}: axe`);
        asked.add(kinds);
      }
      return self;
    },

    /* Nothing is complained of, nobody else is asked, nothing ran that is text. */
    quiet(what = page.url()) {
      assert.deepEqual(seen.errors, [], `${what}: errors on the console`);
      assert.deepEqual(seen.foreign, [], `${what}: asks another host`);
      assert.deepEqual(seen.dialogs, [], `${what}: something ran that is text`);
    },

    /* Errors of the console that were meant: a 401 where nobody is signed in. */
    forgive(pattern) {
      seen.errors = seen.errors.filter((error) => !pattern.test(error));
      return self;
    },

    close: () => context.close(),
  };
  return self;
}
