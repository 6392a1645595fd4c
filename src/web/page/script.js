'use strict';

const RETRIES = 3;
const TOP = 5;
const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';
const still = matchMedia('(prefers-reduced-motion: reduce)');

/* ---------- small tools ---------- */

function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const THIN = '\u202f';
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

function percent(p) {
  const whole = Math.round(p * 100);
  if (p > 0 && whole === 0) return `<1${THIN}%`;
  if (p < 1 && whole === 100) return `>99${THIN}%`;
  return `${whole}${THIN}%`;
}

function bytes(n) {
  if (n >= 1048576) return `${trim(n / 1048576, 1)}${THIN}MB`;
  if (n >= 1024) return `${Math.round(n / 1024)}${THIN}kB`;
  return `${n}${THIN}bytes`;
}

const trim = (x, digits) => String(Number(x.toFixed(digits)));

function span(seconds) {
  if (seconds < 120) return `${seconds.toFixed(1)}${THIN}s`;
  return `${clock(seconds)}${THIN}min`;
}

function clock(seconds) {
  const whole = Math.floor(seconds + 1e-6);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/* ---------- what the server knows of its models ---------- */

let facts = null;
let limits = null;

async function learn() {
  if (facts) return;
  try {
    const answer = await fetch('/api/models', { headers: { Accept: 'application/json' } });
    if (!answer.ok) return;
    const body = await answer.json();
    facts = new Map(body.models.map((m) => [m.name, m]));
    limits = body.limits;
  } catch {
    return; // The upload says what is wrong, if it is still wrong then.
  }
  $('allowed').textContent = `, up to ${bytes(limits.bytes)} and ${
    limits.seconds % 60 ? `${limits.seconds} seconds` : count(limits.seconds / 60, 'minute')}`;
  if (facts.size > 1) {
    for (const name of facts.keys()) $('model').append(h('option', { value: name }, name));
    $('ask').hidden = false;
  }
  $('roster').dataset.count = facts.size;
  $('roster').replaceChildren(...[...facts.values()].map((m) =>
    h('li', {}, h('h3', {}, m.name, m.demo && h('span.tag', {}, 'demo')), honesty(m))));
  $('models').hidden = facts.size === 0 || document.body.classList.contains('has-result');
}

/* Accuracy is never shown without its protocol, its interval and chance. */
function honesty(m) {
  const range = m.interval
    ? `${Math.round(m.interval[0] * 100)} to ${percent(m.interval[1])}` : null;
  const words = [`accuracy ${percent(m.accuracy)}`,
    range && `95 % interval ${range}`, `chance ${percent(m.chance)}`].filter(Boolean).join(', ');
  const at = (p) => `${clamp(p, 0, 1) * 100}%`;
  const dot = h('i.dot');
  dot.style.left = at(m.accuracy);
  const chance = h('i.chance');
  chance.style.left = at(m.chance);
  const band = m.interval && h('i.band');
  if (band) {
    band.style.left = at(m.interval[0]);
    band.style.width = at(m.interval[1] - m.interval[0]);
  }
  const label = h('span', {}, 'chance');
  label.style.left = at(m.chance);
  return h('div.honesty', {},
    h('div', {},
      h('p.right', {}, h('b.number', {}, percent(m.accuracy)), ' right on tracks it had not heard'),
      h('div.scale', { role: 'img', 'aria-label': words },
        h('div.line', {}, band, chance, dot),
        h('div.ends', { 'aria-hidden': 'true' }, h('span', {}, '0'), label, h('span', {}, `100${THIN}%`)))),
    h('div', {},
      h('dl.small', {},
        range && [h('dt', {}, '95 % interval'), h('dd.number', {}, range)],
        h('dt', {}, 'Chance'), h('dd.number', {}, percent(m.chance)),
        h('dt', {}, 'Trained on'), h('dd', {}, m.dataset),
        h('dt', {}, 'Tested by'), h('dd', {}, m.protocol)),
      m.demo && h('p.note', {}, 'Demonstration model: trained on only 100 tracks.')));
}

/* ---------- upload ---------- */

let request = null;
let timer = null;
let last = null;
let player = null;

function say(words) { $('status').textContent = words; }

function mode(name) {
  document.body.dataset.mode = name;
  $('work').hidden = name === 'rest';
  $('drop').hidden = name !== 'rest';
}

function complain(error, remedy, again) {
  const held = $('work').contains(document.activeElement);
  mode('rest');
  say('');
  $('alert').replaceChildren(
    h('p', {}, h('b', {}, error)), remedy ? h('p', {}, remedy) : '');
  $('again').hidden = !again;
  // The button that had the focus is gone; the next sensible one takes it.
  if (held) (again ? $('again') : $('file')).focus();
}

function hush() {
  $('alert').replaceChildren();
  $('again').hidden = true;
}

function choose(file) {
  if (!file || document.body.dataset.mode !== 'rest') return;
  hush();
  if (limits && file.size > limits.bytes) {
    complain(`${file.name} is ${bytes(file.size)} large; this server takes up to ${bytes(limits.bytes)}.`,
      'Cut the clip shorter, or compress it.', false);
    return;
  }
  last = { file, model: $('model').value, tried: 0 };
  forget();
  send();
}

function send() {
  const { file, model } = last;
  const form = new FormData();
  form.append('file', file, file.name);
  const xhr = new XMLHttpRequest();
  request = xhr;
  let step = 0;

  mode('sending');
  $('doing').textContent = 'Uploading';
  $('figure').textContent = '';
  $('what').textContent = `${file.name}, ${bytes(file.size)}`;
  $('bar').value = 0;
  $('bar').setAttribute('aria-label', 'Upload');
  say(`Uploading ${file.name}.`);
  if (document.activeElement === document.body || $('drop').contains(document.activeElement)
    || document.activeElement === $('again')) $('cancel').focus();

  xhr.upload.addEventListener('progress', (event) => {
    if (!event.lengthComputable || request !== xhr) return;
    const part = event.loaded / event.total;
    $('bar').value = part;
    $('figure').textContent = percent(part);
    const quarter = Math.floor(part * 4);
    if (quarter > step && quarter < 4) say(`${quarter * 25} percent uploaded.`);
    step = Math.max(step, quarter);
  });
  xhr.upload.addEventListener('load', () => {
    if (request !== xhr) return;
    mode('thinking');
    $('doing').textContent = 'Listening';
    $('figure').textContent = '';
    $('bar').removeAttribute('value');
    $('bar').setAttribute('aria-label', 'The server is listening');
    say('Uploaded. The server is listening to the clip.');
  });
  xhr.addEventListener('abort', () => { if (request === xhr) request = null; });
  xhr.addEventListener('error', () => {
    if (request !== xhr) return;
    request = null;
    complain(navigator.onLine === false ? 'This device is offline.' : 'The server could not be reached, or closed the connection.',
      'Check that it is running, then try again.', true);
  });
  xhr.addEventListener('load', () => {
    if (request !== xhr) return;
    request = null;
    let body = null;
    try { body = JSON.parse(xhr.responseText); } catch { /* Not JSON: a proxy, perhaps. */ }
    answer(xhr, body);
  });
  xhr.open('POST', model ? `/api/predict?model=${encodeURIComponent(model)}` : '/api/predict');
  xhr.setRequestHeader('Accept', 'application/json');
  xhr.send(form);
}

function answer(xhr, body) {
  if (xhr.status === 503) {
    const wait = Number.parseInt(xhr.getResponseHeader('Retry-After'), 10);
    if (last.tried < RETRIES) {
      last.tried += 1;
      wait_for(clamp(Number.isFinite(wait) ? wait : 5, 1, 600));
      return;
    }
    complain(body?.error || 'The server is still busy.',
      body?.remedy || 'Try again in a few minutes.', true);
    return;
  }
  if (xhr.status !== 200) {
    complain(body?.error || `The server answered with an error (${xhr.status}).`, body?.remedy,
      xhr.status === 408 || xhr.status >= 500);
    return;
  }
  if (!body || !Array.isArray(body.models)) {
    complain('The server’s answer could not be read.', null, true);
    return;
  }
  const job = last;
  learn().then(() => {
    if (last !== job || document.body.dataset.mode === 'rest') return;
    try {
      show(body, last.file);
    } catch (fault) {
      console.error(fault);
      forget();
      complain('The server’s answer could not be drawn.', null, true);
    }
  });
}

function wait_for(seconds) {
  const until = Date.now() + seconds * 1000;
  mode('waiting');
  $('doing').textContent = 'The server is busy. Trying again in';
  $('what').textContent = `${last.file.name}, attempt ${last.tried} of ${RETRIES}`;
  $('bar').setAttribute('aria-label', 'Waiting');
  say(`The server is busy. Trying again in ${count(seconds, 'second')}.`);
  const tick = () => {
    const left = Math.max(0, until - Date.now());
    $('figure').textContent = `${Math.ceil(left / 1000)}${THIN}s`;
    $('bar').value = left / (seconds * 1000);
    if (left > 0) return;
    clearInterval(timer);
    timer = null;
    send();
  };
  timer = setInterval(tick, 250);
  tick();
}

function cancel() {
  const xhr = request;
  request = null;
  if (xhr) xhr.abort();
  clearInterval(timer);
  timer = null;
  mode('rest');
  say('Cancelled.');
  $('file').focus();
}

/* ---------- the answer ---------- */

function forget() {
  if (player) player.stop();
  player = null;
  document.body.classList.remove('has-result');
  $('result').hidden = true;
  $('result').replaceChildren();
  $('models').hidden = !facts || facts.size === 0;
}

function show(body, file) {
  mode('rest');
  const genres = [...new Set(body.models.flatMap((m) => m.genres.map((g) => g.genre)))].sort();
  // One colour for one genre, in every chart and for every model.
  const hue = (genre) => `g${Math.max(0, genres.indexOf(genre)) % 10}`;

  const title = h('h2', { id: 'result-title', tabindex: '-1' }, file.name);
  player = score(body, file, hue);
  $('result').replaceChildren(
    h('header.file-head', {}, title, clip_line(body)),
    h('div.answers', { 'data-count': body.models.length }, body.models.map((m) => model_view(m, hue))),
    player.node);
  $('models').hidden = true;
  document.body.classList.add('has-result');
  $('result').hidden = false;
  player.start();
  $('file').value = '';

  say(body.models.map((m) => {
    const top = m.genres[0];
    return m.sure ? `${m.name} answers ${m.answer}, ${percent(m.probability)}.`
      : `${m.name} is unsure; its best guess is ${top.genre}, ${percent(top.probability)}.`;
  }).join(' '));
  title.focus({ preventScroll: true });
  $('result').scrollIntoView({ behavior: still.matches ? 'auto' : 'smooth', block: 'start' });
}

function clip_line(body) {
  const { clip } = body;
  const channels = { 1: 'mono', 2: 'stereo' }[clip.channels] || `${clip.channels} channels`;
  const partly = clip.analysed_seconds < clip.seconds - 0.5;
  const rows = [
    ['Length', span(clip.seconds)],
    partly && ['Analysed', `first ${span(clip.analysed_seconds)}`],
    ['Sound', `${clip.format}, ${trim(clip.sample_rate / 1000, 3)}${THIN}kHz, ${channels}`],
    ['Tempo', body.tempo === null ? 'no steady beat found' : `${Math.round(body.tempo)}${THIN}BPM`],
    ['Answered in', `${body.seconds.toFixed(2)}${THIN}s`],
  ].filter(Boolean);
  return h('dl.facts', {}, rows.map(([key, value]) => h('div', {}, h('dt', {}, key), h('dd.number', {}, value))));
}

function model_view(m, hue) {
  const known = facts?.get(m.name);
  const top = m.genres[0];
  const bar = (g) => {
    const fill = h(`i.${hue(g.genre)}`);
    fill.style.width = `${clamp(g.probability, 0, 1) * 100}%`;
    return h('li', {}, h('span.name', {}, g.genre), h('span.track', { 'aria-hidden': 'true' }, fill),
      h('span.number', {}, percent(g.probability)));
  };
  const rest = m.genres.slice(TOP);
  const sum = rest.reduce((all, g) => all + g.probability, 0);
  const doubt = known ? ` It answers only from ${percent(known.unsure_below)} up.` : '';
  return h('article.model', { 'aria-label': `Model ${m.name}` },
    h('div.side', {},
      h('div.says', {},
        h('p.who', {}, m.name, known?.demo && h('span.tag', {}, 'demo')),
        m.sure
          ? [h(`p.word.${hue(m.answer)}`, {}, m.answer),
            h('p.sure', {}, h('b.number', {}, percent(m.probability)), ' calibrated probability')]
          : [h('p.word.unsure', {}, 'unsure'),
            h('p.sure', {}, 'Best guess ', h('b', {}, top.genre), ', ', h('b.number', {}, percent(top.probability)), `.${doubt}`)]),
      h('div.bars', {},
        h('h3', {}, 'Probabilities'),
        h('ol.genres', {}, m.genres.slice(0, TOP).map(bar)),
        rest.length > 0 && h('details.more', {},
          h('summary', {}, `${rest.length} more, together `, h('span.number', {}, percent(sum))),
          h('ol.genres', {}, rest.map(bar))),
        h('p.entropy', {}, 'Entropy ', h('span.number', {}, m.entropy.toFixed(2)), ' of ',
          h('span.number', {}, Math.log(m.genres.length).toFixed(2)), ' nats'))),
    h('div.side', {},
      h('div.trust', {},
        h('h3', {}, 'How far to trust it'),
        known ? [honesty(known), limits_of(known)] : h('p', {}, 'The server did not say how accurate this model is.')),
      m.similar.length > 0 && h('div.near', {},
        h('h3', {}, 'Most similar training tracks'),
        h('table', {},
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Track'), h('th', { scope: 'col' }, 'Genre'),
            h('th.number', { scope: 'col' }, 'Distance'))),
          h('tbody', {}, m.similar.map((t) => h('tr', {}, h('th', { scope: 'row' }, t.track), h('td', {}, t.genre),
            h('td.number', {}, t.distance.toFixed(2)))))))));
}

function limits_of(m) {
  const cell = (p) => {
    if (p === null || p === undefined) return h('td.number', {}, h('span', { 'aria-label': 'unknown' }, '–'));
    return h('td.number', {}, percent(p));
  };
  return h('details', {},
    h('summary', {}, 'Accuracy per genre, known limits'),
    h('p', {}, m.question),
    h('p', {}, `It says “unsure” below ${percent(m.unsure_below)}. Of the answers it is sure of, expect ${percent(m.error_rate)} to be wrong.`),
    h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Genre'),
        h('th.number', { scope: 'col' }, 'Found', h('small', {}, 'recall')),
        h('th.number', { scope: 'col' }, 'Right when named', h('small', {}, 'precision')))),
      h('tbody', {}, m.genres.map((g) => h('tr', {}, h('th', { scope: 'row' }, g.genre), cell(g.recall), cell(g.precision))))),
    m.limits.length > 0 && h('ul', {}, m.limits.map((line) => h('li', {}, line))));
}

/* ---------- the clip over time: every chart on one time axis, under one playhead ---------- */

function score(body, file, hue) {
  const pictures = [body.spectrogram, body.chromagram].filter(Boolean);
  const ends = body.models.flatMap((m) => m.timeline.parts.map((p) => p.to));
  const total = Math.max(...pictures.map((p) => p.seconds), ...ends, 0.001);
  let now = 0;
  let frame = null;
  const heads = [];
  const readers = [];
  const fitters = [];

  const audio = h('audio', { preload: 'auto' });
  const address = { url: null };
  const play = h('button.play', { type: 'button', 'aria-label': 'Play', onclick: toggle }, h('i', { 'aria-hidden': 'true' }));
  const time = h('span.number');
  const knob = h('i.knob', { 'aria-hidden': 'true' });
  const ticks = h('div.ticks', { 'aria-hidden': 'true' });
  const ruler = h('div.ruler', {
    role: 'slider', tabindex: '0', 'aria-label': 'Position in the clip', 'aria-orientation': 'horizontal',
    'aria-valuemin': '0', 'aria-valuemax': total.toFixed(1), onkeydown: key,
  }, ticks, knob);
  const mute = h('p.note', { hidden: true });

  function plot(node) {
    const head = h('i.head', { 'aria-hidden': 'true' });
    heads.push(head);
    const box = h('div.plot', {}, node, head);
    grab(box);
    return box;
  }

  function grab(node) {
    const at = (event) => {
      const box = node.getBoundingClientRect();
      seek(clamp((event.clientX - box.left) / box.width, 0, 1) * total);
    };
    node.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      // A finger that scrolls the page must not seek; it does so when it is lifted in place.
      if (event.pointerType === 'mouse') {
        node.setPointerCapture(event.pointerId);
        event.preventDefault();
        ruler.focus({ preventScroll: true });
        at(event);
      }
    });
    node.addEventListener('pointermove', (event) => {
      if (event.pointerType === 'mouse' ? node.hasPointerCapture(event.pointerId) : event.buttons === 1) at(event);
    });
    node.addEventListener('click', at);
  }
  grab(ruler);

  function key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -total / 10, PageUp: total / 10 };
    if (event.key in steps) seek(now + steps[event.key] * (event.shiftKey ? 5 : 1));
    else if (event.key === 'Home') seek(0);
    else if (event.key === 'End') seek(total);
    else if (event.key === ' ') toggle();
    else return;
    event.preventDefault();
  }

  function seek(to) {
    now = clamp(to, 0, total);
    if (audio.readyState > 0) audio.currentTime = Math.min(now, audio.duration || now);
    paint();
  }

  function toggle() {
    if (play.disabled) return;
    if (!audio.paused) { audio.pause(); return; }
    if (now >= total - 0.05) seek(0);
    audio.play().catch((fault) => { if (fault.name !== 'AbortError') silent(); });
  }

  function silent() {
    play.disabled = true;
    mute.textContent = 'This browser cannot play the file; the charts can be read by hand.';
    mute.hidden = false;
  }

  function paint() {
    const left = `${(now / total) * 100}%`;
    for (const head of heads) head.style.left = left;
    knob.style.left = left;
    time.textContent = total < 120 ? `${now.toFixed(1)} of ${span(total)}` : `${clock(now)} of ${span(total)}`;
    const words = readers.map((read) => read(now)).filter(Boolean);
    ruler.setAttribute('aria-valuenow', now.toFixed(1));
    ruler.setAttribute('aria-valuetext', [`${now.toFixed(1)} seconds`, ...words].join('; '));
  }

  function run() {
    now = Math.min(audio.currentTime, total);
    paint();
    if (audio.paused) return;
    if (now >= total) { audio.pause(); return; }
    frame = requestAnimationFrame(run);
  }

  audio.addEventListener('play', () => { play.classList.add('on'); play.setAttribute('aria-label', 'Pause'); cancelAnimationFrame(frame); run(); });
  for (const kind of ['pause', 'ended']) {
    audio.addEventListener(kind, () => { play.classList.remove('on'); play.setAttribute('aria-label', 'Play'); });
  }
  audio.addEventListener('loadedmetadata', () => { if (now > 0) audio.currentTime = Math.min(now, audio.duration); });
  audio.addEventListener('error', silent);

  const lines = body.models.map((m) => {
    const line = timeline(m, total, hue, body.models.length > 1);
    readers.push(line.read);
    fitters.push(line.fit);
    return h('figure.chart', {}, h('figcaption', {}, line.title),
      h('div.axis.percents', { 'aria-hidden': 'true' }, y_ticks([[0, '0'], [0.5, '50'], [1, `100${THIN}%`]])),
      plot(line.node), line.legend);
  });
  const spectrum = body.spectrogram && picture(body.spectrogram, total, 'Spectrogram, Hz on the mel scale',
    spectrum_ticks(body.spectrogram), spectrum_words(body.spectrogram), false);
  const chroma = body.chromagram && picture(body.chromagram, total, 'Chromagram, pitch classes',
    chroma_ticks(body.chromagram), chroma_words(body.chromagram), true);

  function picture(data, all, title, marks, words, coarse) {
    const node = canvas(data, all, words, coarse);
    return h('figure.chart', {}, h('figcaption', {}, h('span', {}, title), h('span.key', { 'aria-hidden': 'true' }, 'quiet', h('i'), 'loud')),
      h('div.axis', { 'aria-hidden': 'true' }, y_ticks(marks)),
      node ? plot(node) : h('p', {}, 'The server sent no readable picture.'));
  }

  const node = h('section.score', { 'aria-labelledby': 'score-title' },
    h('div.score-head', {}, h('h3', { id: 'score-title' }, 'Over the clip'), h('p.time', {}, time)),
    h('div.transport', {}, play, ruler),
    mute, audio, lines, spectrum, chroma);

  const fit = () => {
    ticks.replaceChildren(...time_ticks(total, ruler.clientWidth));
    for (const each of fitters) each();
  };
  const observer = new ResizeObserver(fit);

  return {
    node,
    async start() {
      observer.observe(ruler);
      paint();
      const sound = await playable(file);
      if (address.url === false) return;
      address.url = URL.createObjectURL(sound);
      audio.src = address.url;
    },
    stop() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      audio.pause();
      audio.removeAttribute('src');
      if (address.url) URL.revokeObjectURL(address.url);
      address.url = false;
    },
  };
}

function y_ticks(marks) {
  return marks.map(([at, text]) => {
    const mark = h('span', {}, text);
    mark.style.bottom = `${at * 100}%`;
    if (at <= 0.001) mark.className = 'lowest';
    if (at >= 0.999) mark.className = 'highest';
    return mark;
  });
}

function time_ticks(total, width) {
  const most = Math.max(2, Math.floor(width / 64));
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].find((x) => total / x <= most) || total;
  const long = total >= 120;
  const marks = [];
  for (let i = 0; i * step <= total + 1e-9; i += 1) {
    const t = i * step;
    const mark = h('span', {}, long ? clock(t) : trim(t, 1));
    // The unit is written once, on the first mark.
    if (i === 0) mark.append(h('small', {}, long ? ' min' : ' s'));
    mark.style.left = `${(t / total) * 100}%`;
    if (i === 0) mark.className = 'first';
    else if ((total - t) / total * width < 16) mark.className = 'last';
    marks.push(mark);
  }
  return marks;
}

function part_at(parts, t) {
  let best = 0;
  let gap = Infinity;
  parts.forEach((p, i) => {
    const off = t < p.from ? p.from - t : t > p.to ? t - p.to : 0;
    const middle = Math.abs((p.from + p.to) / 2 - t);
    if (off + middle * 1e-6 < gap) { gap = off + middle * 1e-6; best = i; }
  });
  return best;
}

/* Parts may overlap; each is drawn up to the middle of the overlap. */
function edges(parts) {
  return parts.map((p, i) => [
    i === 0 ? p.from : (parts[i - 1].to + p.from) / 2,
    i === parts.length - 1 ? p.to : (p.to + parts[i + 1].from) / 2,
  ]);
}

function timeline(m, total, hue, several) {
  const { genres } = m.timeline;
  const parts = [...m.timeline.parts].sort((a, b) => a.from - b.from);
  const mean = genres.map((_, g) => parts.reduce((all, p) => all + p.probabilities[g], 0) / Math.max(1, parts.length));
  const order = genres.map((_, g) => g).sort((a, b) => mean[b] - mean[a]);
  const bounds = edges(parts);
  const base = parts.map(() => 0);
  const layers = order.map((g) => {
    const low = [...base];
    parts.forEach((p, i) => { base[i] += p.probabilities[g]; });
    return { g, low, high: [...base] };
  });
  const W = 1000;
  const H = 100;
  const x = (t) => ((t / total) * W).toFixed(2);
  const y = (p) => (H - clamp(p, 0, 1) * H).toFixed(2);
  const svg = s('svg', { viewBox: `0 0 ${W} ${H}`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' });
  // Each part keeps its own level; only the joint is slanted, so nothing is read between parts.
  const border = (level, back) => {
    const points = [];
    bounds.forEach(([from, to], i) => {
      const slant = (to - from) * 0.16;
      points.push(`${x(i === 0 ? from : from + slant)},${y(level[i])}`, `${x(i === bounds.length - 1 ? to : to - slant)},${y(level[i])}`);
    });
    return (back ? points.reverse() : points).join(' ');
  };
  for (const layer of layers) {
    svg.append(s('polygon', { class: hue(genres[layer.g]), points: `${border(layer.high)} ${border(layer.low, true)}` }));
  }
  const names = h('div.names', { 'aria-hidden': 'true' });
  const node = h(`div.area${parts.length > 40 ? '.fine' : ''}`, { role: 'img', 'aria-label': summary() }, svg, names);

  const values = new Map();
  const legend = h('ul.legend', { 'aria-label': `${m.name}, at the playhead` }, order.map((g) => {
    const value = h('span.number');
    values.set(g, value);
    return h('li', {
      onpointerenter: () => point(g), onpointerleave: () => point(null),
    }, h(`i.${hue(genres[g])}`), h('span', {}, genres[g]), value);
  }));

  function point(g) {
    node.classList.toggle('pointed', g !== null);
    [...svg.children].forEach((shape, i) => shape.classList.toggle('it', order[i] === g));
  }

  function summary() {
    if (parts.length === 0) return `Genre probabilities of ${m.name}: no parts.`;
    const wins = genres.map(() => 0);
    for (const p of parts) wins[p.probabilities.indexOf(Math.max(...p.probabilities))] += 1;
    const led = genres.map((name, g) => [name, wins[g]]).filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
    const first = order[0];
    const run = parts.map((p) => p.probabilities[first]);
    return `Stacked areas: genre probabilities of ${m.name} in ${count(parts.length, 'part')} over ${span(total)}. Most likely ${
      led.slice(0, 3).map(([name, n]) => `${name} in ${count(n, 'part')}`).join(', ')}. ${genres[first]} between ${
      percent(Math.min(...run))} and ${percent(Math.max(...run))}.`;
  }

  /* A name stands in its area wherever the area is high and wide enough to hold it. */
  function fit() {
    const { clientWidth: wide, clientHeight: high } = node;
    names.replaceChildren();
    if (!wide || !high) return;
    for (const layer of layers) {
      const name = h(`span.${hue(genres[layer.g])}`, {}, genres[layer.g]);
      names.append(name);
      const need = name.offsetWidth + 10;
      let best = null;
      for (let i = 0; i < parts.length; i += 1) {
        let low = 0;
        let top = 1;
        for (let j = i; j < parts.length; j += 1) {
          low = Math.max(low, layer.low[j]);
          top = Math.min(top, layer.high[j]);
          if ((top - low) * high < 18) break;
          if (((bounds[j][1] - bounds[i][0]) / total) * wide < need) continue;
          if (!best || top - low > best.thick + 1e-6) {
            best = { thick: top - low, x: (bounds[i][0] + bounds[j][1]) / 2 / total, y: (low + top) / 2 };
          }
          break;
        }
      }
      if (!best) { name.remove(); continue; }
      name.style.left = `${best.x * 100}%`;
      name.style.bottom = `${best.y * 100}%`;
    }
  }

  function read(t) {
    if (parts.length === 0) return '';
    const p = parts[part_at(parts, t)].probabilities;
    for (const [g, value] of values) value.textContent = percent(p[g]);
    const best = p.indexOf(Math.max(...p));
    return `${several ? `${m.name}: ` : ''}${genres[best]} ${percent(p[best])}`;
  }

  return { node, legend, fit, read, title: several ? `Genre probabilities, ${m.name}` : 'Genre probabilities' };
}

/* ---------- pictures ---------- */

// Viridis at 17 places: equal steps of sound are equal steps of colour, in grey and to colour-blind eyes too.
const VIRIDIS = ['440154', '481769', '472a7a', '433d84', '3d4e8a', '355e8d', '2e6d8e', '297b8e', '23898e',
  '1f978b', '21a585', '2eb37c', '46c06f', '65cb5e', '89d548', 'b0dd2f', 'fde725'];

const PALETTE = (() => {
  const stops = VIRIDIS.map((c) => [0, 2, 4].map((i) => Number.parseInt(c.slice(i, i + 2), 16)));
  return Array.from({ length: 256 }, (_, v) => {
    const at = (v / 255) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at));
    return stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * (at - i)));
  });
})();

function unpack(data) {
  if (data.bytes === undefined) {
    try {
      const text = atob(data.values);
      data.bytes = text.length === data.rows * data.columns ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : null;
    } catch {
      data.bytes = null;
    }
  }
  return data.bytes;
}

function canvas(data, total, words, coarse) {
  const values = unpack(data);
  if (!values || values.length === 0) return null;
  const node = h(`canvas${coarse ? '.coarse' : ''}`, { role: 'img', 'aria-label': words, width: data.columns, height: data.rows });
  const paper = node.getContext('2d');
  const image = paper.createImageData(data.columns, data.rows);
  for (let row = 0; row < data.rows; row += 1) {
    const line = (data.rows - 1 - row) * data.columns;
    for (let column = 0; column < data.columns; column += 1) {
      const [r, g, b] = PALETTE[values[row * data.columns + column]];
      image.data.set([r, g, b, 255], (line + column) * 4);
    }
  }
  paper.putImageData(image, 0, 0);
  node.style.width = `${(data.seconds / total) * 100}%`;
  return node;
}

// Slaney's mel scale, as librosa's: straight up to 1 kHz, logarithmic above.
const mel = (hz) => (hz < 1000 ? hz * 3 / 200 : 15 + 27 * Math.log(hz / 1000) / Math.log(6.4));
const hertz = (m) => (m < 15 ? m * 200 / 3 : 1000 * Math.exp((m - 15) * Math.log(6.4) / 27));

// Bands are triangles between rows + 2 edges, so the middle of row i is the edge i + 1.
function place(data, hz) {
  const low = mel(data.lowest_hz);
  const part = (mel(hz) - low) / (mel(data.highest_hz) - low);
  return (part * (data.rows + 1) - 0.5) / data.rows;
}

function spectrum_ticks(data) {
  return [256, 512, 1024, 2048, 4096, 8192, 16384].map((hz) => [place(data, hz), String(hz)])
    .filter(([at], i, all) => at > 0.03 && at < 0.97 && (i + 1 >= all.length || all[i + 1][0] - at > 0.09));
}

function rows_of(data) {
  const values = unpack(data);
  if (!values) return null;
  return Array.from({ length: data.rows }, (_, r) => {
    let sum = 0;
    for (let c = 0; c < data.columns; c += 1) sum += values[r * data.columns + c];
    return sum / Math.max(1, data.columns);
  });
}

function spectrum_words(data) {
  const rows = rows_of(data);
  if (!rows) return 'Spectrogram';
  const low = mel(data.lowest_hz);
  const step = (mel(data.highest_hz) - low) / (data.rows + 1);
  const loudest = Math.round(hertz(low + step * (rows.indexOf(Math.max(...rows)) + 1)));
  return `Spectrogram over ${span(data.seconds)}, ${data.lowest_hz} to ${Math.round(data.highest_hz)} Hz; loudest on average near ${loudest} Hz.`;
}

const PITCHES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

function chroma_ticks(data) {
  return PITCHES.map((name, i) => [(i + 0.5) / data.rows, name]).filter(([, name]) => name.length === 1);
}

function chroma_words(data) {
  const rows = rows_of(data);
  if (!rows) return 'Chromagram';
  const top = rows.map((v, i) => [v, PITCHES[i]]).sort((a, b) => b[0] - a[0]).slice(0, 3).map(([, name]) => name);
  return `Chromagram over ${span(data.seconds)}; strongest pitch classes ${top.join(', ')}.`;
}

/* Browsers play no AU files, which GTZAN consists of; 16-bit ones become WAV by another header and byte order. */
async function playable(file) {
  if (!/\.(au|snd)$/i.test(file.name)) return file;
  try {
    const view = new DataView(await file.arrayBuffer());
    if (view.getUint32(0) !== 0x2e736e64 || view.getUint32(12) !== 3) return file;
    const start = view.getUint32(4);
    const said = view.getUint32(8);
    const size = Math.min(said === 0xffffffff ? Infinity : said, view.byteLength - start) & ~1;
    const rate = view.getUint32(16);
    const channels = view.getUint32(20);
    const out = new DataView(new ArrayBuffer(44 + size));
    const word = (at, text) => [...text].forEach((c, i) => out.setUint8(at + i, c.charCodeAt(0)));
    word(0, 'RIFF'); out.setUint32(4, 36 + size, true); word(8, 'WAVEfmt '); out.setUint32(16, 16, true);
    out.setUint16(20, 1, true); out.setUint16(22, channels, true); out.setUint32(24, rate, true);
    out.setUint32(28, rate * channels * 2, true); out.setUint16(32, channels * 2, true); out.setUint16(34, 16, true);
    word(36, 'data'); out.setUint32(40, size, true);
    for (let i = 0; i < size; i += 2) out.setInt16(44 + i, view.getInt16(start + i), true);
    return new Blob([out.buffer], { type: 'audio/wav' });
  } catch {
    return file;
  }
}

/* ---------- the desk ---------- */

$('file').addEventListener('change', () => choose($('file').files[0]));
// The same file chosen twice is an answer wanted twice.
$('file').addEventListener('click', () => { $('file').value = ''; });
$('cancel').addEventListener('click', cancel);
$('again').addEventListener('click', () => {
  if (!last) return;
  hush();
  last.tried = 0;
  send();
});

let over = 0;
const carries = (event) => [...(event.dataTransfer?.types || [])].includes('Files');
addEventListener('dragenter', (event) => { if (carries(event)) { over += 1; document.body.classList.add('over'); } });
addEventListener('dragleave', (event) => {
  if (!carries(event)) return;
  over = Math.max(0, over - 1);
  if (over === 0) document.body.classList.remove('over');
});
addEventListener('dragover', (event) => { if (carries(event)) event.preventDefault(); });
addEventListener('drop', (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  over = 0;
  document.body.classList.remove('over');
  choose(event.dataTransfer.files[0]);
});

mode('rest');
learn();
