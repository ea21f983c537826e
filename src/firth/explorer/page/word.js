/** The page of a word: neighbours, company, lines in context; in two sets, where it moved. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { number, sentences, telling, text } from "./i18n.js";
import { action, head, scores, section } from "./parts.js";

// Why two sets cannot be compared.
const UNRELATED = ["nothing_shared", "other_dimensions"];

/** @param {any} app */
export async function wordView(app) {
  const { word } = app.state;
  const asked = { set: app.set.name, word };
  const [found, compared] = await Promise.all([ask("word", { ...asked, top: 20 }), comparisonOf(app)]);
  const lines = element("div", {}), moved = element("div", {});
  const told = found.rank
    ? [found.count === null ? null : text("count", number(found.count)), text("rank", number(found.rank), number(found.words))]
    : [text("composed")];
  const go = (each) => app.submit(each);
  const node = element("div", {},
    head(word, told.filter(Boolean).join(" · "), () => app.go({})),
    element("p", { class: "actions" },
      action(text("addPlus"), () => app.continueEquation(`${word} + `)),
      action(text("addMinus"), () => app.continueEquation(`${word} - `))),
    moved,
    found.neighbours.length ? section(text("neighbours"), text("neighboursHint"), scores(found.neighbours, go),
      element("p", { class: "hint" }, found.replicas > 1 ? text("sure", number(found.replicas)) : text("unsure")))
      : section(text("neighbours"), text(found.words > 1 ? "noDirection" : "alone")),
    found.company?.length ? section(text("company"), text("companyHint"),
      scores(found.company, go, { most: Math.max(...found.company.map((each) => each.score)) })) : null,
    lines);
  if (app.corpus) showLines(lines, asked);
  else lines.append(section(text("lines"), text("noCorpus")));
  const rows = found.neighbours.map((each) => each.row).filter((row) => app.set.isOnMap(row));
  const own = app.set.isOnMap(found.row) ? [found.row] : [];
  const spokes = own.length ? rows.map((row) => ({ from: app.stage.place(own[0]), to: app.stage.place(row) })) : [];
  const shown = { node, title: word, marked: [...own, ...rows], lines: spokes, closest: 12, table: () => neighbourTable(word, found, otherNeighbours(app, compared)) };
  if (compared) showMoved(app, compared, moved, shown);
  return shown;
}

async function showLines(place, asked) {
  place.replaceChildren(section(text("lines"), text("lookingForLines")));
  let found;
  try {
    found = await ask("lines", { ...asked, top: 12 });
  } catch (error) {
    place.replaceChildren(section(text("lines"), telling(error), action(text("again"), () => showLines(place, asked))));
    return;
  }
  const listed = found.lines.map(({ before, word, after }) =>
    element("li", {}, before, element("mark", {}, word), after));
  const hint = listed.length ? (found.complete ? null : text("someLines")) : text("noLines");
  place.replaceChildren(section(text("lines"), hint, element("ul", { class: "lines" }, ...listed)));
}

/** Return where the word is in both of two sets, or why that cannot be told; null if one lacks it. */
async function comparisonOf(app) {
  if (app.sets.length < 2) return null;
  try {
    // Sets that cannot be compared are asked about once.
    if (app.unrelated) throw app.unrelated;
    const layout = app.sets[0].shownLayout(app.state.layout);
    return await ask("moved/word", { word: app.state.word, layout, top: 10 });
  } catch (error) {
    if (error.kind === "no_server") throw error;
    if (UNRELATED.includes(error.kind)) app.unrelated = error;
    return { error };
  }
}

function showMoved(app, found, place, shown) {
  if (found.error) {
    place.append(section(text("bothSets"), telling(found.error), app.unrelated ? null : action(text("again"), () => app.show(false))));
    return;
  }
  const [first, second] = app.sets;
  const column = (set, answers) => element("div", {}, element("h3", { title: set.name }, text("inSet", set.brief)),
    scores(answers, (word) => app.submit(word)));
  const told = [text("movedWord", number(found.moved.cosine, 2)), app.set === first ? text("arrow", second.brief) : null];
  place.append(section(text("bothSets"), sentences(...told),
    element("div", { class: "columns" }, column(first, found.first), column(second, found.second))));
  // The map is that of the first set.
  if (app.set === first) {
    shown.lines = [...shown.lines, { from: found.moved.here, to: found.moved.there, isArrow: true }];
    shown.places = [found.moved.here, found.moved.there, ...shown.marked.map((row) => app.stage.place(row))];
  }
}

/** Return the neighbours in the other of two sets as a kind of a table. */
function otherNeighbours(app, compared) {
  if (!compared || compared.error) return [];
  const [first, second] = app.sets;
  const [other, list] = app.set === first ? [second, compared.second] : [first, compared.first];
  return [[`neighbour (${other.name})`, list]];
}

/** @param {[string, object[]][]} others Further kinds of words. */
function neighbourTable(word, found, others) {
  const plain = (value) => value ?? "";
  return {
    name: word,
    header: ["kind", "word", "score", "low", "high", "kept"],
    rows: [["neighbour", found.neighbours], ...others, ["company", found.company ?? []]].flatMap(([kind, list]) =>
      list.map((each) => [kind, each.word, each.score, plain(each.low), plain(each.high), plain(each.kept)])),
  };
}
