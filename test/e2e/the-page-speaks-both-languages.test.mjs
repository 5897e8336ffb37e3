// SPDX-License-Identifier: MIT
/* The page's texts: each that is used is there, each that is there is used, and both
   languages have the same, with the same places. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { kinds, reasons } from '../support/codes.mjs';
import { filesBelow, root } from '../support/processes.mjs';

const web = path.join(root, 'web');
const read = async (name) => (await import(path.join(web, 'lang', `${name}.js`))).default;
const [en, zh] = [await read('en'), await read('zh')];
const code = filesBelow(path.join(web, 'js')).filter((file) => file.endsWith('.js'))
  .map((file) => ({ file: path.relative(web, file), text: fs.readFileSync(file, 'utf8').replace(/^\s*(\/?\*|\/\/).*$/gm, '') }));

const placesOf = (text) => [...new Set(JSON.stringify(text).match(/\{[a-z_]+\}/g) ?? [])].sort();
const formsOf = (text) => (typeof text === 'string' ? [text] : Object.values(text));

/* A name stands whole in the code, or its beginning does, where the end is made:
   t(`step.${row.step}`) */
const strings = code.flatMap(({ text }) => [...text.matchAll(/(?<!\b(?:h|svg)\()'([a-z_]+(?:\.[\w-]+)+)'/g)].map((found) => found[1]));
const made = code.flatMap(({ text }) => [...text.matchAll(/[`']([a-z_]+\.[\w.-]*?)(?:\$\{([^}]*)\}([\w.-]*)[`]|' \+)/g)]
  .map(([, start, , end]) => ({ start, end: end ?? '' })));
const isUsed = (name) => strings.includes(name)
  || made.some(({ start, end }) => name.startsWith(start) && name.endsWith(end) && name.length > start.length);

describe('the texts of the page', () => {
  it('are the same in both languages', () => {
    assert.deepEqual(Object.keys(zh).filter((name) => !(name in en)), [], 'only in zh.js');
    assert.deepEqual(Object.keys(en).filter((name) => !(name in zh)), [], 'only in en.js');
  });

  it('stand in each file once', () => {
    for (const name of ['en', 'zh']) {
      const text = fs.readFileSync(path.join(web, 'lang', `${name}.js`), 'utf8');
      const names = [...text.matchAll(/^ {2}'([^']+)':/gm)].map((found) => found[1]);
      assert.deepEqual(names.filter((each, i) => names.indexOf(each) !== i), [], `twice in ${name}.js`);
      assert.equal(names.length, Object.keys(name === 'en' ? en : zh).length, `${name}.js: one text a line, with a name in quotes`);
    }
  });

  it('have the same places', () => {
    for (const name of Object.keys(en).filter((each) => each in zh)) {
      assert.deepEqual(placesOf(zh[name]), placesOf(en[name]), name);
    }
  });

  it('have the forms that each language needs', () => {
    for (const name of Object.keys(en)) {
      assert.ok(typeof en[name] === 'string' || Object.keys(en[name]).sort().join() === 'one,other', `${name} in en.js: { one, other }`);
      assert.ok(typeof zh[name] === 'string' || Object.keys(zh[name]).join() === 'other', `${name} in zh.js: { other }, or a text`);
    }
  });

  it('say something, and are written as the others are', () => {
    for (const [name, text] of [...Object.entries(en), ...Object.entries(zh)]) {
      for (const form of formsOf(text)) {
        assert.ok(form.trim(), `${name} is empty`);
        assert.doesNotMatch(form, /!|！|please|successful|oops|您|请您|\bOK\b/i, name);
      }
    }
    for (const [name, text] of Object.entries(zh)) {
      for (const form of formsOf(text)) {
        assert.doesNotMatch(form, /[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]/, `${name}: a space between Chinese and Latin: ${form}`);
        assert.doesNotMatch(form, /[\u4e00-\u9fff][,;:?]/, `${name}: 中文标点: ${form}`);
      }
    }
  });

  it('are there for every name in the code', () => {
    const calls = code.flatMap(({ file, text }) => [...text.matchAll(/\bt[nx]?\(\s*'([^']+)'/g)].map((found) => `${found[1]} (${file})`));
    assert.deepEqual(calls.filter((call) => !(call.split(' ')[0] in en)), []);
  });

  it('are there for every action of the audit log', () => {
    const sources = filesBelow(path.join(root, 'src')).filter((file) => file.endsWith('.c')).map((file) => fs.readFileSync(file, 'utf8'));
    const actions = sources.flatMap((text) => [...text.matchAll(/"((?:account|backup|group|key|log|login|notify|prices|proxy|request|secret|session|usage)\.[a-z-]+)"/g)]
      .map((found) => found[1]));
    assert.ok(actions.includes('key.create') && actions.includes('account.refused'), 'the actions are found');
    assert.deepEqual([...new Set(actions)].filter((action) => !(`audit.action.${action}` in en)), []);
  });

  it('are there for every code of an error, with no value that it has not', () => {
    assert.ok(reasons.size > 150 && kinds.length > 30, 'the codes are found');
    for (const [code, values] of [...reasons, ...kinds.map((kind) => [kind, []])]) {
      const text = en[`error.${code}`];
      assert.ok(text, `error.${code}`);
      const known = [...values, 'message'].map((value) => `{${value}}`);
      assert.deepEqual(placesOf(text).filter((place) => !known.includes(place)), [], `error.${code}`);
    }
    const codes = [...reasons.keys(), ...kinds, 'at'].map((code) => `error.${code}`);
    assert.deepEqual(Object.keys(en).filter((name) => /^error\./.test(name) && !name.startsWith('error.member.') && !codes.includes(name)), []);
  });

  it('are all used', () => {
    assert.deepEqual(Object.keys(en).filter((name) => !isUsed(name)), []);
  });
});
