"""Draw the tutorial's pictures, for both languages.

python docs/tutorial/make_pictures.py

The picture of times is drawn by `benchmarks/softmax_cost.py`, with what it measured.
"""

from __future__ import annotations

from pathlib import Path

from firth.lesson import LANGUAGES, MODELS, draw_lesson, train_lesson
from firth.plotting import save

FOLDER = Path(__file__).parent / "pictures"


def main() -> None:
    """Train the lesson's models in each language, and draw."""
    for language in LANGUAGES:
        trained = {model: train_lesson(model, language=language) for model in MODELS}
        for name, picture in draw_lesson(trained, language).items():
            save(picture, FOLDER / f"{name}{'.zh' if language == 'zh' else ''}.png")


if __name__ == "__main__":
    main()
