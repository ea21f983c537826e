/** The overview: what the vectors are, where to begin, clusters, and the words in view. */

import { clusterName, gradient } from "./colours.js";
import { element } from "./dom.js";
import { parseEquation } from "./equation.js";
import { isolated, number, sentences, telling, text } from "./i18n.js";
import { action, chips, head, section } from "./parts.js";
import { wordTable } from "./saving.js";

const EXAMPLES = [
  "king", "music", "london", "water", "computer", "国王", "中国", "先生", "音乐", "水",
  "king - man + woman", "paris - france + italy", "巴黎 - 法国 + 日本", "女儿 - 女 + 男",
];
const MOST_EXAMPLES = 6;

/** @param {any} app */
export async function homeView(app) {
  const set = app.set;
  const isWord = (word) => set.rows.has(word);
  let examples = EXAMPLES.filter((each) => isWord(each) || parseEquation(each, set.rows)?.every(({ word }) => isWord(word)));
  // Neither the very frequent words, of which little can be said, nor those that are seen a few times.
  if (examples.length < 2) examples = set.list.slice(Math.min(100, Math.floor(set.list.length / 2), Math.max(0, set.list.length - MOST_EXAMPLES)));
  // Some words, and some equations.
  const words = examples.filter((each) => isWord(each)).slice(0, 4);
  examples = [...words, ...examples.filter((each) => !isWord(each))].slice(0, MOST_EXAMPLES);
  const told = [text("summary", number(set.words), number(set.dim))];
  if (set.shown < set.words) told.push(text("shown", number(set.shown)));
  const clusters = element("div", {});
  const onClusters = () => clusters.replaceChildren(clustersOf(app));
  onClusters();
  const node = element("div", {},
    head(set.name, sentences(...told), null),
    element("p", { class: "intro" }, text("intro")),
    section(text("try"), null, chips(examples, (each) => app.submit(each))),
    app.sets.length > 1 ? action(text("moved"), () => app.go({ moved: "1" })) : null,
    app.state.colour === "frequency" ? section(text("colours"), null, frequencies()) : null,
    clusters,
    section(text("inView"), null, element("div", { id: "in-view" })),
    element("div", { class: "keys" }, section(text("keys"), text("keysHint"))));
  return { node, title: set.name, table: () => wordTable(app, app.stage.rowsInView(), set.name, app.twin.othersInView()), onClusters, onView: () => listInView(app) };
}

/** Return what the colours of frequency mean. */
function frequencies() {
  const bar = element("span", { class: "ramp", "aria-hidden": "true" });
  bar.style.background = gradient();
  return element("p", { class: "ends" }, element("span", {}, text("frequencyLow")), bar, element("span", {}, text("frequencyHigh")));
}

/** Return the clusters, that they are waited for, or why there are none. */
function clustersOf(app) {
  const { legend: isThere, unclustered } = app.set, name = text("clusters");
  if (isThere) return section(name, null, legend(app));
  if (!unclustered) return section(name, text("clustering"));
  return section(name, telling(unclustered), action(text("again"), () => app.colourByCluster()));
}

function legend(app) {
  const { words, sizes } = app.set.legend;
  return element("ul", { class: "legend", "data-colours": app.state.colour }, ...words.map((each, i) => {
    const dot = element("span", { class: "dot", "aria-hidden": "true" });
    dot.style.background = `var(--${clusterName(i)})`;
    return element("li", {}, element("button", { type: "button", class: "plain", onclick: () => app.go({ cluster: String(i) }) },
      dot, element("span", { class: "typical", dir: "ltr", title: each.join(", ") }, each.map(isolated).join(", ")), element("span", { class: "number" }, number(sizes[i]))));
  }));
}

function listInView(app) {
  const place = document.getElementById("in-view");
  if (!place) return;
  const words = app.stage.labelled().slice(0, 60);
  place.replaceChildren(words.length ? chips(words, (word) => app.submit(word)) : text("empty"));
}
