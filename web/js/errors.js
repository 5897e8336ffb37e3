// SPDX-License-Identifier: MIT
/* What the relay refuses, in the reader's language: by its code (docs/api.md). */
import { has, t } from './i18n.js';

/* Of some members the page knows what they may be: tags[2] is one of tags. */
const nameOf = (code, member) => {
  const of = `error.member.${String(member).replace(/\[.*/, '')}`;
  return /^member_(value_)?invalid$/.test(code) && has(of) ? of : `error.${code}`;
};

/** words({code, params, message}): of an unknown code, which a newer relay may have, what it said. */
export function words({ code, params, message }) {
  const name = nameOf(code, params?.member);
  if (!code || !has(name)) return message;
  const text = t(name, { ...params, message });
  return params?.at ? t('error.at', { at: params.at, text }) : text;
}

/** Why an entry of the audit log was refused. */
export const refusal = ({ code, params, error }) => words({ code, params, message: error ?? '' });

/* How a way failed (upstream/dial_steps.c and others): "proxy connect failed: 127.0.0.1:1080: ...". */
const FAILED = /^(proxy )?(resolve|connect|TLS|authenticate|send|first byte) failed: (.*)$/s;
const ANSWERED = /^it was answered (\d+)[,:]? ?(.*)$/s;

/** The step that failed, in the reader's language, and what the system said, as it said it. */
export function failure(text) {
  const [, proxy, step, why] = FAILED.exec(text) ?? [];
  const key = `${proxy ?? ''}${step}`.toLowerCase().replaceAll(' ', '_');
  if (has(`failure.${key}`)) return t(`failure.${key}`, { why });
  const [, status, words] = ANSWERED.exec(text) ?? [];
  if (!status) return text;
  return words ? t('failure.answered_with', { status, why: words }) : t('failure.answered', { status });
}
