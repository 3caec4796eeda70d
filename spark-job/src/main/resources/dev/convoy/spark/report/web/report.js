/* Draws the page from the data that stands in it. */
'use strict';
(() => {
  const { h, format, curve, line, dots, figure, network } = convoy;
  const { bar } = network;
  const { runs, comparison } = JSON.parse(document.getElementById('data').textContent);
  const page = document.getElementById('page');
  convoy.setUp();

  const section = (id, title, note, ...content) =>
    h('section', { id }, h('h2', {}, title), note ? h('p', {}, note) : null, ...content);
  const grid = (...figures) => h('div', { class: 'grid' }, ...figures);

  function themeButton() {
    const dark = () => getComputedStyle(convoy.root).colorScheme === 'dark';
    const button = h('button', { type: 'button', id: 'theme' }, dark() ? 'light' : 'dark');
    button.addEventListener('click', () => {
      convoy.root.dataset.theme = dark() ? 'light' : 'dark';
      button.textContent = dark() ? 'light' : 'dark';
      convoy.repaint();
    });
    return button;
  }

  function number(label, value, unit, under) {
    return h('div', {}, h('dt', {}, label),
      h('dd', {}, value, unit ? h('small', {}, unit) : null, under ? h('span', { class: 'under' }, under) : null));
  }

  /* What a class is called: its name if it has one. */
  const called = (e, label) => e.classNames && e.classNames[label] !== undefined ? e.classNames[label] : String(label);
  const severalOutputs = e => e.outputs && e.outputs.length > 1;

  const percentParts = v => format.percent(v).split(' ');
  const durationParts = s => format.duration(s).split(' ');

  function hero(run) {
    const r = run.result || {};
    const e = run.evaluation;
    const figures = [];
    if (r.testAccuracy !== undefined) {
      const wrong = e ? Math.round(e.examples * (1 - e.accuracy)) : null;
      const of = e && severalOutputs(e) ? ` by output ${e.outputs[0].name}` : '';
      figures.push(number('Test accuracy', ...percentParts(r.testAccuracy), wrong === null ? '' : `${format.count(wrong)} of ${format.count(e.examples)} wrong${of}`));
      figures.push(number('Test loss', format.loss(r.testLoss)));
    }
    if (r.validationAccuracy !== undefined) {
      figures.push(number('Validation', ...percentParts(r.validationAccuracy), `loss ${format.loss(r.validationLoss)}`));
    }
    if (r.seconds !== undefined) {
      figures.push(number('Training time', ...durationParts(r.seconds), `${format.count(r.steps)} steps`));
      figures.push(number('Examples a second', format.rate(r.examplesPerSecond), '', `${format.share(r.computeShare)} in the engine`));
    }
    if (run.model) figures.push(number('Parameters', format.count(run.model.parameters), '', `${format.large(run.model.flops)}FLOPs an example`));
    return h('dl', { class: 'figures' }, figures);
  }

  const given = run => run.model ? network.inputText(run.model) : format.shape(run.result.data.shape);


  function header(title, lead) {
    return h('header', {}, h('div', { class: 'brand' }, h('span', {}, h('b', {}, 'Convoy'), '  training report'), themeButton()),
      h('h1', {}, title), lead ? h('p', { class: 'lead' }, lead) : null);
  }

  function learning(run) {
    const c = run.curves;
    const v = run.validations;
    const at = v.map(p => p.step);
    const loss = [...curve('training', 'blue', c.step, c.loss)];
    const accuracy = [...curve('training', 'blue', c.step, c.accuracy)];
    if (v.length) {
      loss.push(dots('validation', 'orange', at, v.map(p => p.loss)));
      accuracy.push(dots('validation', 'orange', at, v.map(p => p.accuracy)));
    }
    const log = c.loss.every(x => x > 0);
    const each = c.stride > 1 ? ` A point is the mean of ${c.stride} steps.` : '';
    return section('learning', 'How it learned', 'Thin: each step as it was. Thick: smoothed. Dots: held-out examples after an epoch.' + each, grid(
      figure({ key: 'loss', title: 'Loss', sets: loss, y: format.loss, tick: format.digits, log, tools: log ? convoy.scaleButton('loss', true) : null }),
      figure({ key: 'accuracy', title: 'Accuracy', sets: accuracy, y: format.percent, tick: format.share,
        min: convoy.accuracyFloor([c.accuracy, v.map(p => p.accuracy)]), max: 1 }),
      figure({ key: 'rate', title: 'Learning rate', sets: [line('learning rate', 'green', c.step, c.learningRate)], y: format.digits, zero: true }),
      figure({ key: 'gradient', title: 'Gradient norm', unit: 'before clipping', sets: curve('gradient norm', 'plum', c.step, c.gradientNorm), y: format.digits, log: c.gradientNorm.every(x => x > 0) })));
  }

  function speed(run) {
    const c = run.curves;
    const r = run.result || {};
    const times = convoy.stepTimes(c, run.validations);
    return section('speed', 'Where the time went',
      r.computeShare === undefined ? '' : `${format.share(r.computeShare)} in the engine, ${format.share(r.sparkShare)} in Spark, ${format.share(r.driverShare)} adding up and updating on the driver. Evaluation runs beside the steps unless training waits for it to stop early.`,
      grid(
        figure(Object.assign({ key: 'times', title: 'A step by part', unit: 'milliseconds', y: format.millis, tick: format.digits,
          tipTitle: items => items.length ? 'up to step ' + items[0].label : '' }, times)),
        figure({ key: 'speed', title: 'Examples a second', sets: curve('examples/s', 'blue', c.step, c.examplesPerSecond), y: format.rate, zero: true })));
  }

  function model(run) {
    const m = run.model;
    const several = m.outputs.length > 1 ? ` Outputs: ${m.outputs.map(o => `${o.name} (${o.loss})`).join(', ')}.` : '';
    return section('model', 'The network', 'FLOPs are those of one forward pass over one example: two for each multiply-add of a convolution or dense layer.' + several, network.drawing(m), network.table(m));
  }

  function sight(run) {
    const m = run.model;
    const content = [...(m.filters ? network.filters(m) : []), ...(m.seen.length ? network.maps(m) : [])];
    return content.length ? section('sight', 'What it sees', 'Orange raises a filter\'s answer, blue lowers it.', ...content) : null;
  }

  function norms(run) {
    const c = run.curves;
    const names = run.model ? run.model.normLayers : c.weightNorms.map((_, i) => 'layer ' + (i + 1));
    const sets = values => values.map((y, i) => line(names[i] || 'layer ' + (i + 1), convoy.COLOURS[i % 6], c.step, convoy.smoothed(y), i > 5 ? { borderDash: [4, 3] } : {}));
    const positive = values => values.every(y => y.every(v => v > 0));
    return section('norms', 'Layer by layer', 'Euclidean norms, smoothed. A layer whose gradient vanishes does not learn; one whose weights run away will not stop.', grid(
      figure({ key: 'gradientNorms', title: 'Gradient', unit: 'norm by layer', sets: sets(c.gradientNorms), y: format.digits, log: positive(c.gradientNorms) }),
      figure({ key: 'weightNorms', title: 'Weights', unit: 'norm by layer', sets: sets(c.weightNorms), y: format.digits, log: positive(c.weightNorms) })));
  }

  function confusion(e) {
    const n = e.confusion.length;
    const most = Math.max(1, ...e.confusion.flatMap((row, i) => row.filter((_, j) => i !== j)));
    const head = h('tr', {}, h('th'), e.confusion.map((_, i) => h('th', { title: called(e, i) }, String(i))));
    const rows = e.confusion.map((row, i) => h('tr', {}, h('th', { class: e.classNames ? 'name' : null }, called(e, i)), row.map((count, j) => {
      const cell = h('td', { class: i === j ? 'right' : count === 0 ? 'none' : null, title: `${count} of class ${called(e, i)} taken for ${called(e, j)}` }, count === 0 ? '·' : String(count));
      if (i !== j && count > 0) cell.style.background = `color-mix(in srgb, var(--orange) ${Math.round(12 + 58 * Math.sqrt(count / most))}%, var(--paper))`;
      return cell;
    })));
    return h('div', {}, h('h3', {}, 'Confusion', h('span', {}, 'rows: truth, columns: prediction')),
      h('div', { class: 'scroll', style: 'margin-top:8px' }, h('table', { class: 'confusion', id: 'confusion' }, head, rows)));
  }

  function classes(e) {
    const present = e.classes.filter(c => c.examples > 0);
    const floor = Math.max(0, Math.min(1, ...present.map(c => Math.min(c.precision, c.recall))) - 0.02);
    const none = h('td', { class: 'num' }, '-');
    const cell = (v, there) => there ? h('td', { class: 'num' }, format.percent(v), bar(Math.max(0, (v - floor) / (1 - floor)))) : none.cloneNode(true);
    const taken = label => e.confusion.reduce((sum, row) => sum + row[label], 0);
    return h('div', {}, h('h3', {}, 'Precision and recall', h('span', {}, `bars begin at ${format.share(floor)}`)),
      h('div', { class: 'scroll', style: 'margin-top:8px' }, h('table', { id: 'classes' },
        h('tr', {}, h('th', {}, 'Class'), h('th', { class: 'num hide' }, 'Examples'), h('th', { class: 'num' }, 'Precision'), h('th', { class: 'num' }, 'Recall'), h('th', { class: 'num' }, 'F1')),
        e.classes.map(c => h('tr', {}, h('td', {}, called(e, c.label)), h('td', { class: 'num hide' }, format.count(c.examples)), cell(c.precision, taken(c.label) > 0), cell(c.recall, c.examples > 0), h('td', { class: 'num' }, c.examples > 0 ? c.f1.toFixed(4) : '-'))))));
  }

  function calibration(e) {
    const bins = e.calibration.filter(b => b.examples > 0);
    const error = bins.reduce((s, b) => s + b.examples * Math.abs(b.accuracy - b.confidence), 0) / e.examples;
    const most = Math.max(...bins.map(b => b.examples));
    const radius = bins.map(b => 3 + 8 * Math.sqrt(b.examples / most));
    const sets = [
      { label: 'ideal', data: [{ x: 0, y: 0 }, { x: 1, y: 1 }], tone: 'slate', borderDash: [4, 4], borderWidth: 1.25, mute: true },
      Object.assign(line('predictions', 'blue', bins.map(b => b.confidence), bins.map(b => b.accuracy)), { clip: 12, showLine: false, pointRadius: radius, pointHoverRadius: radius }),
    ];
    return figure({ key: 'calibration', title: 'Calibration', unit: `right by how sure; expected error ${format.percent(error)}`, sets, y: format.share, min: 0, max: 1, xMin: 0, xMax: 1,
      x: v => format.share(v), tipTitle: items => items.length ? 'sure to ' + format.percent(items[0].parsed.x) : '',
      label: item => `right ${format.percent(item.parsed.y)} of ${format.count(bins[item.dataIndex].examples)}` });
  }

  function ranks(e) {
    const top = e.topAccuracy;
    const sets = [Object.assign(dots('right', 'blue', top.map((_, i) => i + 1), top), { borderWidth: 2 })];
    return figure({ key: 'ranks', title: 'Truth among the first k guesses', sets, y: format.percent, xMin: 1, xMax: top.length, x: v => Number.isInteger(v) ? 'top ' + v : '',
      tick: v => format.percent(v), max: 1, tipTitle: items => items.length ? 'top ' + items[0].parsed.x : '' });
  }

  /* The parts of an example, where there is no model to tell them. */
  function whole(e) {
    const [height, width, channels] = e.imageShape.split('x').map(Number);
    return [{ height, width, channels }];
  }

  function mistakes(run) {
    const e = run.evaluation;
    const inputs = run.model ? run.model.inputs : whole(e);
    const cards = e.worstMistakes.slice(0, 50).map(m => h('div', { class: 'mistake' },
      h('div', { class: 'given' }, m.pixels ? network.example(m.pixels, inputs, innerWidth <= 760 ? 52 : 62) : null,
        h('div', { class: 'place', title: m.name || 'place in the data' }, `#${m.index}`)),
      h('div', {}, h('div', { class: 'verdict' }, h('b', {}, called(e, m.truth)), ' taken for ', h('b', {}, called(e, m.predicted))),
        (m.top || []).map(g => {
          const mark = h('i');
          mark.style.width = (100 * g.probability).toFixed(1) + '%';
          return h('div', { class: 'guess' + (g.label === m.truth ? ' truth' : g.label === m.predicted ? ' taken' : '') },
            h('span', { title: called(e, g.label) }, String(g.label)), h('div', {}, mark), h('span', {}, sure(g.probability)));
        }))));
    return section('mistakes', 'The worst mistakes', `Wrong and most sure of it: ${cards.length} of ${format.count(Math.round(e.examples * (1 - e.accuracy)))}, with the three likeliest classes. Green is the truth, orange what it was taken for.`,
      h('div', { class: 'mistakes', id: 'worst' }, cards));
  }

  /* Never rounded up to certainty. */
  const sure = p => p > 0.995 ? (Math.floor(1000 * p) / 10).toFixed(1) + ' %' : (100 * p).toFixed(p < 0.1 ? 1 : 0) + ' %';

  function outputs(e) {
    return h('div', { class: 'scroll' }, h('table', { id: 'outputs', class: 'narrow' },
      h('tr', {}, h('th', {}, 'Output'), h('th', { class: 'num' }, 'Accuracy'), h('th', { class: 'num' }, 'Loss')),
      e.outputs.map(o => h('tr', {}, h('td', {}, o.name), h('td', { class: 'num' }, format.percent(o.accuracy)), h('td', { class: 'num' }, format.loss(o.loss))))));
  }

  function quality(run) {
    const e = run.evaluation;
    const few = e.confusion.length > 0 && e.confusion.length <= 30;
    const first = severalOutputs(e) ? ` What follows is told of the first output, ${e.outputs[0].name}.` : '';
    // Training may have seen what is no test set of its own.
    const what = e.testSet ? `test examples of ${e.data}, which training never saw.` : `examples of ${e.data}.`;
    return section('quality', 'How good it is', `${format.count(e.examples)} ${what}${first}`,
      first ? outputs(e) : null,
      few ? h('div', { class: 'halves' }, confusion(e), classes(e)) : null,
      h('div', { style: 'margin-top:34px' }, grid(calibration(e), ranks(e))));
  }

  function reproduce(run) {
    const r = run.result || {};
    const d = r.data;
    const v = r.versions || {};
    const facts = [
      ['Weights, SHA-256', r.weightsSha256 ? h('code', { id: 'sha' }, r.weightsSha256) : null],
      ['Ended', r.reason ? convoy.ends(r.reason) : null],
      ['Training data', d ? `${format.count(d.examples)} examples of ${given(run)}, ${d.classes} classes` : null],
      ['Data fingerprint', d ? h('code', {}, d.hash) : null],
      ['Convoy', v.convoy], ['Spark, Scala', v.spark ? `${v.spark}, ${v.scala}` : null],
      ['Java', v.java ? `${v.java} on ${v.os}` : null], ['Kernels', v.kernels],
    ].filter(f => f[1]);
    return section('reproduce', 'To get the same again', 'The same data, job and seed give the same weights, bit for bit, on any number of executors. Compare runs by the hash.',
      h('dl', { class: 'facts' }, facts.flatMap(([k, value]) => [h('dt', {}, k), h('dd', {}, value)])),
      run.job ? h('details', { open: innerWidth > 760 ? '' : null }, h('summary', {}, 'The job as it was run'), h('pre', { id: 'job' }, run.job)) : null);
  }

  const footer = () => h('footer', {}, 'One file, no network: keep it, mail it, open it anywhere.');

  function single(run) {
    const r = run.result || {};
    const lead = [run.model ? `${run.model.layers.length} layers` : null, r.data ? `${format.count(r.data.examples)} examples of ${given(run)}` : null, r.reason ? convoy.ends(r.reason) : null].filter(Boolean).join('  ·  ');
    page.append(header(run.name, lead), hero(run));
    const parts = [
      run.curves && (() => learning(run)), run.evaluation && (() => quality(run)), run.evaluation && run.evaluation.worstMistakes.length && (() => mistakes(run)),
      run.model && (() => model(run)), run.model && (() => sight(run)), run.curves && run.curves.weightNorms.length && (() => norms(run)),
      run.curves && (() => speed(run)), () => reproduce(run),
    ];
    for (const part of parts) {
      const node = part ? part() : null;
      if (node) page.append(node);
    }
  }

  /* Runs beside each other. */

  function overview() {
    const best = (pick, sign) => {
      const known = runs.map(pick).filter(v => v !== undefined && v !== null);
      return known.length > 1 ? sign * Math.max(...known.map(v => sign * v)) : null;
    };
    const rows = [
      ['Test accuracy', r => r.result && r.result.testAccuracy, format.percent, 1], ['Test loss', r => r.result && r.result.testLoss, format.loss, -1],
      ['Validation accuracy', r => r.result && r.result.validationAccuracy, format.percent, 1], ['Training time', r => r.result && r.result.seconds, format.duration, -1],
      ['Examples a second', r => r.result && r.result.examplesPerSecond, format.rate, 1], ['Steps', r => r.result && r.result.steps, format.count, 0],
      ['Parameters', r => r.model && r.model.parameters, format.count, 0], ['FLOPs an example', r => r.model && r.model.flops, format.large, 0],
      ['Weights', r => r.result && r.result.weightsSha256 && r.result.weightsSha256.slice(0, 12), v => v, 0],
    ].filter(([, pick]) => runs.some(r => pick(r) !== undefined && pick(r) !== null));
    const swatch = i => {
      const mark = h('span', { class: 'swatch' });
      mark.style.background = `var(--${convoy.COLOURS[i % 6]})`;
      return mark;
    };
    return section('overview', 'Side by side', '', h('div', { class: 'scroll' }, h('table', { id: 'runs' },
      h('tr', {}, h('th'), runs.map((r, i) => h('th', { class: 'num' }, swatch(i), r.name))),
      rows.map(([label, pick, show, sign]) => {
        const top = sign === 0 ? null : best(pick, sign);
        return h('tr', {}, h('td', {}, label), runs.map(r => {
          const v = pick(r);
          return h('td', { class: 'num', style: top !== null && v === top ? 'font-weight:650' : null }, v === undefined || v === null ? '' : show(v));
        }));
      }))));
  }

  function overlays() {
    const all = runs.map((run, i) => ({ run, tone: convoy.COLOURS[i % 6] })).filter(r => r.run.curves);
    const of = pick => all.flatMap(({ run, tone }) => curve(run.name, tone, run.curves.step, pick(run.curves)));
    const plain = pick => all.map(({ run, tone }) => line(run.name, tone, run.curves.step, pick(run.curves)));
    const held = pick => all.filter(({ run }) => run.validations.length).map(({ run, tone }) => dots(run.name, tone, run.validations.map(v => v.step), run.validations.map(pick)));
    const log = all.every(({ run }) => run.curves.loss.every(x => x > 0));
    const validated = held(v => v.loss).length > 0;
    return section('learning', 'How they learned', 'Thin: each step as it was. Thick: smoothed.', grid(
      figure({ key: 'loss', title: 'Training loss', sets: of(c => c.loss), y: format.loss, tick: format.digits, log, tools: log ? convoy.scaleButton('loss', true) : null }),
      figure({ key: 'accuracy', title: 'Training accuracy', sets: of(c => c.accuracy), y: format.percent, tick: format.share, min: convoy.accuracyFloor(all.map(r => r.run.curves.accuracy)), max: 1 }),
      validated ? figure({ key: 'validationLoss', title: 'Validation loss', sets: held(v => v.loss), y: format.loss, tick: format.digits, log: true, legend: true }) : null,
      validated ? figure({ key: 'validationAccuracy', title: 'Validation accuracy', sets: held(v => v.accuracy), y: format.percent, tick: v => format.percent(v), legend: true }) : null,
      figure({ key: 'rate', title: 'Learning rate', sets: plain(c => c.learningRate), y: format.digits, zero: true }),
      figure({ key: 'speed', title: 'Examples a second', sets: of(c => c.examplesPerSecond), y: format.rate, zero: true })));
  }

  /* Every setting of a job in a line of its own, with its whole name: 'optimizer.type: sgd'. */
  function settings(job) {
    const above = [];
    return job.split('\n').filter(l => l.trim() && !l.trim().startsWith('#')).flatMap(text => {
      const indent = text.search(/\S/);
      while (above.length && above[above.length - 1].indent >= indent) above.pop();
      const line = text.trim();
      const path = above.map(a => a.key).join('.');
      if (line.startsWith('- ')) return [`${path} ${line}`];
      if (line.endsWith(':')) {
        above.push({ indent, key: line.slice(0, -1) });
        return [];
      }
      return [path ? `${path}.${line}` : line];
    });
  }

  /* Settings of the jobs that are not the same everywhere. */
  function differences() {
    const jobs = runs.map(r => settings(r.job || ''));
    const others = i => jobs.filter((_, k) => k !== i);
    const own = jobs.map((lines, i) => lines.filter(l => others(i).some(o => !o.includes(l))));
    if (own.every(lines => lines.length === 0)) return section('differences', 'The jobs', 'They are the same, key by key.');
    return section('differences', 'What was different', 'Settings of each job that another does not have.', h('div', { class: 'grid' },
      runs.map((r, i) => h('figure', {}, h('h3', {}, r.name), h('pre', {}, own[i].join('\n') || '-')))));
  }

  if (comparison) {
    page.append(header(runs.map(r => r.name).join(' and '), `${runs.length} runs`), overview());
    if (runs.some(r => r.curves)) page.append(overlays());
    page.append(differences());
  } else {
    single(runs[0]);
  }
  page.append(footer());
  document.documentElement.dataset.ready = 'true';
})();
