/* Charts of a run, in the report and in Spark's UI alike. Colours come from the style sheet. */
'use strict';
const convoy = (() => {
  const root = document.querySelector('.convoy');
  const charts = {};
  const colour = name => getComputedStyle(root).getPropertyValue('--' + name).trim();
  const COLOURS = ['blue', 'orange', 'green', 'plum', 'violet', 'slate'];

  function faded(name, share) {
    const hex = colour(name).slice(1);
    const part = i => parseInt(hex.slice(i, i + 2), 16);
    return `rgba(${part(0)}, ${part(2)}, ${part(4)}, ${share})`;
  }

  const format = {
    count: n => Math.round(n).toLocaleString('en-US'),
    percent: v => (v < 1 ? Math.min(99.99, v * 100) : v * 100).toFixed(2) + ' %',
    share: v => (100 * v).toFixed(v > 0 && v < 0.0995 ? 1 : 0) + ' %',
    loss: v => !Number.isFinite(v) ? String(v) : v === 0 ? '0' : Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5 ? v.toFixed(4) : v.toExponential(2),
    digits: v => !Number.isFinite(v) ? String(v) : v === 0 ? '0' : Math.abs(v) >= 1e4 || Math.abs(v) < 1e-3 ? v.toExponential(1) : String(+v.toPrecision(3)),
    millis: v => (v >= 100 ? v.toFixed(0) : v.toFixed(1)) + ' ms',
    rate: v => v >= 1e6 ? (v / 1e6).toFixed(1) + 'M' : v >= 1e4 ? (v / 1e3).toFixed(1) + 'k' : format.count(v),
    large: v => v >= 1e9 ? (v / 1e9).toFixed(2) + ' G' : v >= 1e6 ? (v / 1e6).toFixed(2) + ' M' : v >= 1e4 ? (v / 1e3).toFixed(1) + ' k' : format.count(v) + ' ',
    shape: text => text.startsWith('1x1x') ? format.count(Number(text.slice(4))) + ' values' : text,
    duration: s => s < 59.95 ? s.toFixed(1) + ' s' : s < 3600 ? Math.floor(s / 60) + ':' + String(Math.round(s) % 60).padStart(2, '0') + ' min'
      : Math.floor(s / 3600) + ':' + String(Math.floor(s / 60) % 60).padStart(2, '0') + ' h',
  };

  /* Elements: h('p', {class: 'note'}, 'text', child ...). Text is never taken for markup. */
  function h(name, attributes, ...children) {
    const svg = ['svg', 'g', 'rect', 'path', 'text'].includes(name);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === 'onclick') node.addEventListener('click', value);
      else if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  }

  /* Mean weighted by distance, forward and backward alike so that it does not lag behind. */
  function smoothed(values) {
    const keep = Math.exp(-1 / Math.max(1, values.length / 90));
    const run = list => {
      let sum = 0, weight = 0;
      return list.map(v => {
        sum = keep * sum + (1 - keep) * v;
        weight = keep * weight + (1 - keep);
        return [sum, weight];
      });
    };
    const forward = run(values);
    const backward = run([...values].reverse()).reverse();
    return values.map((v, i) => {
      const own = 1 - keep;
      return (forward[i][0] + backward[i][0] - own * v) / (forward[i][1] + backward[i][1] - own);
    });
  }

  const points = (x, y) => x.map((v, i) => ({ x: v, y: y[i] }));

  /* A curve: the raw values faint, their smoothed course on top. */
  function curve(name, tone, x, y) {
    return [
      { label: name + ' (raw)', data: points(x, y), tone, faint: true, borderWidth: 1, order: 3 },
      { label: name, data: points(x, smoothed(y)), tone, borderWidth: 2, order: 2, of: 0 },
    ];
  }

  function line(name, tone, x, y, more) {
    return Object.assign({ label: name, data: points(x, y), tone, borderWidth: 1.75, order: 2 }, more);
  }

  function dots(name, tone, x, y) {
    return Object.assign(line(name, tone, x, y), { pointRadius: 3.5, pointHoverRadius: 5, order: 1, borderWidth: 1.5, clip: 8 });
  }

  function paint(chart) {
    for (const set of chart.data.datasets) {
      const bar = chart.config.type === 'bar';
      set.borderColor = set.faint ? faded(set.tone, 0.28) : colour(set.tone);
      set.backgroundColor = bar ? colour(set.tone) : set.borderColor;
      set.pointBackgroundColor = set.hollow ? colour('paper') : set.borderColor;
      if (bar) set.borderWidth = 0;
    }
    const o = chart.options;
    for (const axis of Object.values(o.scales)) {
      axis.ticks.color = colour('faint');
      axis.border = { display: false };
      axis.grid.color = colour('rule');
      if (axis.title) axis.title.color = colour('faint');
    }
    const tip = o.plugins.tooltip;
    tip.backgroundColor = colour('paper');
    tip.borderColor = colour('rule');
    tip.titleColor = colour('soft');
    tip.bodyColor = colour('ink');
  }

  function repaint() {
    for (const chart of Object.values(charts)) {
      paint(chart);
      chart.update('none');
    }
    root.dispatchEvent(new Event('repaint'));
  }

  function setUp() {
    Chart.defaults.font.family = getComputedStyle(root).fontFamily;
    Chart.defaults.font.size = 11.5;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.elements.point.radius = 0;
    Chart.defaults.elements.point.hitRadius = 0;
    Chart.defaults.elements.line.tension = 0;
    /* Of every curve the point that is nearest to the pointer, whatever steps the others have. */
    Chart.Interaction.modes.nearestOfEach = (chart, e) => {
      const at = Chart.helpers.getRelativePosition(e, chart);
      const found = [];
      chart.getSortedVisibleDatasetMetas().forEach(meta => {
        let best = -1, distance = Infinity;
        meta.data.forEach((element, index) => {
          const d = Math.abs(element.x - at.x);
          if (d < distance) { distance = d; best = index; }
        });
        if (best >= 0 && distance < 60) found.push({ element: meta.data[best], datasetIndex: meta.index, index: best });
      });
      return found;
    };
    Chart.register({
      id: 'crosshair',
      afterDraw(chart) {
        const active = chart.tooltip && chart.tooltip.getActiveElements();
        if (!active || active.length === 0 || chart.config.type === 'bar') return;
        const { ctx, chartArea } = chart;
        ctx.save();
        ctx.strokeStyle = colour('faint');
        ctx.lineWidth = 1;
        ctx.setLineDash([2, 3]);
        ctx.beginPath();
        ctx.moveTo(active[0].element.x, chartArea.top);
        ctx.lineTo(active[0].element.x, chartArea.bottom);
        ctx.stroke();
        ctx.restore();
      },
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
  }

  function legend(chart, blocks) {
    const list = h('ul', { class: blocks ? 'legend blocks' : 'legend' });
    chart.data.datasets.forEach((set, i) => {
      if (set.faint || set.mute) return;
      const mark = h('i', {});
      mark.style.background = `var(--${set.tone})`;
      const item = h('li', { title: 'show or hide' }, mark, set.label);
      item.addEventListener('click', () => {
        const show = !chart.isDatasetVisible(i);
        chart.setDatasetVisibility(i, show);
        if (i > 0 && chart.data.datasets[i - 1].faint) chart.setDatasetVisibility(i - 1, show);
        item.classList.toggle('off', !show);
        chart.update('none');
      });
      list.append(item);
    });
    return list;
  }

  /*
   * A figure with a title, a chart and a legend. options: key, title, unit, sets, y (format), log,
   * min, max, bar, xTitle, label (of a hovered point), tools (buttons).
   */
  function figure(o) {
    if (!o.bar && o.xMax === undefined) {
      const { min, max } = range(o.sets);
      o = Object.assign({ xMin: min < max ? min : Math.min(0, max), xMax: max }, o);
    }
    const canvas = h('canvas', { role: 'img', 'aria-label': o.title });
    const plot = h('div', { class: 'plot' }, canvas);
    const head = h('div', { class: 'head' }, h('h3', {}, o.title, h('span', {}, o.unit || '')), o.tools || null);
    const node = h('figure', { id: 'figure-' + o.key, class: o.wide ? 'wide' : null }, head, plot);
    const chart = new Chart(canvas, {
      type: o.bar ? 'bar' : 'line',
      data: o.bar ? { labels: o.labels, datasets: o.sets } : { datasets: o.sets },
      options: {
        parsing: o.bar ? undefined : false,
        normalized: !o.bar,
        interaction: o.bar ? { mode: 'index', intersect: false } : { mode: 'nearestOfEach', intersect: false },
        layout: { padding: { right: 6 } },
        scales: {
          x: o.bar
            ? { stacked: true, grid: { display: false }, ticks: { maxTicksLimit: 7, maxRotation: 0 } }
            : { type: 'linear', min: o.xMin, max: o.xMax, grid: { display: false },
                ticks: { maxTicksLimit: 7, maxRotation: 0, callback: o.x || (v => Number.isInteger(v) ? format.rate(v) : '') } },
          y: { type: o.log ? 'logarithmic' : 'linear', stacked: !!o.bar, min: o.min, max: o.max, beginAtZero: o.zero || !!o.bar,
               afterBuildTicks: thinned, grid: { drawTicks: false }, ticks: { padding: 6, maxTicksLimit: 6, callback: tick(o) } },
        },
        plugins: {
          legend: { display: false },
          tooltip: {
            borderWidth: 1, padding: 9, cornerRadius: 6, boxWidth: 8, boxHeight: 8, usePointStyle: true, caretSize: 0,
            titleFont: { weight: '500' }, bodyFont: { size: 12 },
            filter: item => !item.dataset.mute,
            callbacks: {
              title: items => o.tipTitle ? o.tipTitle(items) : items.length ? 'step ' + format.count(items[0].parsed.x) : '',
              label: item => ' ' + (o.label ? o.label(item) : item.dataset.label + '  ' + o.y(item.parsed.y)),
              labelColor: item => ({ borderColor: item.dataset.borderColor, backgroundColor: item.dataset.borderColor }),
            },
          },
        },
      },
    });
    paint(chart);
    chart.update('none');
    charts[o.key] = chart;
    if (o.sets.filter(s => !s.faint && !s.mute).length > 1 || o.legend) node.append(legend(chart, o.bar));
    return node;
  }

  /* New data for a figure that is there. */
  function refresh(o) {
    const chart = charts[o.key];
    o.sets.forEach((set, i) => {
      if (chart.data.datasets[i]) chart.data.datasets[i].data = set.data;
    });
    if (o.bar) chart.data.labels = o.labels;
    const { x, y } = chart.options.scales;
    if (!o.bar) Object.assign(x, range(o.sets));
    if (o.min !== undefined) y.min = o.min;
    chart.update('none');
  }

  function range(sets) {
    const ends = sets.flatMap(s => s.data.length ? [s.data[0].x, s.data[s.data.length - 1].x] : []);
    const [min, max] = [Math.min(...ends), Math.max(...ends)];
    return { min: min > max / 20 ? min : 0, max };
  }

  /* On a logarithmic scale only powers of ten, or 1, 2 and 5, have room. */
  function thinned(axis) {
    if (axis.type !== 'logarithmic') return;
    const leads = Math.log10(axis.max / axis.min) > 2.2 ? [1] : [1, 2, 5];
    const lead = v => Math.round(v / Math.pow(10, Math.floor(Math.log10(v) + 1e-9)) * 1e6) / 1e6;
    axis.ticks = axis.ticks.filter(t => leads.includes(lead(t.value)));
  }

  function tick(o) {
    const show = o.tick || o.y;
    return function (value) {
      return this.type === 'logarithmic' ? format.digits(value) : show(value);
    };
  }

  /* Buttons that switch a figure between a logarithmic and a linear scale. */
  function scaleButton(key, log) {
    const button = h('button', { type: 'button' }, log ? 'linear' : 'log');
    button.addEventListener('click', () => {
      const y = charts[key].options.scales.y;
      y.type = y.type === 'linear' ? 'logarithmic' : 'linear';
      button.textContent = y.type === 'linear' ? 'log' : 'linear';
      charts[key].update('none');
    });
    return button;
  }

  /* Where an axis of accuracy begins, so that its late part can be told apart. */
  function accuracyFloor(curves) {
    const all = curves.flatMap(y => smoothed(y).slice(Math.floor(y.length / 10))).sort((a, b) => a - b);
    const low = all.length ? all[Math.floor(all.length / 10)] : 0;
    const floor = Math.max(0, 1 - 2 * (1 - low));
    const step = floor < 0.5 ? 0.2 : floor < 0.8 ? 0.1 : floor < 0.9 ? 0.05 : 0.02;
    return Math.min(0.98, Math.floor(floor / step + 1e-9) * step);
  }

  const ENDS = { epochs: 'all epochs done', maxSteps: 'the step limit was reached', patience: 'validation stopped improving', stopped: 'stopped by the user' };
  const ends = reason => ENDS[reason] || reason;

  const PARTS = [['compute', 'blue'], ['result', 'slate'], ['broadcast', 'violet'], ['merge', 'green'], ['update', 'plum']];

  /* Milliseconds a step by part, in bars of several steps each. */
  function stepTimes(curves, validations) {
    const n = curves.step.length;
    const size = Math.max(1, Math.ceil(n / 40));
    const groups = [];
    for (let i = 0; i < n; i += size) groups.push([i, Math.min(n, i + size)]);
    const mean = values => groups.map(([a, b]) => values.slice(a, b).reduce((s, v) => s + v, 0) / (b - a));
    const sets = PARTS.map(([part, tone]) => ({ label: part, data: mean(curves.millis[part]), tone, stack: 's' }));
    const evaluation = groups.map(([a, b]) => {
      const from = a === 0 ? 0 : curves.step[a - 1];
      const inside = (validations || []).filter(v => v.step > from && v.step <= curves.step[b - 1]);
      return 1e3 * inside.reduce((s, v) => s + v.seconds, 0) / Math.max(1, curves.step[b - 1] - from);
    });
    sets.push({ label: 'evaluation', data: evaluation, tone: 'orange', stack: 's' });
    sets.forEach(s => Object.assign(s, { barPercentage: 1, categoryPercentage: 0.86 }));
    return { sets, labels: groups.map(([a, b]) => format.count(curves.step[b - 1])), bar: true };
  }

  return { charts, colour, faded, COLOURS, format, h, smoothed, curve, line, dots, figure, refresh, scaleButton, accuracyFloor, stepTimes, ends, setUp, repaint, root };
})();
