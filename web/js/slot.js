// SPDX-License-Identifier: MIT
/* A place whose content is drawn anew only when what it shows has changed, and never
   while somebody is in it. */
import { replace } from './dom.js';

/** slot(node, draw) -> set(value): draw(value) makes the children. */
export function slot(node, draw) {
  let shown;
  return (value) => {
    const text = JSON.stringify(value);
    const used = node !== document.activeElement && node.contains(document.activeElement);
    if (text === shown || used) return;
    shown = text;
    replace(node, draw(value));
  };
}
