/** What the pages say, by language. */

export const TEXTS = {
  en: {
    language: "中文", languageName: "Chinese", theme: "Light or dark",
    watchTitle: "A run of Firth", lessonTitle: "Negative sampling, one step at a time",
    waiting: "The text is being read. Frames come as soon as training begins.",
    reading: "reading the text", training: "training", done: "done", patience: "stopped: no longer improving",
    interrupted: "interrupted", error: "stopped by an error", gone: "no connection: the command has ended, or cannot be reached",
    failing: "the server of this page fails; it is asked again", late: "waiting for an answer…",
    fetching: "Waiting for them…", notThere: "They come when the connection is back.",
    model: (f) => `${MODELS[f.model] || f.model}, ${f.dim} dimensions, window ${f.window}${f.negative ? `, ${f.negative} noise word${f.negative === 1 ? "" : "s"}` : ""}; ${count(f.vocabulary)} words, ${count(f.tokens)} tokens an epoch`,
    mapLabel: (n) => `Map of ${n} words`, play: "Play", pause: "Pause", live: "Live", time: "Time",
    follow: "Follow the run", save: "Save as HTML", speedName: "Speed of playing",
    epoch: "epoch", of: "of", loss: "loss", wordsPerSecond: "words/s", lr: "step size", left: "time left",
    heldOut: "held-out text", lossChart: "Loss, in nats per positive pair", speedChart: "Words a second", noCurve: "The curve begins with the next frames.", shortRun: "Too few frames for a curve.",
    neighbours: "Neighbours", choose: "A word of the map…", add: "Show", remove: "Remove",
    later: (w) => `${w} is shown as soon as training begins, if it is on the map`,
    unknown: (w) => `${w} is not on the map`, among: (n) => `Nearest of the ${count(n)} words of the map, by cosine. Bold: new in this frame.`,
    keys: "Space plays; ← → step; Home, End; / finds a word; + − 0 zoom",
    colours: "Dots have the colour of the place that their word has in the last frame.",
    seconds: "s", minutes: "min", hours: "h",
    modelName: "Model", trained: "Trained for", lrName: "Step size", epochsOf: (n) => (n === 0 ? "0 epochs" : `${n} epochs`),
    back: "Back", next: "Next", nextWindow: "Next window", previousWindow: "Previous window", again: "Same step again", anew: "From the start",
    windowOf: (k, n) => `window ${k} of ${n}`, centre: "centre", context: "context", noise: "noise words, label 0",
    plane: "Vectors", planeNote: "Two dimensions. ● contexts (input table), ■ centre and noise words (output table); lines: what the step moved.",
    probabilities: "σ(x·y): how surely is this the centre?", errors: "label − σ(x·y): what is wrong", before: "before", after: "after", sizes: "Large: after the step. Small: before it.",
    lossOf: "Loss of the window", stepsDone: (n) => (n === 1 ? "1 step" : `${n} steps`), mean: "mean of the contexts", lessonKeys: "→ ← steps; N and P windows; A the same step again",
    labelRow: "label", parts: ["Window", "Noise words", "Scores", "Errors", "Step", "After"],
    explain: [
      (w) => `The window around “${w.centre}” (position ${w.place} of the sentence): the words up to ${w.window} places away are its contexts.`,
      (w) => `${w.noise} noise words are drawn, frequent words oftener (count to the power ¾). None of them is a word of the window. The centre has the label 1, they have 0.`,
      (w) => w.model === "cbow"
        ? "The mean x of the context vectors is multiplied with the output vector y of each target. σ makes a probability of the product: is this word the centre?"
        : "The vector x of each context word is multiplied with the output vector y of each target. σ makes a probability of the product: is this word the centre?",
      () => "The error is the label minus the probability. Green: the two vectors should be more alike; orange: less.",
      (w) => w.model === "cbow"
        ? `Each y moves by ${w.lr} × error × x. The mean moves by the sum of ${w.lr} × error × y, shared among the context words.`
        : `Each x moves by the sum of ${w.lr} × error × y over the targets, and each y by the sum of ${w.lr} × error × x over the contexts, all with the old vectors.`,
      (w) => `The same scores with the new vectors. The loss of this window went from ${w.before} to ${w.after}.`,
    ],
  },
  zh: {
    language: "English", languageName: "英文", theme: "浅色或深色",
    watchTitle: "Firth 的一次训练", lessonTitle: "负采样，一步一步看",
    waiting: "正在读取文本，训练一开始就会出现画面。",
    reading: "正在读取文本", training: "训练中", done: "已完成", patience: "不再改进，提前停止",
    interrupted: "已中断", error: "因错误停止", gone: "没有连接：命令已结束，或无法访问",
    failing: "本页的服务出错，稍后重试", late: "正在等待回答……",
    fetching: "正在等待……", notThere: "恢复连接后会显示。",
    model: (f) => `${MODELS[f.model] || f.model}，${f.dim} 维，窗口 ${f.window}${f.negative ? `，${f.negative} 个噪声词` : ""}；${count(f.vocabulary)} 个词，每轮 ${count(f.tokens)} 个词次`,
    mapLabel: (n) => `${n} 个词的地图`, play: "播放", pause: "暂停", live: "实时", time: "时间",
    follow: "跟随训练", save: "存为 HTML", speedName: "播放速度",
    epoch: "轮次", of: "/", loss: "损失", wordsPerSecond: "词/秒", lr: "步长", left: "剩余时间",
    heldOut: "留出文本", lossChart: "损失（每个正例对的奈特数）", speedChart: "每秒训练的词数", noCurve: "再有几帧就会出现曲线。", shortRun: "帧太少，画不出曲线。",
    neighbours: "近邻", choose: "地图上的一个词…", add: "显示", remove: "移除",
    later: (w) => `训练一开始就显示 ${w}（如果它在地图上）`,
    unknown: (w) => `地图上没有 ${w}`, among: (n) => `地图上 ${count(n)} 个词中余弦最大的几个。粗体：这一帧新出现的。`,
    keys: "空格播放；← → 逐帧；Home、End；/ 找词；+ − 0 缩放",
    colours: "点的颜色由该词在最后一帧中的位置决定。",
    seconds: "秒", minutes: "分", hours: "小时",
    modelName: "模型", trained: "已训练", lrName: "步长", epochsOf: (n) => `${n} 轮`,
    back: "上一步", next: "下一步", nextWindow: "下一个窗口", previousWindow: "上一个窗口", again: "再走一步", anew: "从头开始",
    windowOf: (k, n) => `第 ${k} / ${n} 个窗口`, centre: "中心词", context: "上下文词", noise: "噪声词，标签 0",
    plane: "向量", planeNote: "两个维度。● 上下文（输入表），■ 中心词和噪声词（输出表）；线段：这一步移动了多少。",
    probabilities: "σ(x·y)：有多确信它是中心词？", errors: "标签 − σ(x·y)：错了多少", before: "之前", after: "之后", sizes: "大字：这一步之后；小字：之前。",
    lossOf: "窗口的损失", stepsDone: (n) => `${n} 步`, mean: "上下文的平均", lessonKeys: "→ ← 分步；N、P 换窗口；A 再走一步",
    labelRow: "标签", parts: ["窗口", "噪声词", "得分", "误差", "一步", "之后"],
    explain: [
      (w) => `以“${w.centre}”（句中第 ${w.place} 个词）为中心的窗口：左右各 ${w.window} 个位置以内的词是它的上下文。`,
      (w) => `抽取 ${w.noise} 个噪声词，常见词更容易被抽到（次数的 ¾ 次方）。窗口里的词不会被抽到。中心词的标签是 1，噪声词是 0。`,
      (w) => w.model === "cbow"
        ? "上下文向量的平均 x 与每个目标词的输出向量 y 相乘，σ 把乘积变成概率：这个词是中心词吗？"
        : "每个上下文词的向量 x 与每个目标词的输出向量 y 相乘，σ 把乘积变成概率：这个词是中心词吗？",
      () => "误差是标签减去概率。蓝绿色：两个向量应当更相似；橙色：应当更不相似。",
      (w) => w.model === "cbow"
        ? `每个 y 移动 ${w.lr} × 误差 × x。平均向量移动 ${w.lr} × 误差 × y 之和，由各上下文词分担。`
        : `每个 x 移动 ${w.lr} × 误差 × y 对所有目标词之和，每个 y 移动 ${w.lr} × 误差 × x 对所有上下文词之和，都用旧的向量。`,
      (w) => `用新的向量再算一次得分。这个窗口的损失从 ${w.before} 变为 ${w.after}。`,
    ],
  },
};

export const MODELS = { skipgram: "Skip-gram", cbow: "CBOW" };

function count(number) {
  return number.toLocaleString("en-US");
}
