// SPDX-License-Identifier: MIT
/* The relay's log, read back. */
import assert from 'node:assert/strict';

const TEXT_LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (error|warn |info |debug) (.*)$/;
const FIELD = / ([a-z_0-9]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/gy;

const asText = (value) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/* A line of either form as one object: time, level, event, and its fields, whose values are
   texts, of JSON where it is an object. */
export function readLine(line) {
  if (line.startsWith('{')) {
    return Object.fromEntries(Object.entries(JSON.parse(line)).map(([name, value]) => [name, asText(value)]));
  }
  const match = TEXT_LINE.exec(line);
  assert.ok(match, `not a line of the log: ${JSON.stringify(line)}`);
  const [, time, level, rest] = match;
  const first = rest.search(/ [a-z_0-9]+=/);
  const read = { time, level: level.trim(), event: first < 0 ? rest : rest.slice(0, first) };
  let at = first < 0 ? rest.length : first;
  while (at < rest.length) {
    FIELD.lastIndex = at;
    const field = FIELD.exec(rest);
    assert.ok(field, `not a field: ${JSON.stringify(rest.slice(at))}`);
    read[field[1]] = field[2].startsWith('"') ? JSON.parse(field[2]) : field[2];
    at = FIELD.lastIndex;
  }
  return read;
}

/* Whole lines only: the last may still be on its way. */
export const readLines = (text) => text.split('\n').slice(0, -1).filter((line) => line.length > 0).map(readLine);

/* The lines of requests. */
export const requestLines = (relay) => readLines(relay.program.err).filter((line) => line.event === 'request');
