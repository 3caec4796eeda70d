/* A network as a drawing, and images: what it is fed, its weights, what its layers make of them. */
'use strict';
convoy.network = (() => {
  const { h, format } = convoy;
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const signed = text => new Int8Array(bytes(text).buffer);
  const isImage = part => part.height * part.width > 1;
  const size = part => part.height * part.width * part.channels;
  const shape = part => isImage(part) ? `${part.height}x${part.width}x${part.channels}` : String(part.channels);

  /* What an example is: '28x28x1', '784 values', 'left 28x28x1, right 8 values'. */
  const inputText = model => model.inputs.map(i => (i.name ? i.name + ' ' : '') + shape(i) + (isImage(i) ? '' : ' values')).join(', ');

  /* Layers that only act on values, or rearrange them, are drawn with what they take. */
  function blocks(model) {
    const found = model.inputs.map(i => ({ ...i, title: i.name || 'input', sources: [], parameters: 0, flops: 0 }));
    const inputs = found.length;
    const blockOf = model.layers.map(() => -1);
    const of = source => source.layer === undefined ? source.input : blockOf[source.layer];
    model.layers.forEach((layer, i) => {
      const own = /^(conv2d|dense|maxpool|avgpool|global|add|concat)/.test(layer.name);
      const below = layer.sources.length === 1 && layer.sources[0].layer !== undefined ? found[of(layer.sources[0])] : null;
      if (own || !below || below.last !== layer.sources[0].layer) {
        blockOf[i] = found.push({ ...layer, title: layer.name, sources: [...new Set(layer.sources.map(of))] }) - 1;
      } else {
        blockOf[i] = of(layer.sources[0]);
        if (!/^flatten/.test(layer.name)) below.title += ' + ' + layer.name;
        below.parameters += layer.parameters;
      }
      found[blockOf[i]].last = i;
    });
    if (model.outputs.length > 1) {
      model.outputs.forEach(o => { found[blockOf[o.layer]].ends = [...(found[blockOf[o.layer]].ends || []), `output ${o.name}`]; });
    }
    return place(found, inputs);
  }

  /* Columns by the longest way from an input; lanes so that a chain stays in one where it can. */
  function place(found, inputs) {
    const taken = new Set();
    found.forEach((b, i) => { b.column = i < inputs ? 0 : 1 + Math.max(...b.sources.map(s => found[s].column)); });
    found.slice(0, inputs).forEach((b, i) => {
      b.column = Math.max(0, Math.min(...found.filter(c => c.sources.includes(i)).map(c => c.column)) - 1);
    });
    found.forEach((b, i) => {
      const free = lane => !taken.has(lane + ':' + b.column);
      const wanted = i < inputs ? [] : b.sources.map(s => found[s].lane);
      b.lane = wanted.find(free);
      for (let lane = 0; b.lane === undefined; lane++) if (free(lane)) b.lane = lane;
      taken.add(b.lane + ':' + b.column);
    });
    found.forEach(b => { b.over = b.sources.filter(s => found[s].lane === b.lane && found[s].column < b.column - 1); });
    return found;
  }

  const LABELS = 158, LINE = 16, ARC = 30;

  function measure(b, largest) {
    const flat = !isImage(b);
    b.sheets = flat ? 1 : Math.min(9, Math.max(1, Math.round(1 + 1.6 * Math.log2(b.channels))));
    b.tall = flat ? Math.min(116, 18 + 14 * Math.log2(Math.max(2, b.channels))) : Math.max(14, 92 * Math.sqrt(b.height / largest));
    b.wide = flat ? 11 : Math.max(10, 62 * Math.sqrt(b.width / largest));
    b.across = b.wide + (b.sheets - 1) * 4;
    b.labels = [b.title, shape(b), b.parameters ? format.count(b.parameters) + ' par.' : '', b.flops ? format.large(b.flops) + 'FLOPs' : '', ...(b.ends || [])].filter(Boolean);
    b.room = Math.max(b.across, 7 * Math.max(...b.labels.map((t, k) => t.length * (k ? 0.84 : 0.92)))) + 8;
  }

  function drawing(model) {
    const found = blocks(model);
    const largest = Math.max(1, ...found.filter(isImage).map(b => Math.max(b.height, b.width)));
    found.forEach(b => measure(b, largest));
    const columns = [], lanes = [];
    found.forEach(b => {
      columns[b.column] = Math.max(columns[b.column] || 0, b.room);
      lanes[b.lane] = Math.max(lanes[b.lane] || 0, LABELS + LINE * b.labels.length + 8);
    });
    const left = columns.map((_, c) => 8 + columns.slice(0, c).reduce((s, w) => s + w + 16, 0));
    const pads = lanes.map((_, l) => found.some(b => b.lane === l && b.over.length) ? ARC : 0);
    const top = lanes.map((_, l) => lanes.slice(0, l).reduce((s, v) => s + v, 0) + pads.slice(0, l + 1).reduce((s, v) => s + v, 0));
    const width = left[left.length - 1] + columns[columns.length - 1] + 8;
    const height = top[top.length - 1] + lanes[lanes.length - 1];
    found.forEach(b => {
      b.centre = left[b.column] + columns[b.column] / 2;
      b.middle = top[b.lane] + 78;
      b.from = b.centre - b.across / 2;
    });
    const svg = h('svg', { class: 'net', width, height, viewBox: `0 0 ${width} ${height}` });
    found.forEach(b => b.sources.forEach(s => svg.append(arrow(found[s], b))));
    found.forEach(b => svg.append(...sheets(b), ...b.labels.map((text, k) =>
      h('text', { x: b.centre, y: top[b.lane] + LABELS + LINE * k, 'text-anchor': 'middle', class: k ? 'dim' : null }, text))));
    return h('div', { class: 'scroll', id: 'drawing' }, svg);
  }

  function sheets(b) {
    const drawn = [];
    for (let k = b.sheets - 1; k >= 0; k--) {
      drawn.push(h('rect', { class: isImage(b) ? (k === 0 ? 'sheet front' : 'sheet') : 'vector', x: b.from + k * 4, y: b.middle - b.tall / 2 - k * 2 + (b.sheets - 1), width: b.wide, height: b.tall, rx: 2 }));
    }
    return drawn;
  }

  /* From one block to the next; over what stands between them in their lane. */
  function arrow(a, b) {
    if (b.over.length && a.lane === b.lane && a.column < b.column - 1) {
      const roof = Math.min(a.middle - a.tall / 2, b.middle - b.tall / 2) - 14;
      const [x, z] = [a.centre, b.centre];
      return h('path', { class: 'arrow', d: `M${x} ${a.middle - a.tall / 2 - 10} C${x} ${roof - ARC} ${z} ${roof - ARC} ${z} ${b.middle - b.tall / 2 - 10} m-3.5 -5 l3.5 5 l3.5 -5` });
    }
    const [x, y, z, w] = [a.from + a.across + 7, a.middle, b.from - 7, b.middle];
    const bend = y === w ? z : Math.max(x, z - 100);
    const half = (bend + z) / 2;
    return h('path', { class: 'arrow', d: `M${x} ${y} H${bend} C${half} ${y} ${half} ${w} ${z} ${w} m-4 -3.5 l4 3.5 l-4 3.5` });
  }

  function bar(share) {
    const node = h('span', { class: 'bar' });
    node.style.width = (100 * share).toFixed(1) + '%';
    return node;
  }

  function table(m) {
    const rows = m.layers.map((l, i) => h('tr', {},
      h('td', { class: 'num hide' }, String(i + 1)), h('td', {}, l.name + (l.from ? ` of ${l.from}` : '') + (l.frozen ? ' (frozen)' : '')), h('td', {}, shape(l)),
      h('td', { class: 'num' }, l.parameters ? format.count(l.parameters) : '', l.parameters ? bar(l.parameters / m.parameters) : null),
      h('td', { class: 'num' }, l.flops ? format.count(l.flops) : '', l.flops ? bar(l.flops / m.flops) : null)));
    const head = h('tr', {}, h('th', { class: 'num hide' }, ''), h('th', {}, 'Layer'), h('th', {}, 'Output'), h('th', { class: 'num' }, 'Parameters'), h('th', { class: 'num' }, 'FLOPs'));
    const total = h('tr', { class: 'total' }, h('td', { class: 'hide' }), h('td', {}, 'total'), h('td'), h('td', { class: 'num' }, format.count(m.parameters)), h('td', { class: 'num' }, format.count(m.flops)));
    return h('div', { class: 'scroll' }, h('table', { id: 'layers' }, head, rows, total));
  }

  /* An image of signed values: blue below zero, orange above; or ink on paper if nothing is below. */
  function tile(picture, scale, ink) {
    const canvas = h('canvas', { class: 'tile', width: picture.width, height: picture.height });
    canvas.style.width = picture.width * scale + 'px';
    canvas.style.height = picture.height * scale + 'px';
    const values = signed(picture.values);
    const hex = name => [1, 3, 5].map(i => parseInt(convoy.colour(name).slice(i, i + 2), 16));
    const draw = () => {
      const context = canvas.getContext('2d');
      const image = context.createImageData(picture.width, picture.height);
      const zero = hex(ink ? 'wash' : 'paper'), low = hex('blue'), high = hex(ink ? 'ink' : 'orange');
      for (let p = 0; p < values.length; p++) {
        const share = Math.min(1, Math.abs(values[p]) / 127);
        const end = values[p] < 0 ? low : high;
        for (let k = 0; k < 3; k++) image.data[4 * p + k] = Math.round(zero[k] + share * (end[k] - zero[k]));
        image.data[4 * p + 3] = 255;
      }
      context.putImageData(image, 0, 0);
    };
    draw();
    convoy.root.addEventListener('repaint', draw);
    return canvas;
  }

  /* The images of an example, one below the other, as the data has them; a vector is not to be looked at. */
  function example(pixels, inputs, width) {
    const data = bytes(pixels);
    let at = 0;
    return inputs.flatMap(part => {
      const own = data.subarray(at, at += size(part));
      return isImage(part) && own.length === size(part) ? [image(own, part, width)] : [];
    });
  }

  function image(data, part, width) {
    const canvas = h('canvas', { class: 'tile', width: part.width, height: part.height, title: part.name });
    canvas.style.width = width + 'px';
    canvas.style.height = width * part.height / part.width + 'px';
    const context = canvas.getContext('2d');
    const drawn = context.createImageData(part.width, part.height);
    for (let p = 0; p < part.width * part.height; p++) {
      for (let k = 0; k < 3; k++) drawn.data[4 * p + k] = data[p * part.channels + (part.channels >= 3 ? k : 0)];
      drawn.data[4 * p + 3] = 255;
    }
    context.putImageData(drawn, 0, 0);
    return canvas;
  }

  function filters(m) {
    const { pictures, layer } = m.filters;
    const first = pictures[0];
    const scale = Math.max(1, Math.round(Math.min(54, 14 * first.width) / first.width));
    return [h('h3', { style: 'margin-top:20px' }, 'Weights of the first layer', h('span', {}, layerName(m, layer))),
      h('div', { class: 'tiles', id: 'filters' }, pictures.map(p => tile(p, pictures.length > 32 ? Math.max(1, Math.round(scale * 0.7)) : scale)))];
  }

  function maps(m) {
    const scale = p => Math.max(1, Math.round(Math.min(56, 12 + 3 * p.width) / p.width));
    const rows = m.seen.flatMap(s => [
      h('div', { class: 'given' }, example(s.pixels, m.inputs, 68)),
      h('div', {}, s.layers.flatMap(l => [
        h('p', { class: 'layer' }, `${layerName(m, l.layer)}, ${l.pictures.length < l.of ? `first ${l.pictures.length} of ${l.of}` : l.of} maps`),
        h('div', { class: 'maps' }, l.pictures.map(p => tile(p, scale(p), !signed(p.values).some(v => v < 0)))),
      ])),
    ]);
    return [h('h3', { style: 'margin-top:26px' }, 'What the convolutions make of a few examples'), h('div', { class: 'seen', id: 'maps' }, rows)];
  }

  function layerName(m, name) {
    const number = Number(name.split('.')[0]);
    const layer = m.layers[number - 1];
    return layer ? `${number} ${layer.name}` : name;
  }

  return { drawing, table, bar, example, filters, maps, inputText };
})();
