// SPDX-License-Identifier: MIT
/* The times of a request: its steps in words, drawn as a waterfall. */
import { bytes, duration } from '../format.js';
import { has, t } from '../i18n.js';
import { waterfall } from '../waterfall.js';

/* What a line is called. */
function nameOf(line, row) {
  const { kind, step, attempt } = line;
  if (kind === 'attempt') return `${line.number}  ${line.account ?? t('request.own_login')}`;
  if (step === 'wait' && attempt?.status) return t('request.step_waited', { status: attempt.status });
  if (step === 'send') return t(attempt && !attempt.fresh ? 'request.step_send_reused' : 'request.step_send', { size: bytes(row.bytes_in) });
  return has(`request.step_${step}`) ? t(`request.step_${step}`) : step;
}

/* What is too short for a figure is not nothing. */
const textOf = (line) => (line.us < 50 ? `< ${duration(0.1)}` : duration(line.us / 1000));

const levelOf = (line) => (line.kind === 'attempt' ? 'head' : line.sub ? 'sub' : '');

/** All steps of a request; `steps` is of stepsOf().  node.broken: the scale changes. */
export const times = ({ lines, firstByte, end }, row) => waterfall({
  label: t('request.times'), firstByte, end,
  rows: lines.map((line) => ({
    name: nameOf(line, row), level: levelOf(line), kind: line.colour, from: line.start, to: line.start + line.us, text: textOf(line),
  })),
});
