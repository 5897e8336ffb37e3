// SPDX-License-Identifier: MIT
/* Bytes to send: random JSON that no serialiser would write, streams with all the
   oddities that SSE allows, and a zstd frame made by hand. */

/* A small repeatable generator (mulberry32): random(n) is 0 to n-1. */
export function rng(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

const spaces = ['', '', '', ' ', '\n', '\r\n', '\t', '   '];
const numbers = ['0', '-0', '1', '1e400', '-1E-400', '3.14159265358979323846264338327950288', '123456789012345678901234567890', '1.0', '1.10', '0.1e+5'];
const pieces = ['plain', '\\"', '\\\\', '\\u0041', '\\ud83d\\ude00', '\\ud800', '\\/', '\\n', 'é你', '\xff\xfe', '\xc3\x28', '\xed\xa0\x80', '{', '}', '[', ']', ',', ':', 'proxy_config', '\x7f'];
const names = ['model', 'messages', 'stream', 'max_tokens', 'a', 'a', '', ' ', '\\u0061', 'x\\"y', '\xff', 'proxy_config2', 'metadata', 'ZZ', '__proto__'];

/* A JSON object as bytes: odd order, white space, duplicates, numbers that no
   double holds, strings that are no UTF-8. */
export function randomDocument(random) {
  const pick = (list) => list[random(list.length)];
  const space = () => pick(spaces);
  const text = () => `"${Array.from({ length: random(6) }, () => pick(pieces)).join('')}"`;
  const value = (depth) => {
    switch (random(depth > 4 ? 4 : 7)) {
      case 0:
        return text();
      case 1:
        return pick(numbers);
      case 2:
        return pick(['true', 'false', 'null']);
      case 3:
        return '{}';
      case 4:
        return object(depth + 1, random(5));
      default:
        return `[${Array.from({ length: random(4) }, () => space() + value(depth + 1) + space()).join(',')}]`;
    }
  };
  const object = (depth, count) =>
    `{${space()}${Array.from({ length: count }, () => `${space()}"${pick(names)}"${space()}:${space()}${value(depth)}${space()}`).join(',')}}`;
  return { bytes: Buffer.from(space() + object(0, random(8)) + space(), 'latin1') };
}

const sse = (...lines) => Buffer.from(lines.join('\n'), 'utf8');

export const ownFixtures = {
  'a plain stream': sse(
    'event: message_start',
    'data: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":3,"output_tokens":1}}}',
    '',
    'event: ping',
    'data: {"type": "ping"}',
    '',
    'event: content_block_delta',
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"héllo 你好 😀"}}',
    '',
    'event: message_delta',
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}',
    '',
    'event: message_stop',
    'data: {"type":"message_stop"}',
    '',
    '',
  ),
  'oddities of SSE': Buffer.concat([
    Buffer.from('\ufeff: a comment\n:\n\nid: 1\r\nretry: 10\r\nevent: unheard_of\r\ndata\r\ndata:  two  spaces\r\n\r\n'),
    Buffer.from('data: lone CR\rdata: again\r\revent:error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n'),
    Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x00, 0x0a, 0x0a]),
    Buffer.from('data: no end of the last event'),
  ]),
};

/* RFC 8878: one frame of one raw block. */
export function zstdFrame(bytes) {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const block = Buffer.alloc(4);
  block.writeUInt32LE((bytes.length << 3) | 1);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, block.subarray(0, 3), bytes]);
}
