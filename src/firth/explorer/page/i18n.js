/** The page in English and Chinese. */

// Numbers come as texts, with their separators.
const counted = (n, noun) => `${n} ${noun}${n === "1" ? "" : "s"}`;

const TEXTS = {
  en: {
    skip: "Skip to the words", map: "Map of words", loading: "Loading the words…",
    mapKeys: "Map of words. Arrow keys move, plus and minus zoom, 0 shows all, L draws a region. The words in view are listed in the panel.",
    search: "Search a word or calculate with words", searchHint: "Search, or king - man + woman",
    secondKeys: "Second map: the words of the other vectors. Arrow keys move, plus and minus zoom, 0 shows all, L draws a region.",
    secondZoom: "Zoom of the second map", bothMaps: "Both maps",
    bothMapsTitle: "Show the maps of both sets beside each other. Colours are the clusters of the first; the second is turned to match it.",
    clear: "Clear", completions: "Words", panel: "Words", sheet: "Show more or less of the list", tools: "Options of the map",
    options: "Options", sets: "Vectors", layout: "Layout", colour: "Colour", cluster: "Cluster", frequency: "Frequency",
    save: "Share and save", link: "Link", appearance: "Language and theme", theme: "Light or dark", zoom: "Zoom",
    lasso: "Lasso: draw around words", zoomIn: "Zoom in", zoomOut: "Zoom out", fit: "Show all words",
    summary: (n, d) => `${counted(n, "word")}, ${counted(d, "dimension")}`,
    pcaTitle: "The two axes along which the vectors vary most", umapTitle: "Near words together: computed in the background, then kept",
    clusterTitle: "Colour by groups of near words", frequencyTitle: "Colour by how often a word is seen",
    linkTitle: "Copy a link to what is shown", pngTitle: "Save the map as a picture (PNG)",
    svgTitle: "Save the map as a drawing (SVG)", csvTitle: "Save the list as a table (CSV)", colours: "Colours",
    alone: "There are no other words.", noCorpus: "firth explore VECTORS --corpus TEXT shows lines of the text.",
    movedScore: "The number is a word's cosine with itself in the other set: the lower, the further it moved.",
    arrows: (name) => `Arrows lead to the places in ${name}.`, arrow: (name) => `The arrow leads to its place in ${name}.`,
    shown: (n) => `The map shows the ${n} most frequent.`,
    intro: "Near words have similar vectors. Choose a word to see its neighbours.",
    try: "Try", clusters: "Clusters", inView: "In view", neighbours: "Neighbours", company: "Company it keeps",
    companyHint: "Words seen near it more often than by chance (pointwise mutual information)",
    neighboursHint: "By cosine in all dimensions, not on the map",
    lines: "Lines in context", noLines: "The corpus has no line with it that was found.", someLines: "The first lines are shown.",
    count: (n) => `seen ${counted(n, "time")}`, rank: (r, n) => `rank ${r} of ${n}`, composed: "not in the vocabulary: its vector is composed of n-grams, parts of words",
    composedTerms: (words) => `Not in the vocabulary, so composed of n-grams, parts of words: ${words}.`,
    sure: (n) => `Bars show 95 % intervals from ${n} replicas; the share tells in how many it is a neighbour.`,
    unsure: "How sure are these? firth replicate VECTORS TEXT tells.",
    kept: (p) => `in ${p} of replicas`, addPlus: "+ add", addMinus: "− subtract", similarity: "cosine", word: "word",
    equation: "Equation", answers: "Nearest words", region: "Region",
    regionOf: (n) => counted(n, "word"), clusterOf: (words) => `Cluster: ${words}`,
    lacking: (n, name) => `${n} of them ${n === "1" ? "is" : "are"} not in ${name}.`,
    regionEmpty: "There is no word within it. Draw a larger region.", saveWords: "Save words", copyWords: "Copy words",
    subtract: "Subtract from a word", subtractHint: "The mean of these words, subtracted from the word you choose",
    more: (n) => `and ${n} more, all of them in the saved file`, back: "Overview", close: "Close",
    unknown: (w) => `“${w}” is not in these vectors.`, near: "Did you mean",
    copied: "Link copied.", linkIs: "The address of this page is the link.", saved: (name) => `Saved ${name}.`,
    pictured: (n, all) => `The SVG has the ${n} most frequent of ${all} words in view.`,
    notCopied: "The browser does not let this page copy. Save the words instead.",
    wordsCopied: (n) => `${counted(n, "word")} copied.`, umapNeighbours: "UMAP: finding neighbours…",
    umapLayout: (a, b) => `UMAP: epoch ${a} of ${b}`, umapReady: "UMAP is ready.", umapFailed: (m) => `UMAP: ${m}`,
    serverBack: "The service is back.",
    moved: "Words that moved", movedIntro: (a, b, n, most) => `Of the ${most ? `${most} most frequent of ` : ""}${n} words that ${a} and ${b} share, after alignment.`,
    movedHint: "Rare words move by chance too: firth drift tells chance from change.",
    bothSets: "In both sets", movedWord: (c) => `Its cosine between them, after alignment, is ${c}.`, inSet: (name) => `In ${name}`,
    lassoOn: "Draw around words on the map.",
    crossOn: "Arrow keys move the cross, with Shift further. Enter sets one corner, then the opposite one. Escape ends.",
    crossAt: (w) => `At ${w}`, crossNone: "No word here", keys: "Keys",
    keysHint: "/ searches. On the map, arrow keys move, + and − zoom, 0 shows all, and L draws a region. Escape leads back.",
    again: "Try again", asking: "Waiting for the service…", askingFor: (w) => `Waiting for “${w}”…`,
    clustering: "They are being computed…", lookingForLines: "Looking for lines…",
    noSum: "The parts cancel: their sum is zero and has no direction, so no word is near it.",
    // What the service says in English is told as it says it.
    refused: (m) => m,
    errors: {
      no_server: "The service does not answer. Is firth explore still running? This page goes on when it is back.",
      broken_answer: "The answer of the service is not whole.",
      busy: "The service has too much to do, and did not answer several times.",
      failed: "The service failed. What it has printed says more.",
      nothing_shared: "The two sets have no word in common, so nothing can be compared.",
      other_dimensions: "The two sets have other numbers of dimensions, so they cannot be aligned.",
      too_few_words: "Fewer than 4 words are too few.",
    },
    noDirection: "Its vector is zero: it has no direction, and so no neighbours.",
    empty: "—", x: "x", y: "y", frequencyLow: "rare", frequencyHigh: "frequent",
    dropMinus: (n) => `− mean of ${counted(n, "word")}`, choose: "Type the word to subtract from, then Enter.",
  },
  zh: {
    skip: "跳到词列表", map: "词的地图", loading: "正在载入词……",
    mapKeys: "词的地图。方向键移动，加号和减号缩放，0 显示全部，L 圈出一个区域。面板中列出当前可见的词。",
    search: "查找一个词，或用词计算", searchHint: "查词，或 巴黎 - 法国 + 日本",
    secondKeys: "第二张地图：另一组词向量的词。方向键移动，加号和减号缩放，0 显示全部，L 圈出一个区域。",
    secondZoom: "第二张地图的缩放", bothMaps: "两张地图",
    bothMapsTitle: "并排显示两组词向量的地图。颜色是第一组的聚类；第二张已转到与第一张对应。",
    clear: "清除", completions: "词", panel: "词", sheet: "展开或收起列表", tools: "地图选项",
    options: "选项", sets: "词向量", layout: "布局", colour: "颜色", cluster: "聚类", frequency: "词频",
    save: "分享与保存", link: "链接", appearance: "语言与主题", theme: "浅色或深色", zoom: "缩放",
    lasso: "套索：圈出一些词", zoomIn: "放大", zoomOut: "缩小", fit: "显示全部词",
    summary: (n, d) => `${n} 个词，${d} 维`,
    pcaTitle: "词向量变化最大的两个方向", umapTitle: "相近的词放在一起：在后台计算，并会保存",
    clusterTitle: "按相近的词的分组着色", frequencyTitle: "按词的出现次数着色",
    linkTitle: "复制指向当前画面的链接", pngTitle: "把地图存为图片（PNG）",
    svgTitle: "把地图存为矢量图（SVG）", csvTitle: "把列表存为表格（CSV）", colours: "颜色",
    alone: "没有其他的词。", noCorpus: "firth explore VECTORS --corpus TEXT 会显示文本中的句子。",
    movedScore: "数字是一个词与它在另一组中的自己的余弦：越小，移动得越远。",
    arrows: (name) => `箭头指向它们在 ${name} 中的位置。`, arrow: (name) => `箭头指向它在 ${name} 中的位置。`,
    shown: (n) => `地图显示最常见的 ${n} 个词。`,
    intro: "相近的词有相似的向量。选一个词，看它的近邻。",
    try: "试试", clusters: "聚类", inView: "当前可见", neighbours: "近邻", company: "常见搭配",
    companyHint: "在它附近出现得比随机更多的词（点互信息）",
    neighboursHint: "按全部维度的余弦，而不是按地图上的距离",
    lines: "语境中的句子", noLines: "在语料中没有找到含有它的句子。", someLines: "只显示最前面的句子。",
    count: (n) => `出现 ${n} 次`, rank: (r, n) => `频率第 ${r} 位，共 ${n} 个词`, composed: "不在词表中：其向量由 n-gram（词的片段）合成",
    composedTerms: (words) => `不在词表中，向量由 n-gram（词的片段）合成：${words}。`,
    sure: (n) => `横条是 ${n} 次重复训练的 95% 区间；百分比是它在其中多少次仍是近邻。`,
    unsure: "这些近邻有多可靠？用 firth replicate VECTORS TEXT 可知。",
    kept: (p) => `${p} 的重复训练中`, addPlus: "＋ 加", addMinus: "－ 减", similarity: "余弦", word: "词",
    equation: "算式", answers: "最近的词", region: "区域",
    regionOf: (n) => `${n} 个词`, clusterOf: (words) => `聚类：${words}`,
    lacking: (n, name) => `其中 ${n} 个不在 ${name} 中。`,
    regionEmpty: "其中没有词。请圈大一些。", saveWords: "保存这些词", copyWords: "复制这些词",
    subtract: "从一个词中减去", subtractHint: "从所选的词中减去这些词的平均向量",
    more: (n) => `还有 ${n} 个，保存的文件中有全部`, back: "概览", close: "关闭",
    unknown: (w) => `这些词向量中没有“${w}”。`, near: "是不是",
    copied: "链接已复制。", linkIs: "本页的地址就是链接。", saved: (name) => `已保存 ${name}。`,
    pictured: (n, all) => `SVG 含可见的 ${all} 个词中最常见的 ${n} 个。`,
    notCopied: "浏览器不允许本页复制。请改为保存这些词。",
    wordsCopied: (n) => `已复制 ${n} 个词。`, umapNeighbours: "UMAP：正在找近邻……",
    umapLayout: (a, b) => `UMAP：第 ${a} 轮，共 ${b} 轮`, umapReady: "UMAP 已完成。", umapFailed: (m) => `UMAP：${m}`,
    serverBack: "服务已恢复。",
    moved: "移动的词", movedIntro: (a, b, n, most) => `${a} 与 ${b} 共有 ${n} 个词；对齐后，${most ? `取其中最常见的 ${most} 个` : "比较全部"}。`,
    movedHint: "罕见词也会随机移动：firth drift 能区分随机与变化。",
    bothSets: "在两组向量中", movedWord: (c) => `对齐后，它在两者之间的余弦为 ${c}。`, inSet: (name) => `在 ${name} 中`,
    lassoOn: "在地图上圈出一些词。",
    crossOn: "方向键移动十字，按住 Shift 移得更远。回车确定一个角，再确定对角。Esc 结束。",
    crossAt: (w) => `在 ${w} 处`, crossNone: "这里没有词", keys: "按键",
    keysHint: "/ 查词。在地图上：方向键移动，+ 和 − 缩放，0 显示全部，L 圈出一个区域。Esc 返回。",
    again: "重试", asking: "正在等待服务……", askingFor: (w) => `正在等待“${w}”……`,
    clustering: "正在计算……", lookingForLines: "正在查找句子……",
    noSum: "各部分相互抵消：和为零，没有方向，所以没有相近的词。",
    refused: (m) => `服务无法回答：${m}`,
    errors: {
      no_server: "服务没有响应。firth explore 还在运行吗？服务恢复后，本页会继续。",
      broken_answer: "服务的回答不完整。",
      busy: "服务太忙，多次请求都没有得到回答。",
      failed: "服务出错。它输出的信息中有更多说明。",
      nothing_shared: "两组词向量没有共同的词，无法比较。",
      other_dimensions: "两组词向量的维数不同，无法对齐。",
      too_few_words: "少于 4 个词，太少了。",
      unknown_word: "这些词向量中没有这个词。",
      no_direction: "所问的向量是零：没有方向，所以没有相近的词。",
      unknown_set: "服务没有这组词向量。请重新载入本页。",
      one_set: "只有一组词向量；请给出两组：firth explore A B。",
      no_words: "这组词向量中没有词。",
      no_corpus: "没有语料。用 --corpus 文件 给出。",
      no_layout: "这个布局还没有算出。请先计算。",
      not_found: "服务没有这个文件。请重新载入本页。",
      out_of_memory: "内存不足。",
      out_of_threads: "系统不再为服务启动线程。请提高进程数的限制（ulimit -u）。",
      internal_error: "服务出错。它的日志中有更多说明。",
      missing_extra: "缺少附加组件。请安装：pip install 'firth[plot]'，然后重新启动 firth explore。",
      ended: "计算中途停止了。请再试一次。",
      no_map: "这组词向量画不成地图：它们少于两维，或者方向都相同。",
      not_kept: "无法把地图保存到文件，下次需要重新计算。",
      other_vectors: "词向量已经重新读入。请重新载入本页。",
      too_slow: "请求没有及时传完。请再试一次。",
      too_large: "请求太大。请少选一些词。",
      wrong_host: "服务不接受这个主机名的请求。请用 IP 地址或 localhost 打开本页。",
      wrong_origin: "服务不接受来自其他网页的请求。",
      wrong_token: "服务需要令牌。",
      invalid_request: "服务无法回答这个请求：它太长，或者形式不对。",
    },
    noDirection: "它的向量是零：没有方向，所以没有近邻。",
    empty: "—", x: "x", y: "y", frequencyLow: "罕见", frequencyHigh: "常见",
    dropMinus: (n) => `− ${n} 个词的平均`, choose: "输入被减的词，然后按回车。",
  },
};

let language = navigator.language?.startsWith("zh") ? "zh" : "en";

/** Return the language of the page. */
export const current = () => language;

/** Return a text; some are functions of what they tell. */
export function text(name, ...given) {
  const found = TEXTS[language][name];
  return typeof found === "function" ? found(...given) : found;
}

/** Return what went wrong in the language of the page: by the short name that the service gives it, else by its status. */
export function telling({ kind, status, message }) {
  const { errors, refused } = TEXTS[language];
  if (Object.hasOwn(errors, kind ?? "")) return errors[kind];
  if (kind) return refused(message);
  if (status === 429 || status === 503) return errors.busy;
  return status >= 500 ? errors.failed : refused(message);
}

/** Return a word so that one that is written from right to left does not turn what stands beside it. */
export const isolated = (word) => (/[\u0590-\u08ff\u200e\u200f\u202a-\u202e\ufb1d-\ufefc]/.test(word) ? `\u2068${word}\u2069` : word);

/** Return sentences in one line, without those that are null: Chinese has no spaces between them. */
export const sentences = (...given) => given.filter(Boolean).join(language === "zh" ? "" : " ");

/** Return a number as the language writes it. */
export const number = (value, digits = 0) =>
  value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Return a share in percent. */
export const percent = (share) => `${number(100 * share)} %`;

/**
 * Put the page into a language: elements with `data-i18n`, `-label`, `-title` and `-placeholder`.
 * @param {string} wanted
 */
export function speak(wanted) {
  language = wanted in TEXTS ? wanted : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const each of document.querySelectorAll("[data-i18n]")) each.textContent = text(each.dataset.i18n);
  for (const each of document.querySelectorAll("[data-i18n-label]")) {
    each.setAttribute("aria-label", text(each.dataset.i18nLabel));
    if (each.matches("button")) each.title = text(each.dataset.i18nLabel);
  }
  for (const each of document.querySelectorAll("[data-i18n-title]")) each.title = text(each.dataset.i18nTitle);
  for (const each of document.querySelectorAll("[data-i18n-placeholder]")) {
    each.placeholder = text(each.dataset.i18nPlaceholder);
  }
}
