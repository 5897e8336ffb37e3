// SPDX-License-Identifier: MIT
/* One price, changed in its row: dollars a million tokens, and the cache as a factor. */
import { h } from './dom.js';
import { t } from './i18n.js';
import { button, input } from './parts.js';

const DOLLARS = /^\d{1,4}(\.\d{0,6})?$/;
const FACTOR = /^\d{1,3}(\.\d{1,6})?$/;

/* "3.75" of 3,750,000 millionths: as it is typed. */
const dollarsOf = (microusd) => (microusd === null || microusd === undefined ? '' : String(microusd / 1e6));

const millionths = (text) => Math.round(Number(text) * 1e6);

/** {fields: {model, input, output, cache_read}, read() -> {model, body} or throws Error, error(text)} */
export function priceFields(row, { isNew = false } = {}) {
  const make = (name, value, kind) => input({ value, name: `price-${name}`, inputmode: 'decimal', 'aria-label': t(`prices.${name}`) }, kind);
  const fields = {
    model: isNew ? input({ value: row.model ?? '', name: 'price-model', 'aria-label': t('prices.model'), placeholder: 'claude-sonnet-5' }, '.mono') : null,
    input: make('input', dollarsOf(row.input), '.r'),
    output: make('output', dollarsOf(row.output), '.r'),
    cache_read: make('cache_read_factor', row.cache_read ?? '0.1', '.r'),
  };
  function check(field, pattern, text) {
    const value = field.value.trim().replace(/^\$/, '');
    const fine = pattern.test(value);
    field.classList.toggle('invalid', !fine);
    if (fine) field.removeAttribute('aria-invalid');
    else field.setAttribute('aria-invalid', 'true');
    if (!fine) throw Object.assign(new Error(text), { field });
    return value;
  }
  return {
    fields,
    read() {
      const model = fields.model ? check(fields.model, /^.{1,128}$/, t('prices.model_wrong')) : row.model;
      const body = {
        input: millionths(check(fields.input, DOLLARS, t('prices.dollars_wrong'))),
        output: millionths(check(fields.output, DOLLARS, t('prices.dollars_wrong'))),
        cache_read: check(fields.cache_read, FACTOR, t('prices.factor_wrong')),
      };
      return { model, body: { ...rest(row), ...body } };
    },
  };
}

/* What the row says beside that stays as it is, that of a built-in one too: long prompts
   would cost something else otherwise. */
function rest(row) {
  if (row._new) return {};
  const { cache_write_5m: short, cache_write_1h: long, ...more } = row;
  const kept = { valid_from: more.valid_from, web_search: more.web_search, context_max: more.context_max, output_max: more.output_max };
  return {
    ...kept, cache_write_5m: short, cache_write_1h: long, long_context: more.long_context,
    service_tier: more.service_tier, speed: more.speed, inference_geo: more.inference_geo,
  };
}

/** The end of a row that is being edited. */
export const editEnd = (save, cancel) => h('div.row.endr', button(t('dialog.cancel'), { quiet: true, onclick: cancel }), button(t('settings.save'), { primary: true, onclick: save }));
