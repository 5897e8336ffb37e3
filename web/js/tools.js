// SPDX-License-Identifier: MIT
/* The buttons for language and theme, which every page has. */
import { h, icon, replace } from './dom.js';
import { lang, setLang, t } from './i18n.js';
import { setTheme, theme } from './theme.js';

/** The button that changes to the other language, named in that language. */
export function languageButton() {
  const other = lang() === 'zh' ? 'en' : 'zh';
  const [short, full] = other === 'zh' ? ['中文', '中文'] : ['EN', 'English'];
  return h('button.tool', {
    type: 'button', lang: other === 'zh' ? 'zh-CN' : 'en', 'aria-label': short === full ? null : `${short}: ${full}`, title: full,
    onclick: () => setLang(other),
  }, short);
}

/** The button that changes between light and dark. */
export function themeButton() {
  const node = h('button.tool', { type: 'button' });
  const draw = () => {
    const next = theme() === 'dark' ? 'light' : 'dark';
    const label = t(`tools.${next}`);
    node.setAttribute('aria-label', label);
    node.title = label;
    replace(node, icon(next === 'light' ? 'sun' : 'moon'));
  };
  node.addEventListener('click', () => { setTheme(theme() === 'dark' ? 'light' : 'dark'); draw(); });
  draw();
  return node;
}
