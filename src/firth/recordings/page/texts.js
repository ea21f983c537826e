"use strict";
// What pages say, by language.
const TEXTS = {
  en: {
    language: "中文", languageName: "Chinese", theme: "Light or dark",
    watchTitle: "A run of Firth", lessonTitle: "Negative sampling, one step at a time",
    waiting: "The text is being read. Frames come as soon as training begins.",
    training: "training", done: "done", patience: "stopped: no longer improving",
    interrupted: "interrupted", error: "stopped by an error", gone: "no connection: the command has ended",
    model: (f) => `${f.model}, ${f.dim} dimensions, window ${f.window}${f.negative ? `, ${f.negative} noise words` : ""}; ${count(f.vocabulary)} words, ${count(f.tokens)} tokens an epoch`,
    mapLabel: (n) => `Map of ${n} words`, play: "Play", pause: "Pause", live: "Live", time: "Time",
    follow: "Follow the run", save: "Save as HTML", speedName: "Speed of playing",
    epoch: "epoch", of: "of", loss: "loss", wordsPerSecond: "words/s", lr: "step size", left: "time left",
    heldOut: "held-out text", lossChart: "Loss, in nats per positive pair", speedChart: "Words a second",
    neighbours: "Neighbours", choose: "A word of the map…", add: "Show", remove: "Remove",
    unknown: (w) => `${w} is not on the map`, among: (n) => `Nearest of the ${count(n)} words of the map, by cosine. Bold: new in this frame.`,
    keys: "Space plays; ← → step; Home, End; / finds a word; + − 0 zoom",
    colours: "Dots have the colour of the place that their word has in the last frame.",
    seconds: "s", minutes: "min", hours: "h",
  },
  zh: {
    language: "English", languageName: "英文", theme: "浅色或深色",
    watchTitle: "Firth 的一次训练", lessonTitle: "负采样，一步一步看",
    waiting: "正在读取文本，训练一开始就会出现画面。",
    training: "训练中", done: "已完成", patience: "不再改进，提前停止",
    interrupted: "已中断", error: "因错误停止", gone: "连接已断开：命令已结束",
    model: (f) => `${f.model}，${f.dim} 维，窗口 ${f.window}${f.negative ? `，${f.negative} 个噪声词` : ""}；${count(f.vocabulary)} 个词，每轮 ${count(f.tokens)} 个词次`,
    mapLabel: (n) => `${n} 个词的地图`, play: "播放", pause: "暂停", live: "实时", time: "时间",
    follow: "跟随训练", save: "存为 HTML", speedName: "播放速度",
    epoch: "轮次", of: "/", loss: "损失", wordsPerSecond: "词/秒", lr: "步长", left: "剩余时间",
    heldOut: "留出文本", lossChart: "损失（每个正例对的奈特数）", speedChart: "每秒训练的词数",
    neighbours: "近邻", choose: "地图上的一个词…", add: "显示", remove: "移除",
    unknown: (w) => `地图上没有 ${w}`, among: (n) => `地图上 ${count(n)} 个词中余弦最大的几个。粗体：这一帧新出现的。`,
    keys: "空格播放；← → 逐帧；Home、End；/ 找词；+ − 0 缩放",
    colours: "点的颜色由该词在最后一帧中的位置决定。",
    seconds: "秒", minutes: "分", hours: "小时",
  },
};

function count(number) {
  return number.toLocaleString("en-US");
}
