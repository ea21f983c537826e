"""The loss on held-out text beside the quality of the vectors, epoch by epoch.

python benchmarks/held_out.py TEXT --analogies FILE --similarity FILE [--epochs 20] [--dim 100]
    [--model skipgram] [--threads 2] [--output results/held_out.json] [--picture FILE.png]

One run holds out 1 % of the text and evaluates the vectors after each epoch. The step size falls
over all epochs, so the results of an epoch differ from those of a run with fewer epochs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import firth
import machine
from firth.callbacks import Evaluate

RESULTS = Path(__file__).parent / "results" / "held_out.json"
LABELS = {"held_out_loss": "held-out loss"}


def main() -> None:
    """Train, print a line for each epoch, write all results and the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--analogies", type=Path, required=True)
    parser.add_argument("--similarity", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--model", choices=["skipgram", "cbow"], default="skipgram")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path)
    asked = parser.parse_args()
    evaluate = Evaluate(analogies=asked.analogies, similarity=asked.similarity)
    options = {name: getattr(asked, name) for name in ("model", "dim", "epochs", "threads")}
    # The figures in docs/runs.md are of word2vec's own values.
    vectors = firth.train(
        asked.text, preset="word2vec", holdout=0.01, callbacks=[evaluate], **options
    )
    config = vectors.config
    epochs = [
        {
            "epoch": point.epoch,
            "loss": loss,
            "held_out_loss": held_out_loss,
            "analogies": 100 * (point.evaluation.analogies[0].accuracy or 0.0),
            "similarity": 100 * (point.evaluation.similarity[0].spearman or 0.0),
        }
        for point, loss, held_out_loss in zip(
            evaluate.results, config["losses"], config["held_out_losses"], strict=True
        )
    ]
    for epoch in epochs:
        print("  ".join(f"{name} {value:.4g}" for name, value in epoch.items()))
    files = f"--analogies {asked.analogies.name} --similarity {asked.similarity.name}"
    more = " ".join(f"--{name} {value}" for name, value in options.items())
    report = {
        "command": f"python benchmarks/held_out.py {asked.text.name} {files} {more}",
        "machine": machine.describe(),
        "epochs": epochs,
    }
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if asked.picture is not None:
        draw(epochs, asked.picture)


def draw(epochs: list[dict[str, float]], path: Path) -> None:
    """Draw losses above and quality below, by epoch."""
    from firth.plotting import Picture, save
    from firth.plotting.picture import add_legend
    from firth.plotting.style import GREY, look, style_axes

    picture = Picture(8.0, 6.0)
    above, below = picture.subplots(2, 1, sharex=True)
    numbers = [epoch["epoch"] for epoch in epochs]
    lowest = min(epochs, key=lambda epoch: epoch["held_out_loss"])["epoch"]
    for axes, names, label in (
        (above, ("loss", "held_out_loss"), "nats per pair"),
        (below, ("analogies", "similarity"), "right in 100 / Spearman x 100"),
    ):
        style_axes(axes, grid="both")
        axes.axvline(lowest, color=GREY, linewidth=1, zorder=0)
        handles = [
            axes.plot(numbers, [epoch[name] for epoch in epochs], **look(number).line())[0]
            for number, name in enumerate(names)
        ]
        add_legend(axes, handles, [LABELS.get(name, name) for name in names])
        axes.set_ylabel(label, loc="top")
    below.set_xlabel("epoch (vertical line: lowest held-out loss)", loc="right")
    save(picture, path)


if __name__ == "__main__":
    main()
