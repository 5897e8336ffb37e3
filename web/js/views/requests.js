// SPDX-License-Identifier: MIT
/* Requests: what runs, what ended, and one opened beside the list (or, where there is no
   room, in its place).  Both addresses are this view, so that opening and closing leave
   the list as it is. */
import { address } from '../api.js';
import { h, replace, set } from '../dom.js';
import { t } from '../i18n.js';
import { button } from '../parts.js';
import { go } from '../router.js';
import { to } from '../routes.js';
import { endedList } from './requests-ended.js';
import { runningList } from './requests-running.js';
import { paramsOf, requestFilters } from './request-filters.js';
import { openRequest } from './request.js';

const LIST = '/admin/requests';

export async function open(view) {
  const page = requestsPage(view);
  await Promise.all([page.ended.load(), page.show(view.params.id)]);
  return { change: page.change };
}

function requestsPage(view) {
  const list = h('div.list');
  const slot = h('div.slot');
  const frame = h('div.reqs', list, slot);
  const shortcuts = {};
  const csv = button(t('requests.csv'), { icon: 'download', href: '#', label: t('requests.csv_label'), attributes: { download: 'requests.csv' } });
  const title = h('div.ti');
  const running = runningList(view);
  const ended = endedList(view, { onopen: openRow, onparams: (params) => {
    set(csv, { href: address('/admin/api/requests', { ...params, format: 'csv' }) });
    running.filter(params);
  }, refused: (error, again) => bar.refused(error, again) });
  const bar = requestFilters(view.query, (values) => { search = location.search; ended.filter(values); });
  let opened = null; // the id
  let closing = null; // of what is shown in the slot
  let scrolled = 0;
  let search = location.search;

  ended.filter(bar.values(), { load: false });
  replace(list, h('div.head', title, h('div.end', csv)), bar.node, running.node, ended.node);
  replace(view.node, frame);
  view.keys(shortcuts);

  function openRow(row) {
    go(to('requests', row.id) + location.search);
  }

  const close = () => go(LIST + location.search);

  /* Keys of an opened one: to its neighbours, and out. */
  function waysOf(id) {
    // New rows come on top meanwhile: who the neighbours are is asked when they are wanted.
    const step = (which) => () => {
      const row = ended.around(id)[which];
      if (row) openRow(row);
    };
    const ways = { newer: step('newer'), older: step('older'), close };
    Object.assign(shortcuts, { j: ways.older, k: ways.newer, Escape: close });
    return ways;
  }

  function frameFor(id) {
    const was = opened;
    if (id && !was) scrolled = scrollY;
    opened = id ?? null;
    frame.classList.toggle('open', !!id);
    view.node.classList.toggle('full', !!id);
    ended.mark(opened);
    // One h1 on a page: that of what is opened.
    replace(title, h(id ? 'p.h1' : 'h1', t('requests.title')));
    if (!id) ['j', 'k', 'Escape'].forEach((key) => delete shortcuts[key]);
    return was;
  }

  async function show(id) {
    closing?.abort();
    closing = id ? new AbortController() : null;
    if (!id) {
      const was = frameFor(null);
      slot.replaceChildren();
      view.title(t('requests.title'));
      if (was) leaveTo(was);
      return;
    }
    const mine = closing;
    view.signal.addEventListener('abort', () => mine.abort(), { once: true });
    const node = await openRequest(id, { known: ended.find(id), signal: mine.signal, ways: waysOf(id) });
    if (mine.signal.aborted) return;
    frameFor(id);
    slot.replaceChildren(node);
    view.title(node.querySelector('h1').textContent);
    if (view.node.isConnected) enter(node);
  }

  function enter(node) {
    if (getComputedStyle(list).display === 'none') scrollTo(0, 0);
    node.scrollTop = 0;
    node.querySelector('h1').focus({ preventScroll: true });
  }

  /* Back in the list, on the row that was opened. */
  function leaveTo(id) {
    scrollTo(0, scrolled);
    const link = ended.linkOf(id);
    (link ?? title.querySelector('h1')).focus({ preventScroll: !link });
  }

  /* Other filters are another list. */
  async function change(next) {
    if (location.search !== search) return false;
    if ((next.params.id ?? null) === opened) return true;
    try {
      await show(next.params.id);
    } catch (error) {
      if (error.name !== 'AbortError') throw error;
    }
    return true;
  }

  return { ended, show, change };
}
