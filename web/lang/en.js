// SPDX-License-Identifier: MIT
/* The page's texts in English.  Names are section.what; sections in the order of
   the alphabet.  {places} are filled in.  { one, other } go by a number, {n}. */
export default {
  // ---- account: one account (views/account.js, account-new.js, sign-in.js)

  // ---- accounts: the list

  // ---- chart
  'chart.chart': 'Chart',
  'chart.empty': 'Nothing in this time',
  'chart.none': 'none',
  'chart.now': 'now',
  'chart.table': 'Table',
  'chart.time': 'Time',
  'chart.today': 'today',
  'chart.total': 'Total',

  // ---- copy
  'copy.copied': 'Copied',
  'copy.copy': 'Copy',
  'copy.selected': 'Selected: press Ctrl+C',

  // ---- dialog
  'dialog.cancel': 'Cancel',
  'dialog.close': 'Close',
  'dialog.type': 'Type {name} to confirm',

  // ---- explain

  // ---- failed
  'failed.again': 'Try again',
  'failed.no_answer': 'The relay does not answer.',
  'failed.status': 'The answer was {status}, without a reason.',
  'failed.title': 'This could not be loaded',

  // ---- filters
  'filters.any': 'any',
  'filters.clear': 'Clear the filters',

  // ---- first: the way to the first message

  // ---- group, groups

  // ---- import

  // ---- key, keys

  // ---- list
  'list.comma': ', ',

  // ---- live
  'live.connecting': 'Connecting',
  'live.hidden': 'Paused',
  'live.live': 'Live',
  'live.lost': 'Not connected',
  'live.strip': 'The relay does not answer since {since}. Figures are from then; trying again in {seconds} s.',
  'live.strip_short': 'The relay does not answer since {since}.',
  'live.try_now': 'Try now',

  // ---- me: the page of a key's holder
  'me.title': 'Your key',

  // ---- missing
  'missing.title': 'Not found',
  'missing.why': 'There is nothing at this address.',

  // ---- nav
  'nav.accounts': 'Accounts',
  'nav.banner': 'claude-relay',
  'nav.counted': { one: '{section}, {n} needs attention', other: '{section}, {n} need attention' },
  'nav.keys': 'Keys',
  'nav.overview': 'Overview',
  'nav.path': 'Path',
  'nav.requests': 'Requests',
  'nav.sections': 'Sections',
  'nav.settings': 'Settings',
  'nav.skip': 'Skip to content',
  'nav.tabs': 'Tabs',
  'nav.usage': 'Usage',

  // ---- overview

  // ---- request, requests

  // ---- settings: each of options, prices, notices, backup, audit, about

  // ---- shortcuts
  'shortcuts.chart': 'Along a chart',
  'shortcuts.close': 'Close, clear',
  'shortcuts.list': 'This list',
  'shortcuts.new': 'New account or key',
  'shortcuts.on': 'Shortcuts of single keys are on',
  'shortcuts.open': 'Open row',
  'shortcuts.rows': 'Next, previous row',
  'shortcuts.search': 'Search, filter',
  'shortcuts.select': 'Select row',
  'shortcuts.title': 'Keyboard',

  // ---- sign-in of an account: signin_account

  // ---- signin: of whoever manages the relay
  'signin.again': 'Sign in again',
  'signin.have_key': 'I have a relay key',
  'signin.stays': 'The session has ended. What was typed stays.',
  'signin.submit': 'Sign in',
  'signin.token': 'Admin token',
  'signin.wait': '{message} The next try is possible in {wait}.',
  'signin.where': 'On the relay’s machine: {command}',
  'signin.wrong': 'This is not the token.',

  // ---- state
  'state.since': 'since {since}',
  'state.since_why': 'since {since}: {why}',

  // ---- table
  'table.actions': 'Actions',
  'table.clear': 'Clear selection',
  'table.more': 'Older',
  'table.select_all': 'Select all',
  'table.selected': { one: '{n} selected', other: '{n} selected' },
  'table.selection': 'Selection',

  // ---- time
  'time.days': { one: '{n} day', other: '{n} days' },
  'time.hours': { one: '{n} h', other: '{n} h' },
  'time.hours_minutes': '{hours} h {minutes} min',
  'time.minutes': { one: '{n} min', other: '{n} min' },
  'time.minutes_ago': { one: '{n} min ago', other: '{n} min ago' },
  'time.now': 'now',
  'time.seconds': { one: '{n} s', other: '{n} s' },

  // ---- toast
  'toast.undo': 'Undo',

  // ---- tools
  'tools.dark': 'Dark',
  'tools.light': 'Light',
  'tools.shortcuts': 'Keyboard shortcuts',
  'tools.sign_out': 'Sign out',

  // ---- unit
  'unit.ms': 'ms',
  'unit.s': 's',
  'unit.seconds': '{n} s',

  // ---- usage

  // ---- window
  'window.as_of': 'as of {time}',
  'window.chart_legend': 'Line: used. Dotted: an even pace. Dashed: forecast.',
  'window.legend_even': 'an even pace would be here',
  'window.legend_forecast': 'forecast at reset, at the rate of the last 30 min',
  'window.legend_used': 'used',
  'window.resets': 'resets {time}',
  'window.unknown': 'Not known',
  'window.used': '{percent} used',
};
