// SPDX-License-Identifier: MIT
/* What became of a request, in words: the state of a row, and what its attempts mean. */
import { has, t, tn } from './i18n.js';
import { bytes, number } from './format.js';

const SHAPES = {
  complete: 'ready', refused: 'failed', cut: 'failed', idle: 'failed', error_event: 'failed',
  client_left: 'off', relay_stopped: 'failed', cancelled: 'off',
};

/* Refused by a limit, ours or the provider's: that is no fault. */
const isLimit = (status) => status === 402 || status === 429;

/** Names of the accounts that were asked, in their order; null is the client's own login. */
export function accountsOf(row) {
  const names = [...(row.failures ?? []).map((failure) => failure.account || null), row.account];
  return names.filter((name, i) => names.indexOf(name) === i);
}

/** The shape of a row's state. */
export function shapeOf(row) {
  if (row.end === 'complete' && row.status >= 400) {
    return isLimit(row.status) ? 'blocked' : 'failed';
  }
  if (row.end === 'refused' && isLimit(row.status)) {
    return 'blocked';
  }
  return SHAPES[row.end] ?? 'off';
}

const statusWord = (status) => (has(`request.status_${status}`) ? t(`request.status_${status}`) : t('request.status_other'));

/** What stands in the list: "complete, 2nd account", "529 overloaded", "client left". */
export function endOf(row) {
  const asked = accountsOf(row).length;

  if (row.end === 'complete' && row.status < 400) {
    return asked > 1 ? t(`request.end_complete_${Math.min(asked, 4)}`) : t('request.end_complete');
  }
  if ((row.end === 'complete' || row.end === 'refused') && row.status) {
    return t('request.end_status', { status: row.status, word: statusWord(row.status) });
  }
  return endWord(row.end);
}

/** A word for an end alone, for a filter; what is not known stays as the relay has it. */
export const endWord = (end) => (has(`request.end_${end}`) ? t(`request.end_${end}`) : end);

const RESULT_SHAPES = {
  delivered: 'ready', stale: 'off', abandoned: 'off', token_refused: 'paused', passed_over: 'failed', unreachable: 'failed',
  lost: 'failed', timed_out: 'failed', no_token: 'login',
};

/** One attempt: its shape, its line ("529, tried elsewhere") and what that means. */
export function attemptWords(attempt, row, isLast) {
  if (isLast && (attempt.result === 'delivered' || attempt.result === 'abandoned')) {
    return { shape: shapeOf(row), line: lastLine(attempt, row), means: meansLast(attempt, row) };
  }
  const { result, status } = attempt;
  const word = has(`request.result_${result}`) ? t(`request.result_${result}`) : result;
  const named = [`request.means_${result}_${status}`, `request.means_${result}`].find(has);

  return {
    shape: RESULT_SHAPES[result] ?? 'failed',
    line: status ? t('request.result_with_status', { status, result: word }) : word,
    means: named ? t(named) : '',
  };
}

function lastLine(attempt, row) {
  const word = row.end === 'complete' && row.status >= 400 ? statusWord(row.status) : endWord(row.end);
  return attempt.status ? t('request.result_with_status', { status: attempt.status, result: word }) : word;
}

function meansLast(attempt, row) {
  const named = row.end === 'complete' && row.status >= 400 ? [`request.means_status_${row.status}`, 'request.means_status'] : [`request.means_${row.end}`];
  const found = named.find(has);
  return found ? t(found) : '';
}

/** claude-opus-5-20260801 is "opus-5" in lists; its whole name is in `title`. */
export const shortModel = (model) => (model ?? '').replace(/^claude-/, '').replace(/-\d{8}$/, '');

/** Tokens that went in, cached ones too. */
export const tokensIn = (row) =>
  row.input_tokens + row.cache_read_input_tokens + row.cache_write_5m_tokens + row.cache_write_1h_tokens;

/** Is anything known of what it used? */
export const usedAny = (row) => tokensIn(row) + row.output_tokens > 0;

/** What it is doing, in a word; what the relay may add stays as it is. */
export const stepShort = (step) => (has(`requests.step_${step}`) ? t(`requests.step_${step}`) : step);

/** How far one that runs is, the same wherever that is shown: the tokens that its answer has
    told, else how much of it has passed, or what it waits for.  {text, size: '' if nothing has
    passed, title: why there are no tokens} */
export function soFar(request) {
  const size = request.bytes_out > 0 ? bytes(request.bytes_out) : '';
  if (request.output_tokens) return { text: tn('requests.tokens', request.output_tokens), size, title: '' };
  return size ? { text: size, size: '', title: request.stream ? t('request.tokens_at_end') : '' } : { text: stepShort(request.step), size: '', title: '' };
}

/** Its client; what the relay does not repeat is said in the reader's language. */
export const clientOf = (request) => (request.client === '(not shown)' ? t('request.client_hidden') : request.client);

/** Tokens, or a dash for a request that used none. */
export const countOr = (n, row) => (usedAny(row) ? number(n) : '–');
