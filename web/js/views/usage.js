// SPDX-License-Identifier: MIT
/* Usage: by key, owner, group, account, model or day; four totals, a chart, a table, each
   against the period before.  Days are the relay's; all that is chosen is in the address. */
import { address, api } from '../api.js';
import { h, replace, set } from '../dom.js';
import { chip, filters } from '../filters.js';
import { t, tn } from '../i18n.js';
import { button, empty, head } from '../parts.js';
import { query, setQuery } from '../router.js';
import { usageChart } from './usage-chart.js';
import { costsByKind, filtersOf, loadUsage } from './usage-data.js';
import { notes, totals } from './usage-figures.js';
import { rangeMenu } from './usage-range.js';
import { daysBetween, isDay, ranges, todayIn } from './usage-sums.js';
import { usageTable } from './usage-table.js';

const PATH = '/admin/api/usage';
const BYS = ['key', 'owner', 'group', 'account', 'model', 'day'];
const DAYS_MAX = 3660;

export async function open(view) {
  view.title(t('usage.title'));
  const { time_zone: zone } = await api.get('/admin/api/status', {}, { signal: view.signal });
  const page = usagePage(view, zone);
  await page.load();
}

/* What the address asks for; what makes no sense there is as if it were not. */
function askedBy(given, today) {
  const usual = ranges(today).find((range) => range.name === 'days30');
  const fits = isDay(given.from) && isDay(given.to) && given.from <= given.to && given.to <= today
    && daysBetween(given.from, given.to) <= DAYS_MAX;
  return {
    by: BYS.includes(given.by) ? given.by : 'key',
    from: fits ? given.from : usual.from, to: fits ? given.to : usual.to,
    against: given.against === 'none' ? 'none' : 'before',
    measure: ['tokens', 'requests'].includes(given.measure) ? given.measure : 'cost',
    filters: filtersOf(given),
  };
}

/* To choose from: what was used in the days that are shown. */
async function namesOf(by, asked) {
  const others = { ...asked.filters, [by]: null, [`not_${by}`]: null };
  const { rows } = await api.get(PATH, { by, since: asked.from, until: asked.to, ...others, limit: 200 });
  return rows.map((row) => row[by]).filter(Boolean).map((name) => [name, name]);
}

function againstChip({ from, to, against }, change) {
  const items = [['before', tn('usage.against_before', daysBetween(from, to))], ['none', t('usage.against_none')]];
  return chip({ label: t('usage.against'), value: against, always: true, items, onchange: (value) => change({ against: value === 'none' ? value : null }) });
}

function usagePage(view, zone) {
  const now = () => ({ zone, nowMs: Date.now(), today: todayIn(zone, Date.now()) });
  let asked = askedBy(view.query, now().today);
  let turn = 0;
  const sums = h('div');
  const chart = h('section.instr', { 'aria-label': t('usage.title') });
  const rows = h('div');
  const below = h('div.foot-note');
  const costs = { of: null, found: null }; // by kind, of the data that is shown
  const csv = button(t('usage.csv'), { icon: 'download', href: '#', label: t('usage.csv_label'), attributes: { download: 'usage.csv' } });
  const days = rangeMenu(asked, now().today, (range) => change({ from: range.from, to: range.to }));
  const byChip = chip({ label: t('usage.by'), value: asked.by, always: true, items: BYS.map((by) => [by, t(`usage.by_${by}`)]),
    onchange: (by) => change({ by, sort: null }) });
  let against = againstChip(asked, change);
  const bar = filters({
    chips: ['key', 'owner', 'group', 'account', 'model'].map((name) => ({ name, label: t(`usage.${name}`), not: true, items: () => namesOf(name, asked) })),
    onchange: () => load(),
  });
  bar.node.prepend(byChip);
  bar.node.append(against);
  replace(view.node, head(t('usage.title'), '', days, csv), bar.node, sums, chart, rows, below);

  function change(members) {
    setQuery(members);
    return load();
  }

  async function load() {
    const mine = ++turn;
    asked = askedBy(query(), now().today);
    days.show(asked, now().today);
    showAgainst();
    set(csv, { href: address(PATH, { by: asked.by, since: asked.from, until: asked.to, ...asked.filters, format: 'csv' }) });
    try {
      const data = await loadUsage(asked, now(), view.signal);
      if (mine === turn) draw(data, mine);
    } catch (error) {
      if (mine !== turn || error.name === 'AbortError') return;
      replace(sums);
      replace(chart);
      replace(below);
      replace(rows, bar.refused(error, load));
    }
  }

  /* "30 days before" depends on the days. */
  function showAgainst() {
    const next = againstChip(asked, change);
    if (next.textContent === against.textContent) return;
    const had = document.activeElement === against;
    against.replaceWith(next);
    against = next;
    if (had) next.focus();
  }

  function draw(data, mine) {
    replace(sums, totals(data));
    const graph = usageChart(data, { zone, onmeasure: (measure) => { setQuery({ measure: measure === 'cost' ? null : measure }); drawMeasure({ ...data, measure }, graph, mine); } });
    replace(chart, graph.node);
    replace(below);
    drawMeasure(data, graph, mine);
  }

  /* Costs by kind take some more questions: they come when they are there. */
  async function drawMeasure(data, graph, mine) {
    drawTable(data);
    graph.draw(data);
    if (data.measure === 'cost' && data.total.cost_microusd > 0) {
      costs.of ??= data.place;
      if (costs.of !== data.place) Object.assign(costs, { of: data.place, found: null });
      costs.found ??= costsByKind(data, view.signal, Date.now()).catch((error) => ({ error }));
      const found = await costs.found;
      if (mine !== turn || found.error?.name === 'AbortError' || query().measure) return;
      graph.draw({ ...data, costs: found });
      replace(below, notes(data, found, zone));
    } else {
      replace(below, notes(data, null, zone));
    }
  }

  function drawTable(data) {
    const options = { measure: data.measure, sort: query().sort, onsort: (sort) => setQuery({ sort }) };
    replace(rows, data.total.requests ? usageTable(data, options) : nothing(data));
  }

  function nothing(data) {
    return Object.keys(data.filters).length ? empty(t('usage.none'), t('usage.loosen')) : empty(t('usage.none'), t('usage.none_hint'));
  }

  return { load };
}
