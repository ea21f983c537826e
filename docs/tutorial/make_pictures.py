"""Draw the tutorial's pictures, for both languages.

python docs/tutorial/make_pictures.py

The picture of times is drawn by `benchmarks/softmax_cost.py`, with what it measured.
"""

from __future__ import annotations

import re
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.text import Text

from firth.lesson import LANGUAGES, MODELS, draw_lesson, train_lesson
from firth.plotting import save
from firth.plotting.picture import write

FOLDER = Path(__file__).parent / "pictures"

CHINESE = {
    "as noise word": "作为噪声词",
    "centre": "中心词",
    "centre, and context within 4 (label 1); grey is out of reach": (
        "中心词，以及 4 个位置以内的上下文词（标签 1）；灰色的够不着"
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

# Two letters or more, which marks on axes have not.
ENGLISH = re.compile(r"[A-Za-z]{2}")
NAMES = {"Skip-gram", "CBOW"}


def translate(picture: Figure) -> None:
    """Put Chinese for what the pictures say in English; what is left over is told."""
    for text in picture.findobj(Text):
        assert isinstance(text, Text)
        said = text.get_text()
        if said in CHINESE:
            write(text, CHINESE[said])
        elif ENGLISH.match(said) and said not in NAMES:
            raise ValueError(f"no Chinese for {said!r}")


def main() -> None:
    """Train the lesson's models in each language, and draw."""
    for language in LANGUAGES:
        trained = {model: train_lesson(model, language=language) for model in MODELS}
        for name, picture in draw_lesson(trained, language).items():
            if language == "zh":
                translate(picture)
            save(picture, FOLDER / f"{name}{'.zh' if language == 'zh' else ''}.png")


if __name__ == "__main__":
    main()
