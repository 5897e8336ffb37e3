// SPDX-License-Identifier: MIT
/* How the page writes money and times: nothing that was spent looks like nothing, a limit is
   written exactly, and what lies within a week has its weekday. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';

import { root } from '../support/processes.mjs';

const DAY_MS = 864e5;
const { exactMoneyOf, money, money4, moneyListed, moneyOf, moneyShort, time } = await import(path.join(root, 'web/js/format.js'));

describe('the page writes figures', () => {
  it('money has as many digits as it takes to see it', () => {
    const cases = [
      [0, '$0.00'], [31, '$0.000031'], [4200, '$0.0042'], [9999, '$0.0100'], [10000, '$0.01'], [1357880000, '$1,357.88'], [-4200, '−$0.0042'], [null, '–'],
    ];
    assert.deepEqual(cases.map(([n]) => money(n)), cases.map(([, text]) => text));
    assert.deepEqual([money4(296300), money4(64), money4(31), money4(0)], ['$0.2963', '$0.0001', '$0.000031', '$0.0000']);
  });

  it('a column of money has one number of decimals, and its smallest is seen', () => {
    const column = (values, digits) => values.map(moneyOf(values, digits));
    assert.deepEqual(column([1190000, 1500, 0]), ['$1.1900', '$0.0015', '$0.0000']);
    assert.deepEqual(column([1190000, 20000, 0, null]), ['$1.19', '$0.02', '$0.00', '–']);
    assert.deepEqual(column([100, 25, 125], 4), ['$0.000100', '$0.000025', '$0.000125'], 'so that a sum is seen to be one');
    assert.deepEqual([296300, 64, 31, 0].map(moneyListed), ['$0.2963', '$0.0001', '<$0.0001', '$0.0000']);
    const prices = [3e6, 25000, 18750000];
    assert.deepEqual(prices.map(exactMoneyOf(prices)), ['$3.000', '$0.025', '$18.750']);
  });

  it('a limit is written exactly', () => {
    assert.deepEqual([25e6, 3.1e6, 15000, 5000, 31, 0].map(moneyShort), ['$25', '$3.10', '$0.015', '$0.005', '$0.000031', '$0']);
  });

  it('within a week a time has its weekday, later its date', () => {
    const at = (days) => new Date(Date.now() + days * DAY_MS);
    const week = (then) => new Intl.DateTimeFormat('en-GB', { weekday: 'short' }).format(then);
    for (const days of [1, 3, 6, 6.99]) {
      assert.match(time(at(days)), new RegExp(`^${week(at(days))} \\d\\d:\\d\\d$`), `in ${days} days`);
    }
    assert.match(time(at(8)), /^\d+ [A-Z][a-z]+( \d+)?, \d\d:\d\d$/);
  });
});
