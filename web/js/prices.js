// SPDX-License-Identifier: MIT
/* The table of prices, as GET /admin/api/prices has it, applied to tokens: which row holds
   for a model, and what tokens of each kind come to by it.  What was booked is exact and is
   the relay's; this explains it, and says when it cannot. */

const DATED = /-\d{8}$/;
const isPattern = (text) => /[*?]/.test(text);

function matches(pattern, model) {
  if (!isPattern(pattern)) {
    return pattern === model;
  }
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${text}$`, 'is').test(model);
}

/* The id itself, else without its date, else the longest pattern that fits either. */
function rank(row, model) {
  const plain = model.replace(DATED, '');

  if (!isPattern(row.model)) {
    return row.model === model ? 3e6 : row.model === plain ? 2e6 : 0;
  }
  return matches(row.model, model) || matches(row.model, plain) ? 1 + row.model.length : 0;
}

const startOf = (row) => (row.valid_from ? Date.parse(row.valid_from) : 0);

/** The row that holds for a model at a time (docs/prices.md), or null. */
export function priceOf(rows, model, atMs) {
  const fitting = rows.filter((row) => model && rank(row, model) > 0);
  const own = fitting.filter((row) => row.own);
  let found = null;

  for (const row of own.length > 0 ? own : fitting) {
    if (startOf(row) > atMs) {
      continue;
    }
    const better = found ? rank(row, model) - rank(found, model) || startOf(row) - startOf(found) : 1;
    if (better >= 0) {
      found = row;
    }
  }
  return found;
}

/** Micro-dollars per million tokens of each kind. */
export function ratesOf(row) {
  const times = (factor, without) => row.input * Number(factor ?? without);

  return {
    output: row.output,
    input: row.input,
    cache_write_5m: times(row.cache_write_5m, 1.25),
    cache_write_1h: times(row.cache_write_1h, 2),
    cache_read: times(row.cache_read, 0.1),
    web_search: row.web_search ?? 10000000,
  };
}

/** What sums come to by a row's prices, in micro-dollars by kind of token. */
export function listCosts(row, sums) {
  const rates = ratesOf(row);
  const of = (tokens, rate) => (tokens * rate) / 1e6;

  return {
    output: of(sums.output_tokens, rates.output),
    input: of(sums.input_tokens, rates.input),
    cache_write: of(sums.cache_write_5m_tokens, rates.cache_write_5m) + of(sums.cache_write_1h_tokens, rates.cache_write_1h),
    cache_read: of(sums.cache_read_input_tokens, rates.cache_read),
    other: (sums.web_search_requests * rates.web_search) / 1e3,
  };
}
