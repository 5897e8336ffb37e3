// SPDX-License-Identifier: MIT
/* The page's texts in Chinese: as in en.js, section by section. */
export default {
  // ---- account: one account (views/account.js, account-new.js, sign-in.js)

  // ---- accounts: the list

  // ---- chart
  'chart.chart': '图表',
  'chart.empty': '此时段没有数据',
  'chart.none': '无',
  'chart.now': '现在',
  'chart.table': '表格',
  'chart.time': '时间',
  'chart.today': '今天',
  'chart.total': '合计',

  // ---- copy
  'copy.copied': '已复制',
  'copy.copy': '复制',
  'copy.selected': '已选中，按 Ctrl+C 复制',

  // ---- dialog
  'dialog.cancel': '取消',
  'dialog.close': '关闭',
  'dialog.type': '输入 {name} 以确认',

  // ---- explain

  // ---- failed
  'failed.again': '重试',
  'failed.no_answer': '中转无响应。',
  'failed.status': '返回 {status}，未说明原因。',
  'failed.title': '无法加载',

  // ---- filters
  'filters.any': '不限',
  'filters.clear': '清除筛选',

  // ---- first: the way to the first message

  // ---- group, groups

  // ---- import

  // ---- key, keys

  // ---- list
  'list.comma': '，',

  // ---- live
  'live.connecting': '连接中',
  'live.hidden': '已暂停',
  'live.live': '实时',
  'live.lost': '已断开',
  'live.strip': '{since} 起中转无响应，以下为当时的数据，{seconds} 秒后重试。',
  'live.strip_short': '{since} 起中转无响应。',
  'live.try_now': '立即重试',

  // ---- me: the page of a key's holder
  'me.title': '我的密钥',

  // ---- missing
  'missing.title': '未找到',
  'missing.why': '此地址没有内容。',

  // ---- nav
  'nav.accounts': '账号',
  'nav.banner': 'claude-relay',
  'nav.counted': { other: '{section}，{n} 项需要处理' },
  'nav.keys': '密钥',
  'nav.overview': '概览',
  'nav.path': '路径',
  'nav.requests': '请求',
  'nav.sections': '导航',
  'nav.settings': '设置',
  'nav.skip': '跳到内容',
  'nav.tabs': '标签栏',
  'nav.usage': '用量',

  // ---- overview

  // ---- request, requests

  // ---- settings: each of options, prices, notices, backup, audit, about

  // ---- shortcuts
  'shortcuts.chart': '沿图表移动',
  'shortcuts.close': '关闭、清除',
  'shortcuts.list': '本列表',
  'shortcuts.new': '新建账号或密钥',
  'shortcuts.on': '启用单键快捷键',
  'shortcuts.open': '打开',
  'shortcuts.rows': '下一行、上一行',
  'shortcuts.search': '搜索、筛选',
  'shortcuts.select': '选中',
  'shortcuts.title': '键盘',

  // ---- sign-in of an account: signin_account

  // ---- signin: of whoever manages the relay
  'signin.again': '重新登录',
  'signin.have_key': '我有中转密钥',
  'signin.stays': '会话已结束。已输入的内容会保留。',
  'signin.submit': '登录',
  'signin.token': '管理令牌',
  'signin.wait': '{message}{wait}后可再试。',
  'signin.where': '在中转所在机器上：{command}',
  'signin.wrong': '令牌不正确。',

  // ---- state
  'state.since': '{since} 起',
  'state.since_why': '{since} 起：{why}',

  // ---- table
  'table.actions': '操作',
  'table.clear': '取消选择',
  'table.more': '更早',
  'table.select_all': '全选',
  'table.selected': { other: '已选 {n} 个' },
  'table.selection': '已选',

  // ---- time
  'time.days': { other: '{n} 天' },
  'time.hours': { other: '{n} 小时' },
  'time.hours_minutes': '{hours} 小时 {minutes} 分钟',
  'time.minutes': { other: '{n} 分钟' },
  'time.minutes_ago': { other: '{n} 分钟前' },
  'time.now': '刚刚',
  'time.seconds': { other: '{n} 秒' },

  // ---- toast
  'toast.undo': '撤销',

  // ---- tools
  'tools.dark': '深色',
  'tools.light': '浅色',
  'tools.shortcuts': '键盘快捷键',
  'tools.sign_out': '退出登录',

  // ---- unit
  'unit.ms': '毫秒',
  'unit.s': '秒',
  'unit.seconds': '{n} 秒',

  // ---- usage

  // ---- window
  'window.as_of': '截至 {time}',
  'window.chart_legend': '实线：已用。点线：匀速。虚线：预计。',
  'window.legend_even': '匀速使用此刻应处的位置',
  'window.legend_forecast': '按最近 30 分钟的速度推算到重置时',
  'window.legend_used': '已用',
  'window.resets': '{time} 重置',
  'window.unknown': '未知',
  'window.used': '已用 {percent}',
};
