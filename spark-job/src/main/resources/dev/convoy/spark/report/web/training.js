/* Draws a run that goes on, or one that an event log tells of. */
'use strict';
(() => {
  const { h, format, curve, line, dots, figure } = convoy;
  const page = document.getElementById('training');
  const address = page.dataset.address;
  convoy.setUp();
  let drawn = null;

  const tail = (values, n) => values.slice(Math.max(0, values.length - n));
  const mean = values => values.length ? values.reduce((s, v) => s + v, 0) / values.length : NaN;

  /* Of the past hundred steps. */
  function recent(view) {
    const c = view.curves;
    const n = Math.max(1, Math.round(100 / c.stride));
    const times = tail(c.millis.step, n);
    const rates = tail(c.examplesPerSecond, n);
    const step = mean(times);
    return { loss: mean(tail(c.loss, n)), accuracy: mean(tail(c.accuracy, n)), step, overhead: step - mean(tail(c.millis.compute, n)),
      rate: mean(times.map((t, i) => t * rates[i])) / step, step1: c.step[c.step.length - 1], epoch: c.epoch[c.epoch.length - 1] };
  }

  function number(label, value, unit, under) {
    return h('div', {}, h('dt', {}, label),
      h('dd', {}, value, unit ? h('small', {}, unit) : null, under ? h('span', { class: 'under' }, under) : null));
  }

  const some = (n, what) => `${format.count(n)} ${what}${n === 1 ? '' : 's'}`;
  const clock = millis => new Date(millis).toLocaleTimeString('en-GB');

  function figures(view) {
    const now = recent(view);
    const run = view.run;
    const v = view.validations[view.validations.length - 1];
    const left = (run.course.totalSteps - now.step1) * now.step / 1e3;
    const done = view.finished;
    return h('dl', { class: 'figures', id: 'now' },
      number('Step', format.count(now.step1), ` of ${format.count(run.course.totalSteps)}`, `epoch ${now.epoch} of ${run.course.epochs}`),
      number('Loss', format.loss(now.loss), '', 'past 100 steps'),
      number('Accuracy', ...format.percent(now.accuracy).split(' '), 'past 100 steps'),
      v ? number('Validation', ...format.percent(v.accuracy).split(' '), `loss ${format.loss(v.loss)} at step ${format.count(v.step)}`) : null,
      number('Examples a second', format.rate(now.rate), '', `${format.millis(now.step)} a step, ${format.millis(now.overhead)} of it not in the engine`),
      done ? number('Took', ...format.duration(done.seconds).split(' '), convoy.ends(done.reason)) : number('Remaining', ...format.duration(left).split(' ')));
  }

  function share(part, all) {
    const bar = h('span', { class: 'bar' });
    bar.style.width = (100 * part / all).toFixed(1) + '%';
    return h('td', { class: 'num', style: 'min-width:90px' }, format.share(part / all), bar);
  }

  function executors(view) {
    const all = view.executors.reduce((s, e) => s + e.examples, 0);
    return h('table', { id: 'executors', class: 'narrow' },
      h('tr', {}, ['Executor', 'Tasks', 'Examples', 'Share', 'Time in the engine', 'Examples per engine second'].map((t, i) => h('th', { class: i ? 'num' : null }, t))),
      view.executors.map(e => h('tr', {}, h('td', {}, e.executor), h('td', { class: 'num' }, format.count(e.tasks)), h('td', { class: 'num' }, format.count(e.examples)),
        share(e.examples, all), h('td', { class: 'num' }, format.duration(e.computeSeconds)), h('td', { class: 'num' }, format.rate(e.examples / e.computeSeconds)))));
  }

  function facts(view) {
    const run = view.run;
    const rows = [
      ['Weights, SHA-256', view.finished ? h('code', { id: 'sha' }, view.finished.weightsSha256) : 'known at the end'],
      ['Last checkpoint', view.checkpoint ? `step ${format.count(view.checkpoint.step)} at ${clock(view.checkpoint.millis)}: ${view.checkpoint.path}` : 'none'],
      ['Data', `${format.count(run.trainingExamples)} examples of ${format.shape(run.data.shape)}, ${format.count(run.validationExamples)} held out; ${run.data.hash}`],
      ['Spread', `${some(run.cut.partitions, 'partition')} on ${some(run.cut.slots, 'task slot')}`],
      ['Parameters', format.count(run.parameters)],
    ];
    return h('dl', { class: 'facts', id: 'facts' }, rows.flatMap(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]));
  }

  function specs(view) {
    const c = view.curves;
    const v = view.validations;
    const at = v.map(p => p.step);
    const log = c.loss.every(x => x > 0);
    return [
      { key: 'loss', title: 'Loss', sets: [...curve('training', 'blue', c.step, c.loss), dots('validation', 'orange', at, v.map(p => p.loss))], y: format.loss, tick: format.digits, log },
      { key: 'accuracy', title: 'Accuracy', sets: [...curve('training', 'blue', c.step, c.accuracy), dots('validation', 'orange', at, v.map(p => p.accuracy))], y: format.percent, tick: format.share,
        min: convoy.accuracyFloor([c.accuracy, v.map(p => p.accuracy)]), max: 1 },
      Object.assign({ key: 'times', title: 'A step by part', unit: 'milliseconds', y: format.millis, tick: format.digits, tipTitle: items => items.length ? 'up to step ' + items[0].label : '' }, convoy.stepTimes(c, v)),
      { key: 'speed', title: 'Examples a second', sets: curve('examples/s', 'blue', c.step, c.examplesPerSecond), y: format.rate, zero: true },
      { key: 'rate', title: 'Learning rate', sets: [line('learning rate', 'green', c.step, c.learningRate)], y: format.digits, zero: true },
      { key: 'norms', title: 'Gradient by layer', unit: 'Euclidean norm', y: format.digits, log: c.gradientNorms.every(y => y.every(x => x > 0)), legend: true,
        sets: c.gradientNorms.map((y, i) => line(view.run.layers[i] || 'layer ' + (i + 1), convoy.COLOURS[i % 6], c.step, convoy.smoothed(y))) },
    ];
  }

  function through(view) {
    const bar = h('i');
    bar.style.width = Math.min(100, 100 * recent(view).step1 / view.run.course.totalSteps).toFixed(2) + '%';
    return h('div', { class: 'through', role: 'progressbar' }, bar);
  }

  function draw(view) {
    page.replaceChildren(
      h('p', { class: 'lead', id: 'name' }), h('div', { id: 'top' }), h('div', { class: 'grid', style: 'margin-top:34px' }, specs(view).map(figure)),
      h('section', {}, h('h2', {}, 'Who does the work'), h('div', { class: 'scroll', id: 'work' })), h('section', {}, h('h2', {}, 'The run'), h('div', { id: 'run' })));
  }

  function show(view) {
    if (!view.run || !view.curves) {
      page.replaceChildren(h('p', { class: 'lead', id: 'waiting' }, 'No step has been taken yet.'));
      drawn = null;
      return;
    }
    const identity = view.name + view.run.applicationId + view.run.course.firstStep + view.run.course.totalSteps + view.curves.gradientNorms.length;
    if (drawn === identity) {
      specs(view).forEach(convoy.refresh);
    } else {
      Object.keys(convoy.charts).forEach(key => { convoy.charts[key].destroy(); delete convoy.charts[key]; });
      draw(view);
      drawn = identity;
    }
    document.getElementById('name').textContent = view.name + (view.finished ? ', finished' : ', running');
    document.getElementById('top').replaceChildren(through(view), figures(view));
    document.getElementById('work').replaceChildren(executors(view));
    document.getElementById('run').replaceChildren(facts(view));
  }

  async function follow() {
    let wait = 1000;
    try {
      const view = await (await fetch(address, { cache: 'no-store' })).json();
      show(view);
      page.dataset.ready = 'true';
      if (view.finished) wait = 10000;
    } catch (e) {
      if (!(e instanceof TypeError)) throw e;
      page.dataset.gone = 'true';
      wait = 5000;
    }
    setTimeout(follow, wait);
  }

  follow();
})();
