"""The verb `train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from firth.cli.app import EncodingErrors, Json, Overwrite, app, tell
from firth.cli.report import facts, print_json
from firth.errors import FirthError, FormatError

if TYPE_CHECKING:
    from firth.training import Callback
    from firth.vectors import Vectors


@app.command(epilog="Example: firth train corpus.txt --output vectors --epochs 5")
def train(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files, folders, glob patterns, or - for stdin."),
    ],
    output: Annotated[
        Path,
        typer.Option(help="Where to write: a file .bin, .txt or .vec, or without suffix a folder."),
    ],
    model: Annotated[
        Literal["skipgram", "cbow"],
        typer.Option(help="Each context word predicts the centre, or their mean does."),
    ] = "skipgram",
    dim: Annotated[
        int | None,
        typer.Option(help="Length of a vector.", show_default="100, or that of --start"),
    ] = None,
    window: Annotated[int, typer.Option(help="Maximum distance of a context word.")] = 5,
    negative: Annotated[
        int, typer.Option(help="Noise words for each window, shared by its pairs.")
    ] = 5,
    epochs: Annotated[int, typer.Option(help="Passes over the corpus.")] = 5,
    min_count: Annotated[int, typer.Option(help="Leave out words that occur less often.")] = 5,
    max_vocab: Annotated[
        int | None,
        typer.Option(help="Keep this many words, the most frequent.", show_default="all"),
    ] = None,
    sample: Annotated[float, typer.Option(help="Subsampling threshold, 0 for none.")] = 1e-3,
    noise_exponent: Annotated[
        float, typer.Option(help="Draw noise words by count to this power.")
    ] = 0.75,
    lr: Annotated[
        float | None,
        typer.Option(help="Step size at the start.", show_default="0.025 skipgram, 0.05 cbow"),
    ] = None,
    min_lr: Annotated[
        float | None,
        typer.Option(help="Step size at the end.", show_default="1e-4, or --lr if that is less"),
    ] = None,
    shrink_windows: Annotated[
        bool, typer.Option(help="Draw each window's reach from 1 to --window.")
    ] = True,
    threads: Annotated[
        int | None, typer.Option(help="Threads that train.", show_default="one for each processor")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    engine: Annotated[
        Literal["hogwild", "torch"],
        typer.Option(help="The compiled kernel, or the textbook in PyTorch, which is slow."),
    ] = "hogwild",
    tokenizer: Annotated[
        Literal["whitespace", "words", "textbook", "chinese"],
        typer.Option(
            help="Split at white space; at Unicode's word boundaries, lower-cased; the textbook's "
            r"pattern \b\w+\b|[,.!?], lower-cased; Chinese, by jieba."
        ),
    ] = "whitespace",
    lowercase: Annotated[bool, typer.Option("--lowercase", help="Lower-case the text.")] = False,
    encoding_errors: EncodingErrors = "strict",
    normalization: Annotated[
        Literal["NFC", "NFKC", "none"], typer.Option(help="Unicode form of the text.")
    ] = "NFC",
    holdout: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE|INPUT",
            help="Keep a share of the text, or take another text, to measure the loss on.",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(help="Stop when the held-out loss has not improved for this many epochs."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="VECTORS", help="Start from these vectors, or this checkpoint."),
    ] = None,
    frozen: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Words, one a line, whose vectors do not change."),
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Write checkpoints into this folder.")
    ] = None,
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Time between checkpoints: seconds, or such as 30s, 10m, 1.5h.",
            show_default="10m",
        ),
    ] = None,
    keep_checkpoints: Annotated[
        int | None, typer.Option(help="How many checkpoints are kept.", show_default="2")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on from the last checkpoint, if there is one. Text and options must be the "
            "same; with --deterministic, Firth's version and the processor too.",
        ),
    ] = False,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Give the same vectors for any number of threads."),
    ] = False,
    on_divergence: Annotated[
        Literal["stop", "halve"],
        typer.Option(help="Stop, or go back to a checkpoint with half the step size."),
    ] = "stop",
    log: Annotated[
        str | None, typer.Option(metavar="FILE", help="Append what happens, as JSON lines.")
    ] = None,
    overwrite: Overwrite = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show only warnings and errors.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train word vectors on text."""
    from firth.io.cache import cache_folder
    from firth.run_paths import check_run_paths
    from firth.vectors import check_destination

    # Before the rest is imported, since that prepares to keep compiled code.
    texts = [*inputs, *([held] if isinstance(held := _share_or_text(holdout), str) else [])]
    check_run_paths(output, texts=texts, frozen=frozen, log=log, checkpoint=checkpoint)
    check_destination(output, overwrite=overwrite)
    cache_folder()
    from firth.pipeline import train as train_vectors
    from firth.rescue import save_or_rescue
    from firth.start_report import StartReport

    telling = None if quiet else tell
    callbacks: list[Callback] = [StartReport(output, checkpoint, resume=resume, tell=telling)]
    if log is not None:
        from firth.callbacks import JsonLines

        callbacks.append(JsonLines(log))
    # Where none is given, it is that of the vectors to start from.
    given_dim: dict[str, Any] = {} if dim is None else {"dim": dim}
    vectors = train_vectors(
        inputs,
        tokenizer=tokenizer,
        lowercase=lowercase,
        encoding_errors=encoding_errors,
        normalization=normalization,
        holdout=held,
        start=start,
        frozen=_read_words(frozen),
        checkpoint=checkpoint,
        checkpoint_every=checkpoint_every,
        keep_checkpoints=keep_checkpoints,
        resume=resume,
        callbacks=callbacks,
        progress=False if quiet else None,
        engine=engine,
        model=model,
        **given_dim,
        window=window,
        negative=negative,
        epochs=epochs,
        min_count=min_count,
        max_vocab=max_vocab,
        sample=sample,
        noise_exponent=noise_exponent,
        lr=lr,
        min_lr=min_lr,
        shrink_windows=shrink_windows,
        threads=threads,
        seed=seed,
        deterministic=deterministic,
        patience=patience,
        on_divergence=on_divergence,
    )
    save_or_rescue(vectors, output, overwrite=overwrite, checkpoint=checkpoint)
    if as_json:
        print_json({"output": str(output), **facts(vectors)})
    elif not quiet:
        print(f"{output}: {len(vectors):,} words, {vectors.dim} dimensions, {_losses(vectors)}")


def _losses(vectors: Vectors) -> str:
    """Tell the losses of the epoch after which vectors were as they are."""
    config: Any = vectors.config
    epoch, trained = config["epoch"], len(config["losses"])
    told = f"loss {config['losses'][epoch - 1]:.4f}"
    if config["held_out_losses"]:
        told += f", held-out loss {config['held_out_losses'][epoch - 1]:.4f}"
    if config["options"]["patience"] is not None:
        told += f", of epoch {epoch}, the best of {trained}"
    return told


def _share_or_text(holdout: str | None) -> float | str:
    if holdout is None:
        return 0.0
    try:
        return float(holdout)
    except ValueError:
        if holdout.endswith("%"):
            raise FirthError(
                f"--holdout must be a share such as 0.01, or a text, got {holdout!r}"
            ) from None
        return holdout


def _read_words(path: str | None) -> list[str]:
    if path is None:
        return []
    from firth.io.compression import open_regular
    from firth.io.paths import to_path

    try:
        with open_regular(to_path("frozen", path)) as file:
            words = file.read().decode("utf-8-sig").split()
    except (FormatError, UnicodeError) as error:
        raise FirthError(f"cannot read the words in {path!r}: {error}") from error
    if not words:
        raise FirthError(f"there are no words in {path}, which should name those to be frozen")
    return words
