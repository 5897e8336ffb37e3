// SPDX-License-Identifier: MIT
/* Shapes as paths.  Icons: 16 px, strokes of 1.5; states: 10 px, filled unless
   they are rings; signs: 14 px. */
const ring = (x, y, r) =>
  `M${x} ${y - r}a${r} ${r} 0 1 1 0 ${2 * r}a${r} ${r} 0 1 1 0 ${-2 * r}z`;
const box = (x, y, w, h) => `M${x} ${y}h${w}v${h}h${-w}z`;

export const ICONS = {
  overview: 'M2 9h2.6l1.9-5 3 9 1.9-5H14',
  accounts: ring(8, 5.6, 2.8) + 'M2.8 13.5c.6-2.7 2.6-4 5.2-4s4.6 1.3 5.2 4',
  keys: ring(5.2, 10.8, 2.9) + 'M7.3 8.7l6-6M11 5l2 2',
  usage: 'M2.5 13.5h11M4 11V8M8 11V3M12 11V6',
  requests: 'M2.5 5h9.2M9.2 2.5L11.7 5 9.2 7.5M13.5 11H4.3M6.8 8.5L4.3 11l2.5 2.5',
  settings: 'M2 5h6M12 5h2M2 11h2M8 11h6' + ring(10, 5, 2) + ring(6, 11, 2),
  copy: box(5.5, 5.5, 8, 8) + 'M10.5 3.2A1 1 0 0 0 9.5 2.5h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 .7 1',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  x: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  right: 'M6 3.5L10.5 8 6 12.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  up: 'M3.5 10L8 5.5 12.5 10',
  ext: 'M9.5 2.5h4v4M13.5 2.5L7.5 8.5M11.5 9.5v3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3',
  search: ring(7, 7, 4.3) + 'M10.2 10.2l3.3 3.3',
  dots: ring(3.2, 8, 0.55) + ring(8, 8, 0.55) + ring(12.8, 8, 0.55),
  moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z',
  sun: ring(8, 8, 2.8) + 'M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8',
  out: 'M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 5l3 3-3 3M13 8H6.5',
  help: ring(8, 8, 6) + 'M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.6-.8 1.1v.2M8 11.6v.1',
  download: 'M8 2.5v7.5M4.8 7L8 10.2 11.2 7M2.5 13.5h11',
  table: box(2.5, 3, 11, 10) + 'M2.5 6.5h11M6.5 6.5V13',
  chart: 'M2.5 13.5h11M4 11V8M8 11V3M12 11V6',
  calendar: box(2.5, 3.5, 11, 10) + 'M2.5 6.5h11M5.5 2v3M10.5 2v3',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 1 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 1 0 3.7 3.7l.9-.9',
  terminal: box(2, 3, 12, 10) + 'M4.8 6.2L7 8.2l-2.2 2M8.5 10.2h2.8',
  file: 'M9 2H4.5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5.5L9 2zM9 2v3.5h3.5',
  filter: 'M2.5 4h11M4.5 8h7M6.5 12h3',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8z' + ring(8, 8, 1.8),
};

/* kind -> [path, width of the stroke: 0 is filled, dashes] */
export const STATES = {
  ready: [ring(5, 5, 4), 0],
  paused: [box(1.2, 1, 2.8, 8) + box(6, 1, 2.8, 8), 0],
  over: ['M5 .6L9.8 9.2H.2z', 0],
  login: ['M5 0l5 5-5 5-5-5z', 0],
  failed: ['M5 0l5 5-5 5-5-5z', 0],
  blocked: ['M3 .2h4L9.8 3v4L7 9.8H3L.2 7V3z', 0],
  off: [ring(5, 5, 3.6), 1.5],
  revoked: [ring(5, 5, 3.9) + 'M2.4 7.6l5.2-5.2', 1.4],
  wait: [ring(5, 5, 3.6), 1.5, '2.2 1.6'],
  run: [ring(5, 5, 4), 0],
};

/* severity -> parts of [path, fill, stroke, width of the stroke] */
export const SIGNS = {
  bad: [
    ['M4.3.7h5.4l3.6 3.6v5.4l-3.6 3.6H4.3L.7 9.7V4.3z', 'currentColor'],
    ['M7 3.8v3.6', 'none', 'var(--bg)', 1.6],
    ['M7 10v.05', 'none', 'var(--bg)', 1.9],
  ],
  warn: [
    ['M7 1.4L13.2 12.4H.8z', 'none', 'currentColor', 1.5],
    ['M7 5.4v3M7 10.4v.05', 'none', 'currentColor', 1.5],
  ],
};
