// The page of a run: a map, its time line, curves, figures, neighbours.
const data = JSON.parse($("data").textContent);
const words = data.words || [], isLive = Boolean(data.live), N = data.neighbours || 0;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const FRAMES_PER_SECOND = 6, MOST_CHOSEN = 8, HUES = 36, POLL_MS = 1500, REACH = 3, TRAIL = 7;
const number = new Map(words.map((word, row) => [word, row]));
const widths = new Map();

let frames = [], epochs = data.epochs || [], reason = data.reason || null, isGone = false;
let at = 0, isPlaying = false, isFollowing = isLive, last = null, isDue = false;
let chosen = firstChosen();
let hues = new Uint8Array(words.length), extents = [];
let view = { zoom: 1, x: 0, y: 0 };
let labelled = new Set(), hovered = null, placed = [];

// ------------------------------------------------------------------------ data

function decode(frame) {
  const near = new Map();
  if (frame.near) {
    const ids = new Uint16Array(bytesOf(frame.near[0])), cosines = new Uint8Array(bytesOf(frame.near[1]));
    const asked = frame.asked || null, rows = asked ? asked.length : words.length;
    for (let row = 0; row < rows; row++) {
      const part = [row * N, (row + 1) * N];
      near.set(asked ? asked[row] : row, [ids.subarray(...part), cosines.subarray(...part)]);
    }
  }
  return { ...frame, near, points: new Int16Array(bytesOf(frame.points)) };
}

function take(kept, fresh) {
  const keep = kept && new Set(kept), wasAt = frames[Math.round(at)];
  if (keep) frames = frames.filter((frame) => keep.has(frame.number));
  frames.push(...fresh.map(decode));
  if (wasAt) at = nearestTo(wasAt.number) + (isPlaying ? at - Math.round(at) : 0);
  at = Math.max(0, Math.min(at, frames.length - 1));
  setHues();
  setExtent();
}

function nearestTo(wanted) {
  let best = 0;
  frames.forEach((frame, place) => {
    if (Math.abs(frame.number - wanted) < Math.abs(frames[best].number - wanted)) best = place;
  });
  return best;
}

// A word has the hue of its direction from the middle in the last frame.
function setHues() {
  if (!frames.length) return;
  const { points } = frames[frames.length - 1];
  for (let row = 0; row < words.length; row++) {
    const turn = Math.atan2(points[2 * row + 1], points[2 * row]) / (2 * Math.PI) + 1;
    hues[row] = Math.floor(turn * HUES) % HUES;
  }
}

// How far words reach in each frame, without the farthest. Over some frames, so that the picture
// does not pulse.
function setExtent() {
  for (const frame of frames) {
    frame.reach ??= [0, 1].map((axis) => {
      const values = frame.points.filter((_, k) => k % 2 === axis).map(Math.abs).sort();
      return values[Math.floor(0.995 * (values.length - 1))] || 1;
    });
  }
  extents = frames.map((_, place) => [0, 1].map((axis) => {
    const near = frames.slice(Math.max(0, place - REACH), place + REACH + 1);
    return (1.06 * near.reduce((sum, frame) => sum + frame.reach[axis], 0)) / near.length;
  }));
}

function firstChosen() {
  const ranks = [60, 200, 500].map((rank) => Math.min(rank, words.length - 1));
  return [...new Set(ranks)].filter((row) => row >= 0);
}

// ------------------------------------------------------------------------ the server

async function poll() {
  try {
    const after = frames.length ? frames[frames.length - 1].number : -1;
    const answer = await fetch(`frames?run=${data.run || 0}&after=${after}&words=${chosen.join(",")}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    isGone = false;
    // Another run, of another model.
    if (told.run !== (data.run || 0)) return location.reload();
    if (told.run) {
      ({ epochs, reason } = told);
      take(told.kept, told.frames);
    }
    $("save").hidden = !frames.length;
  } catch {
    isGone = true;
    $("save").hidden = true;
  }
  update();
  setTimeout(poll, isGone ? 4 * POLL_MS : POLL_MS);
}

async function fetchNear(row) {
  if (!isLive || isGone) return;
  try {
    const told = await (await fetch(`neighbours?run=${data.run}&word=${row}`)).json();
    for (const [which, near] of told.frames || []) {
      const frame = frames.find((each) => each.number === which);
      if (frame) frame.near.set(row, [new Uint16Array(bytesOf(near[0])), new Uint8Array(bytesOf(near[1]))]);
    }
    update();
  } catch { /* The next poll tells that the connection is gone. */ }
}

// ------------------------------------------------------------------------ the map

// What lies between two frames: where the time is, as the frame before, that after, and a part.
function between() {
  const low = Math.floor(at);
  return [low, Math.min(low + 1, frames.length - 1), calm ? 0 : at - low];
}

// Where a word is between two frames, in the units of the points.
function placeOf(row, [low, high, part]) {
  const a = frames[low].points, b = frames[high].points;
  return [0, 1].map((axis) => a[2 * row + axis] * (1 - part) + b[2 * row + axis] * part);
}

function screen(width, height) {
  const [low, high, part] = between();
  const extent = [0, 1].map((axis) => extents[low][axis] * (1 - part) + extents[high][axis] * part);
  const scale = view.zoom * Math.min((width / 2 - 34) / extent[0], (height / 2 - 26) / extent[1]);
  return ([x, y]) => [width / 2 + view.x + x * scale, height / 2 + view.y - y * scale];
}

function drawMap() {
  const { context, width, height } = sharpContext($("map"));
  placed = [];
  if (!frames.length || width < 50) return;
  const onScreen = screen(width, height), dark = isDark(), when = between();
  const places = words.map((_, row) => onScreen(placeOf(row, when)));
  const buckets = Array.from({ length: HUES }, () => []);
  places.forEach(([x, y], row) => {
    if (x > -5 && y > -5 && x < width + 5 && y < height + 5) {
      buckets[hues[row]].push([x, y]);
      placed.push([x, y, row]);
    }
  });
  const radius = Math.min(4.5, 2.1 * Math.sqrt(view.zoom));
  buckets.forEach((dots, hue) => {
    context.fillStyle = `hsl(${hue * (360 / HUES)} ${dark ? "60% 66%" : "62% 42%"} / 0.72)`;
    context.beginPath();
    for (const [x, y] of dots) {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.fill();
  });
  for (const row of chosen) drawTrail(context, row, onScreen, places);
  drawLabels(context, places, width, height);
}

function drawTrail(context, row, onScreen, places) {
  const first = Math.max(0, Math.floor(at) - TRAIL), end = Math.floor(at);
  const [low, high, part] = between();
  // Each frame has a scale of its own: a word stands where it was seen.
  const steps = frames.slice(first, end + 1).map(({ points }, k) => onScreen([0, 1].map((axis) => {
    const now = extents[low][axis] * (1 - part) + extents[high][axis] * part;
    return (points[2 * row + axis] * now) / extents[first + k][axis];
  })));
  steps.push(places[row]);
  context.strokeStyle = colour("strong");
  context.lineWidth = 1.5;
  for (let k = 1; k < steps.length; k++) {
    context.globalAlpha = 0.05 + (0.5 * k) / steps.length;
    context.beginPath();
    context.moveTo(...steps[k - 1]);
    context.lineTo(...steps[k]);
    context.stroke();
  }
  context.globalAlpha = 0.8;
  context.strokeStyle = colour("soft");
  context.lineWidth = 1;
  context.beginPath();
  for (const other of nearOf(row)[0]) {
    context.moveTo(...places[row]);
    context.lineTo(...places[other]);
  }
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = colour("strong");
  context.beginPath();
  context.arc(...places[row], 5, 0, 2 * Math.PI);
  context.fill();
}

// Labels that do not cover each other: chosen words, their neighbours, those of the last drawing,
// then the frequent words.
function drawLabels(context, places, width, height) {
  const near = new Set(chosen.flatMap((row) => [...nearOf(row)[0]]));
  const most = Math.max(30, Math.min(260, (width * height) / 4200));
  const boxes = new Map(), now = new Set();
  const covers = (box) => {
    for (const key of cellsOf(box)) {
      for (const other of boxes.get(key) || []) {
        if (box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]) return true;
      }
    }
    return false;
  };
  const label = (row, kind) => {
    if (now.has(row) || now.size >= most) return;
    const [x, y] = places[row], size = kind === "chosen" ? 15 : 12.5;
    context.font = `${kind === "usual" ? 400 : 650} ${size}px ${FONT}`;
    const text = words[row].length > 24 ? `${words[row].slice(0, 23)}…` : words[row];
    const wide = widthOf(context, text);
    const right = x + 6 + wide < width - 2;
    const box = right ? [x + 5, y - size * 0.66, x + 8 + wide, y + size * 0.66] : [x - 8 - wide, y - size * 0.66, x - 5, y + size * 0.66];
    if (x < 0 || y < 4 || x > width || y > height - 4 || (kind !== "chosen" && covers(box))) return;
    for (const key of cellsOf(box)) boxes.set(key, [...(boxes.get(key) || []), box]);
    now.add(row);
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.textBaseline = "middle";
    context.strokeStyle = colourOf.halo;
    context.fillStyle = kind === "chosen" ? colourOf.strong : kind === "near" ? colourOf.ink : colourOf.soft;
    context.strokeText(text, box[0] + 1, y);
    context.fillText(text, box[0] + 1, y);
  };
  const colourOf = Object.fromEntries(["halo", "strong", "ink", "soft"].map((name) => [name, colour(name)]));
  for (const row of chosen) label(row, "chosen");
  for (const row of near) label(row, "near");
  for (const row of labelled) label(row, "usual");
  for (let row = 0; row < words.length && now.size < most; row++) label(row, "usual");
  labelled = now;
}

function* cellsOf([left, top, right, bottom]) {
  for (let x = Math.floor(left / 60); x <= Math.floor(right / 60); x++) {
    for (let y = Math.floor(top / 24); y <= Math.floor(bottom / 24); y++) yield x * 4096 + y;
  }
}

function widthOf(context, text) {
  const key = context.font + text;
  if (!widths.has(key)) widths.set(key, context.measureText(text).width);
  return widths.get(key);
}

function nearOf(row) {
  const frame = frames[Math.round(at)];
  return (frame && frame.near.get(row)) || [[], []];
}

// ------------------------------------------------------------------------ curves and figures

function drawChart(canvas, values, dots, format) {
  const { context, width, height } = sharpContext(canvas);
  const known = [...values, ...dots].filter(([, y]) => y !== null && y !== undefined);
  if (width < 50) return;
  if (known.length < 2) {
    context.font = `13px ${FONT}`;
    context.fillStyle = colour("soft");
    context.textBaseline = "middle";
    context.fillText(t("noCurve"), 0, height / 2);
    return;
  }
  const left = 46, bottom = height - 6, top = 8, total = Math.max(data.total, known.at(-1)[0], 1);
  const ys = known.map(([, y]) => y), low = Math.min(...ys), high = Math.max(...ys), span = high - low || 1;
  // A value that does not change is a line in the middle.
  const isFlat = high === low, middle = (top + bottom) / 2;
  const place = ([x, y]) => [left + (x / total) * (width - left - 8), isFlat ? middle : bottom - ((y - low) / span) * (bottom - top)];
  context.font = `11px ${FONT}`;
  context.fillStyle = colour("soft");
  context.textAlign = "right";
  context.textBaseline = "middle";
  if (isFlat) context.fillText(format(high), left - 6, middle);
  else {
    context.fillText(format(high), left - 6, top + 2);
    context.fillText(format(low), left - 6, bottom - 3);
  }
  context.strokeStyle = colour("faint");
  context.lineWidth = 1;
  context.beginPath();
  for (const y of [top, bottom]) { context.moveTo(left, y); context.lineTo(width - 8, y); }
  // Where epochs end.
  for (let k = 1; k <= data.facts.epochs && data.facts.epochs <= 40; k++) {
    const end = place([(k / data.facts.epochs) * data.total, low])[0];
    context.moveTo(end, bottom - 4); context.lineTo(end, bottom);
  }
  context.stroke();
  const now = frames[Math.round(at)];
  const x = place([now.words, low])[0];
  context.strokeStyle = colour("soft");
  context.beginPath();
  context.moveTo(x, top - 4); context.lineTo(x, bottom + 4);
  context.stroke();
  context.strokeStyle = colour("accent");
  context.lineWidth = 1.8;
  context.beginPath();
  let isOpen = false;
  for (const value of values) {
    if (value[1] === null) { isOpen = false; continue; }
    if (isOpen) context.lineTo(...place(value)); else context.moveTo(...place(value));
    isOpen = true;
  }
  context.stroke();
  context.fillStyle = colour("strong");
  for (const dot of dots) {
    context.beginPath();
    context.arc(...place(dot), 3, 0, 2 * Math.PI);
    context.fill();
  }
}

function seekOn(canvas, event) {
  const box = canvas.getBoundingClientRect();
  const wanted = ((event.clientX - box.left - 46) / (box.width - 54)) * Math.max(data.total, 1);
  let best = 0;
  frames.forEach((frame, place) => {
    if (Math.abs(frame.words - wanted) < Math.abs(frames[best].words - wanted)) best = place;
  });
  seek(best);
}

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${Math.round(seconds)} ${t("seconds")}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${t("minutes")} ${Math.round(seconds % 60)} ${t("seconds")}`;
  return `${Math.floor(seconds / 3600)} ${t("hours")} ${Math.round((seconds % 3600) / 60)} ${t("minutes")}`;
}

function compact(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)} k` : String(Math.round(value));
}

function showFigures() {
  const frame = frames[Math.round(at)];
  const status = isGone ? "gone" : reason || (isLive ? "training" : "done");
  $("status").textContent = t(status);
  $("status").className = status;
  $("waiting").hidden = frames.length > 0;
  if (!frame) return;
  const isKnown = (value) => value !== null && value !== undefined;
  $("model").textContent = t("model", data.facts);
  $("loss").textContent = isKnown(frame.loss) ? frame.loss.toFixed(3) : "–";
  $("rate").textContent = isKnown(frame.speed) ? compact(frame.speed) : "–";
  $("lr").textContent = frame.lr.toPrecision(3);
  $("left").textContent = duration(frame.left);
  $("now").textContent = `${t("epoch")} ${frame.epoch} ${t("of")} ${data.facts.epochs} · ${duration(frame.seconds)}`;
  $("among").textContent = t("among", words.length);
  $("map").setAttribute("aria-label", `${t("mapLabel", words.length)}. ${$("now").textContent}`);
  drawChart($("losses"), frames.map((each) => [each.words, each.loss]), epochs.filter((each) => each[3] !== null).map((each) => [each[1], each[3]]), (y) => y.toFixed(2));
  $("legend").hidden = !epochs.some((each) => each[3] !== null);
  drawChart($("rates"), frames.map((each) => [each.words, each.speed]), [], compact);
}

function showNeighbours() {
  const place = Math.round(at), before = frames[place - 1];
  $("chosen").replaceChildren(...chosen.map((row) => {
    const [ids, cosines] = nearOf(row);
    const old = new Set(before && before.near.get(row) ? before.near.get(row)[0] : ids);
    const items = [...ids].map((id, k) => {
      const bar = element("b");
      bar.style.width = `${(cosines[k] / 255) * 100}%`;
      return element("li", { class: old.has(id) ? "" : "new" },
        element("button", { type: "button", onclick: () => choose(id) }, words[id]),
        element("i", { "aria-hidden": "true" }, bar),
        element("span", {}, (cosines[k] / 255).toFixed(2)));
    });
    return element("div", { class: "word" },
      element("div", {}, element("strong", {}, words[row]),
        element("button", { type: "button", "aria-label": `${t("remove")}: ${words[row]}`, onclick: () => forget(row) }, "×")),
      element("ol", {}, ...items));
  }));
}

// ------------------------------------------------------------------------ time

let shownAt = null;
function update() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame((time) => {
    isDue = false;
    const step = last === null ? 0 : Math.min(0.1, (time - last) / 1000);
    const end = Math.max(0, frames.length - 1);
    const isMoving = (isPlaying || (isFollowing && at < end)) && end > 0;
    if (isMoving) {
      at = Math.min(end, at + step * FRAMES_PER_SECOND * Number($("speed").value));
      if (isPlaying && at >= end && !isFollowing) isPlaying = isLive && !reason && !isGone;
    }
    last = isMoving ? time : null;
    $("time").max = end;
    $("time").value = at;
    drawMap();
    const place = frames.length ? `${frames[Math.round(at)].number} ${frames.length} ${language} ${isDark()} ${innerWidth}` : "";
    if (!isMoving || place !== shownAt) {
      showFigures();
      showNeighbours();
      shownAt = place;
    }
    $("play").textContent = isPlaying ? "❚❚" : "▶";
    $("play").setAttribute("aria-label", t(isPlaying ? "pause" : "play"));
    $("play").title = t(isPlaying ? "pause" : "play");
    $("live").setAttribute("aria-pressed", String(isFollowing));
    if (isMoving && at < end) update();
  });
}

function seek(place) {
  isPlaying = isFollowing = false;
  at = Math.max(0, Math.min(place, frames.length - 1));
  update();
}

function toggle() {
  isPlaying = !isPlaying;
  isFollowing = false;
  if (isPlaying && at >= frames.length - 1) at = 0;
  update();
}

function choose(row) {
  if (!chosen.includes(row)) {
    chosen = [row, ...chosen].slice(0, MOST_CHOSEN);
    fetchNear(row);
  }
  update();
}

function forget(row) {
  chosen = chosen.filter((each) => each !== row);
  update();
}

// ------------------------------------------------------------------------ hands

function rowAt(event) {
  const box = $("map").getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top;
  let best = null, least = event.pointerType === "touch" ? 22 : 12;
  for (const [px, py, row] of placed) {
    const distance = Math.hypot(px - x, py - y);
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

function zoomAt(factor, x, y) {
  const zoom = Math.max(1, Math.min(40, view.zoom * factor)), grown = zoom / view.zoom;
  view = { zoom, x: x - (x - view.x) * grown, y: y - (y - view.y) * grown };
  if (zoom === 1) view = { zoom, x: 0, y: 0 };
  update();
}

function handlePointers() {
  const map = $("map"), held = new Map();
  let moved = 0;
  const middle = (event) => {
    const box = map.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  const gap = () => { const [a, b] = [...held.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    held.set(event.pointerId, middle(event));
    moved = 0;
  });
  map.addEventListener("pointermove", (event) => {
    const here = middle(event), before = held.get(event.pointerId);
    if (!before) return showTip(event);
    const old = held.size === 2 ? gap() : 0;
    held.set(event.pointerId, here);
    moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
    if (held.size === 2 && old > 0) zoomAt(gap() / old, here[0], here[1]);
    else if (view.zoom > 1) {
      view = { ...view, x: view.x + here[0] - before[0], y: view.y + here[1] - before[1] };
      update();
    }
  });
  const release = (event) => {
    if (held.delete(event.pointerId) && moved < 6 && event.type === "pointerup") {
      const row = rowAt(event);
      if (row !== null) choose(row);
    }
  };
  map.addEventListener("pointerup", release);
  map.addEventListener("pointercancel", release);
  map.addEventListener("pointerleave", () => { $("tip").hidden = true; });
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomAt(Math.exp(-event.deltaY / 400), ...middle(event));
  }, { passive: false });
}

function showTip(event) {
  hovered = rowAt(event);
  $("tip").hidden = hovered === null;
  if (hovered === null) return;
  const box = $("map").getBoundingClientRect();
  $("tip").textContent = words[hovered];
  $("tip").style.left = `${Math.min(event.clientX - box.left + 12, box.width - 120)}px`;
  $("tip").style.top = `${event.clientY - box.top + 14}px`;
}

const KEYS = {
  " ": toggle, ArrowLeft: () => seek(Math.ceil(at) - 1), ArrowRight: () => seek(Math.floor(at) + 1),
  Home: () => seek(0), End: () => seek(frames.length - 1), "/": () => $("word").focus(),
  "+": () => zoomAt(1.4, 0, 0), "=": () => zoomAt(1.4, 0, 0), "-": () => zoomAt(1 / 1.4, 0, 0), 0: () => zoomAt(0, 0, 0),
};

function handleKeys(event) {
  const { target } = event, isTyping = target.matches("input:not([type=range]), select");
  if (event.key === "Escape" && isTyping) return target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  // A focused button is pressed by the space bar.
  if (event.key === " " && target.matches("button, a")) return undefined;
  if (!KEYS[event.key]) return undefined;
  event.preventDefault();
  return KEYS[event.key]();
}

function begin() {
  $("words").replaceChildren(...words.map((word) => element("option", { value: word })));
  $("live").hidden = !isLive;
  $("play").addEventListener("click", toggle);
  $("time").addEventListener("input", () => seek(Number($("time").value)));
  $("live").addEventListener("click", () => { isFollowing = true; isPlaying = false; update(); });
  for (const canvas of [$("losses"), $("rates")]) canvas.addEventListener("click", (event) => seekOn(canvas, event));
  $("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const word = $("word").value.trim(), row = number.get(word) ?? number.get(word.toLowerCase());
    $("told").hidden = row !== undefined || !word;
    $("told").textContent = t("unknown", word);
    if (row !== undefined) { choose(row); $("word").value = ""; }
  });
  document.addEventListener("keydown", handleKeys);
  addEventListener("resize", update);
  handlePointers();
  setUp("watchTitle", update);
  addEventListener("pagehide", () => { if (isLive) navigator.sendBeacon("leave"); });
  if (isLive) poll();
  else {
    take(null, data.frames);
    isPlaying = !calm && frames.length > 1;
  }
  update();
}

begin();
