"""The lesson: CBOW and skip-gram in two dimensions, on a text small enough to be seen whole.

The text is made by rule. Each of three topics has six nouns and four frames, sentences with two
gaps; each frame is filled with six pairs of nouns. So a noun stands in every frame of its topic
and in none of the others, and that is all a model can learn: nouns of a topic belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from firth.corpus.tokenizers import textbook
from firth.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from firth.torch import PaddedVocabulary
    from firth.vectors import Vectors

Language = Literal["en", "zh"]
LessonModel = Literal["skipgram", "cbow"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
MODELS: tuple[LessonModel, ...] = ("skipgram", "cbow")
PICTURES = ("window", "noise", *MODELS, "losses")

WINDOW = 4
NEGATIVE = 5
EPOCHS = 300
# All windows at once, and large steps: the text is small, and Adam takes it.
_BATCH_SIZE = 1_000
_LR = 0.05
_TELL_EVERY = 50

_TITLES: Mapping[str, str] = MappingProxyType({"skipgram": "Skip-gram", "cbow": "CBOW"})


# What the report says, by language.
_REPORT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "text": "{sentences} sentences, {words} words, {different} of them different; "
            "topics: {topics}.",
            "comma": ", ",
            "model": "{model}: 2 dimensions, window {window}, {negative} noise words",
            "found": "Of the five nouns nearest to a noun, {share:.0%} are of its own topic.",
            "pictures": "Pictures:",
        },
        "zh": {
            "text": "{sentences} 句，{words} 个词，其中不同的词 {different} 个；主题：{topics}。",
            "comma": "、",
            "model": "{model}：2 维，窗口 {window}，噪声词 {negative} 个",
            "found": "离一个名词最近的五个名词中，{share:.0%} 属于同一主题。",
            "pictures": "图片：",
        },
    }
)

# What the pictures say, in Chinese.
_CHINESE: Mapping[str, str] = MappingProxyType(
    {
        "as noise word": "作为噪声词",
        "centre": "中心词",
        f"centre, and context within {WINDOW} (label 1); grey is out of reach": (
            f"中心词，以及 {WINDOW} 个位置以内的上下文词（标签 1）；灰色的不在窗口内"
        ),
        "dimension 1": "第 1 维",
        "dimension 2": "第 2 维",
        "epoch": "轮次",
        "in the text": "在文本中",
        "mean loss": "平均损失",
        "noise words in the centre's place (label 0)": "放在中心词位置上的噪声词（标签 0）",
        "probability": "概率",
        "rank by count": "按次数排名",
    }
)


@dataclass(frozen=True)
class Topic:
    """A topic of the lesson's text: its nouns, and sentences with gaps `{a}` and `{b}` for two."""

    nouns: tuple[str, ...]
    frames: tuple[str, ...]

    def sentences(self) -> list[str]:
        """Fill each frame with as many pairs as there are nouns, other pairs in each frame.

        Examples
        --------
        >>> Topic(("tea", "milk", "rum"), ("{a} or {b}?",)).sentences()
        ['tea or milk?', 'milk or rum?', 'rum or tea?']
        """
        return [
            frame.format(a=noun, b=self.nouns[(place + step) % len(self.nouns)])
            for step, frame in enumerate(self.frames, start=1)
            for place, noun in enumerate(self.nouns)
        ]


# The Chinese text is segmented already, so that it takes no segmenter to read it.
TOPICS: Mapping[str, Mapping[str, Topic]] = MappingProxyType(
    {
        "en": {
            "animals": Topic(
                ("cat", "dog", "horse", "cow", "sheep", "rabbit"),
                (
                    "The {a} and the {b} sleep in the barn.",
                    "A hungry {a} chases a {b} over the grass.",
                    "The {a} runs on four legs, like the {b}.",
                    "The {b} has soft fur and a long tail, the {a} too.",
                ),
            ),
            "fruit": Topic(
                ("apple", "pear", "plum", "cherry", "peach", "grape"),
                (
                    "A ripe {a} and a {b} fall from the tree.",
                    "Sweet {a} juice and sour {b} juice fill the bottle.",
                    "Slice the {a}, peel the {b} and bake a pie.",
                    "The {a} tastes sour, the {b} tastes sweet.",
                ),
            ),
            "people": Topic(
                ("mother", "father", "sister", "brother", "uncle", "aunt"),
                (
                    "My {a} and my {b} read books at school.",
                    "My {a} asks my {b} a clever question.",
                    "Her {a} writes a letter to her {b}.",
                    "His {a} tells his {b} a story, and both laugh.",
                ),
            ),
        },
        "zh": {
            "动物": Topic(
                ("猫", "狗", "马", "牛", "羊", "兔子"),
                (
                    "{a} 和 {b} 都 睡 在 谷仓 里 。",
                    "饿 了 的 {a} 在 草地 上 追 着 {b} 跑 。",
                    "{a} 有 四 条 腿 ， {b} 也 有 四 条 腿 。",
                    "{b} 的 毛 很 软 ， {a} 的 尾巴 很 长 。",
                ),
            ),
            "水果": Topic(
                ("苹果", "梨", "李子", "樱桃", "桃子", "葡萄"),
                (
                    "熟 透 的 {a} 和 {b} 从 树 上 掉 下来 。",
                    "瓶子 里 装 着 甜甜 的 {a} 汁 和 {b} 汁 。",
                    "把 {a} 削 皮 ， 把 {b} 切 块 ， 一起 烤 成 馅饼 。",
                    "这 颗 {a} 有点 酸 ， 那 颗 {b} 很 甜 。",
                ),
            ),
            "人物": Topic(
                ("妈妈", "爸爸", "姐姐", "弟弟", "叔叔", "姑姑"),
                (
                    "我 的 {a} 和 {b} 在 学校 读书 。",
                    "{a} 问 了 {b} 一个 聪明 的 问题 。",
                    "她 的 {a} 给 {b} 写 了 一封 信 。",
                    "{a} 给 {b} 讲 故事 ， 两 个 人 都 笑 了 。",
                ),
            ),
        },
    }
)


def lesson_groups(language: Language = "en") -> dict[str, tuple[str, ...]]:
    """Return the nouns of each topic.

    Examples
    --------
    >>> lesson_groups()["fruit"]
    ('apple', 'pear', 'plum', 'cherry', 'peach', 'grape')
    """
    return {name: topic.nouns for name, topic in _topics(language).items()}


def lesson_sentences(language: Language = "en") -> list[list[str]]:
    """Return the lesson's text: 72 sentences, cut into words by the tokenizer `textbook`.

    Raises
    ------
    ConfigError
        If there is no text in that language.

    Examples
    --------
    >>> lesson_sentences()[0]
    ['the', 'cat', 'and', 'the', 'dog', 'sleep', 'in', 'the', 'barn', '.']
    >>> lesson_sentences("zh")[0]
    ['猫', '和', '狗', '都', '睡', '在', '谷仓', '里']
    """
    topics = _topics(language).values()
    return [textbook(sentence) for topic in topics for sentence in topic.sentences()]


def _topics(language: str) -> Mapping[str, Topic]:
    if language not in TOPICS:
        raise ConfigError(f"the lesson is told in {' and '.join(TOPICS)}, got {language!r}")
    return TOPICS[language]


@dataclass(frozen=True)
class TrainedLesson:
    """One model of the lesson, trained.

    Parameters
    ----------
    vectors : Vectors
        In two dimensions.
    losses : list of float
        The mean loss of each epoch, in nats per question.
    """

    vectors: Vectors
    losses: list[float]


def train_lesson(
    model: LessonModel,
    *,
    language: Language = "en",
    epochs: int = EPOCHS,
    seed: int = 1,
    log: Callable[[str], None] | None = None,
) -> TrainedLesson:
    """Train one of the lesson's models on its text, with two tables of two dimensions.

    Parameters
    ----------
    model : {"skipgram", "cbow"}
    language : {"en", "zh"}
        Of the text.
    epochs, seed : int
        Passes over the text, and the start of all random numbers.
    log : callable, optional
        Takes a line with the loss, every 50 epochs.

    Raises
    ------
    ConfigError
        If the model or the language is unknown, or `epochs` or `seed` out of range.
    MissingExtraError
        If PyTorch is not installed.
    """
    from firth.torch import (
        CBOW,
        NegativeSampling,
        NoiseSampler,
        PaddedVocabulary,
        SkipGram,
        WindowDataset,
        Word2Vec,
        fit,
        seed_everything,
    )

    projections = {"skipgram": SkipGram, "cbow": CBOW}
    if model not in projections:
        raise ConfigError(f"model must be skipgram or cbow, got {model!r}")
    sentences = lesson_sentences(language)
    vocabulary = PaddedVocabulary.from_sentences(sentences)
    seed_everything(seed)
    module = Word2Vec(len(vocabulary), 2, projections[model](), NegativeSampling())
    found = fit(
        module,
        WindowDataset(map(vocabulary.ids, sentences), WINDOW),
        noise=NoiseSampler(vocabulary.counts),
        negative=NEGATIVE,
        epochs=epochs,
        batch_size=_BATCH_SIZE,
        lr=_LR,
        seed=seed,
        # Too little work for anything else.
        device="cpu",
        every=_TELL_EVERY,
        report=lambda epoch: log(str(epoch)) if log else None,
    )
    return TrainedLesson(module.vectors(vocabulary), found.losses)


def draw_lesson(
    trained: Mapping[str, TrainedLesson], language: Language = "en", seed: int = 1
) -> dict[str, Figure]:
    """Draw what the lesson shows.

    Parameters
    ----------
    trained : mapping of model names to TrainedLesson
    language : {"en", "zh"}
        That they were trained in, and that the pictures are labelled in.
    seed : int
        For the noise words of the window.

    Returns
    -------
    dict of str to Figure
        `window`, a window with noise words; `noise`, how often words occur and are drawn; a map of
        the nouns for each model, by its name; and `losses`.

    Raises
    ------
    MissingExtraError
        If PyTorch or Matplotlib is not installed.
    FirthError
        If no font has the letters of the text.
    """
    from firth.plotting import loss_curve, noise_distribution, scatter, window_diagram
    from firth.torch import PaddedVocabulary

    sentences = lesson_sentences(language)
    vocabulary = PaddedVocabulary.from_sentences(sentences)
    # The window around the second noun.
    sentence = sentences[0]
    place = sentence.index(next(iter(lesson_groups(language).values()))[1])
    counts, names = vocabulary.counts[1:], vocabulary.words[1:]
    maps = {
        model: scatter(found.vectors, lesson_groups(language), title=_TITLES[model])
        for model, found in trained.items()
    }
    pictures: dict[str, Figure] = {
        "window": window_diagram(
            sentence, place, window=WINDOW, noise=_noise_for(sentence, place, vocabulary, seed)
        ),
        "noise": noise_distribution(counts, counts**0.75, words=names),
        **maps,
        "losses": loss_curve({_TITLES[model]: found.losses for model, found in trained.items()}),
    }
    if language == "zh":
        for picture in pictures.values():
            _label_in_chinese(picture)
    return pictures


def _label_in_chinese(picture: Figure) -> None:
    from matplotlib.text import Text

    from firth.plotting.picture import write

    for text in picture.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text() in _CHINESE:
            write(text, _CHINESE[text.get_text()])


def _noise_for(
    sentence: list[str], place: int, vocabulary: PaddedVocabulary, seed: int
) -> list[str]:
    """Draw noise words for the window around a place of a sentence."""
    import torch

    from firth.torch import NoiseSampler, WindowDataset

    centre, contexts = WindowDataset([vocabulary.ids(sentence)], WINDOW)[place]
    sampler = NoiseSampler(vocabulary.counts, generator=torch.Generator().manual_seed(seed))
    drawn = sampler.draw(torch.tensor([centre]), contexts.unsqueeze(0), NEGATIVE)
    return [str(vocabulary.words[number]) for number in drawn[0].tolist()]


def neighbours_of_own_topic(vectors: Vectors, language: Language = "en") -> float:
    """Return the share of a noun's five nearest nouns that are of its topic; by chance, 5 in 17."""
    groups = lesson_groups(language)
    nouns = [noun for members in groups.values() for noun in members]
    topics = np.repeat(np.arange(len(groups)), [len(members) for members in groups.values()])
    points = vectors[nouns]
    distances = np.linalg.norm(points[:, np.newaxis] - points, axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argsort(axis=1, kind="stable")[:, :5]
    return float((topics[nearest] == topics[:, np.newaxis]).mean())


def run_lesson(
    folder: Path,
    *,
    say: Callable[[str], None],
    language: Language = "en",
    epochs: int = EPOCHS,
    seed: int = 1,
) -> list[Path]:
    """Train both models, tell their losses and who came to stand with whom, and draw pictures.

    The report and the pictures are in the language of the text, but for the lines of the losses.

    Parameters
    ----------
    folder : Path
        Where the pictures go; pictures of the same names are replaced.
    say : callable
        Takes each line of the report.
    language, epochs, seed
        As in `train_lesson`.

    Returns
    -------
    list of Path
        The pictures: see `draw_lesson`.

    Raises
    ------
    ConfigError
        If an option is unknown or out of range.
    MissingExtraError
        If PyTorch or Matplotlib is not installed.
    FirthError
        If the folder cannot be written, or no font has the letters of the text.
    """
    # First, so that nothing is told or trained if it cannot be drawn.
    _check_extras()
    from firth.plotting import check_picture, save

    for name in PICTURES:
        check_picture(folder / f"{name}.png")
    sentences = lesson_sentences(language)
    report = _REPORT[language]
    say(
        report["text"].format(
            sentences=len(sentences),
            words=sum(map(len, sentences)),
            different=len(set().union(*sentences)),
            topics=report["comma"].join(lesson_groups(language)),
        )
    )
    trained: dict[str, TrainedLesson] = {}
    for model in MODELS:
        say("")
        say(report["model"].format(model=_TITLES[model], window=WINDOW, negative=NEGATIVE))
        trained[model] = train_lesson(model, language=language, epochs=epochs, seed=seed, log=say)
        share = neighbours_of_own_topic(trained[model].vectors, language)
        say(report["found"].format(share=share))
    say("")
    say(report["pictures"])
    written = []
    for name, picture in draw_lesson(trained, language, seed).items():
        written.append(folder / f"{name}.png")
        save(picture, written[-1])
        say(f"  {written[-1]}")
    return written


def _check_extras() -> None:
    """Raise if PyTorch or Matplotlib is not installed, or both, with the line that installs all."""
    extras = {"matplotlib": "plot", "torch": "torch"}
    missing = [package for package in extras if find_spec(package) is None]
    if missing:
        # Both are meant by "or", in a message that goes on with "is not installed".
        named = ",".join(extras[package] for package in missing)
        raise MissingExtraError(" or ".join(missing), named)
