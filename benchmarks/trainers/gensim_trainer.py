"""Train with gensim's `corpus_file`; report the time of the training loop alone.

    python gensim_trainer.py TEXT VECTORS SETTINGS

SETTINGS are the fields of `train_tools.Settings` as JSON. The last line printed is the report, as
JSON. This program needs gensim and not Firth, so gensim can be in a separate environment.
"""

from __future__ import annotations

import json
import sys
import time

from gensim.models import Word2Vec

DEFAULT_ALPHA = 0.025
# A worker finishes its last batch: ten thousand words and the rest of the last line.
BATCH_WORDS = 20_000
TOLERANCE = 0.01


def main() -> None:
    """Train, check that gensim used the whole text, save, report."""
    text, output, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    model = make_model(settings)
    began = time.perf_counter()
    model.build_vocab(corpus_file=text)
    read = time.perf_counter()
    trained, passed = model.train(
        corpus_file=text,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
        epochs=model.epochs,
    )
    train_seconds = time.perf_counter() - read
    check_whole_text(model, trained, passed)
    model.wv.save_word2vec_format(output, binary=True)
    report = {
        "train_seconds": train_seconds,
        "words": int(model.wv.expandos["count"].sum()) * model.epochs,
        "read_seconds": read - began,
        "words_passed": passed,
        "words_after_subsampling": trained,
    }
    print(json.dumps(report))


def make_model(settings: dict) -> Word2Vec:
    """Make the model for Firth's settings."""
    return Word2Vec(
        sg=int(settings["model"] == "skipgram"),
        hs=0,
        cbow_mean=1,
        vector_size=settings["dim"],
        window=settings["window"],
        negative=settings["negative"],
        sample=settings["sample"],
        min_count=settings["min_count"],
        epochs=settings["epochs"],
        workers=settings["threads"],
        alpha=settings["lr"] or DEFAULT_ALPHA,
    )


def check_whole_text(model: Word2Vec, trained: int, passed: int) -> None:
    """Exit with an error if gensim omitted words of the text.

    It stops early on a text of few lines, and drops the words of a batch beyond ten thousand after
    subsampling, both silently.
    """
    counts, keep = model.wv.expandos["count"], model.wv.expandos["sample_int"] / 2**32
    slack = BATCH_WORDS * model.workers * model.epochs
    for what, got, in_epoch in (
        ("went through", passed, model.corpus_total_words),
        ("trained on", trained, (counts * keep).sum()),
    ):
        expected = in_epoch * model.epochs
        if abs(got - expected) > TOLERANCE * expected + slack:
            sys.exit(
                f"gensim {what} {got:,} words, expected {expected:,.0f}; its figures would be "
                "wrong: give the text in shorter lines (--words-per-line)"
            )


if __name__ == "__main__":
    main()
