"""The command `firth`: the only place that prints.

Exit codes: 0 fine, 1 an error told in one line (or the reader of a pipe has gone, which is not
told), 2 wrong usage, 130 interrupted by Ctrl-C, 143 by SIGTERM.
"""

from __future__ import annotations

import atexit
import gc
import json
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from firth._version import __version__
from firth.console import (
    INTERRUPTED,
    OutputError,
    forget_output,
    raise_interrupts,
    raise_no_more,
)
from firth.errors import FirthError, FirthWarning, Interrupted, VocabularyError, escape
from firth.usage import PlainGroup

if TYPE_CHECKING:
    from firth.evaluation import Evaluation
    from firth.training import Callback
    from firth.vectors import Neighbour, Vectors


# What helps against too little memory, by verb.
_LESS_MEMORY = {
    "train": "lower --dim, --negative, --window or --max-vocab, or give fewer --threads",
    "evaluate": "lower --restrict, or evaluate vectors of fewer words or dimensions",
    "similar": "query vectors of fewer words or dimensions",
    "analogy": "query vectors of fewer words or dimensions",
    "info": "a machine with more memory is needed to read these vectors",
    "convert": "a machine with more memory is needed to read these vectors",
    "plot": "draw fewer words (--top, --words), or read vectors of fewer words or dimensions",
}


class _Verbs(PlainGroup):
    """The verbs; Typer would end an interrupted one without a word."""

    def invoke(self, context: Any) -> Any:  # noqa: ANN401
        try:
            try:
                raise_interrupts()
                return super().invoke(context)
            finally:
                raise_no_more()
        except Interrupted as error:
            _tell(str(error))
            raise typer.Exit(128 + error.signal) from None
        except KeyboardInterrupt:
            raise_no_more(interrupted=True)
            _tell("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except MemoryError as error:
            detail = f" ({error})" if str(error) else ""
            advice = _LESS_MEMORY.get(context.invoked_subcommand, "end other programs")
            raise FirthError(f"out of memory{detail}; {advice}") from error


app = typer.Typer(
    name="firth",
    cls=_Verbs,
    help="Word vectors by negative sampling: train, query, evaluate, draw.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

VectorsPath = Annotated[
    Path, typer.Argument(metavar="VECTORS", help="A folder or file of vectors.")
]
Top = Annotated[int, typer.Option(help="How many words to give.")]
EncodingErrors = Annotated[
    Literal["strict", "replace"], typer.Option(help="What to do about invalid UTF-8.")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace a file that holds something else, too.")
]
Json = Annotated[bool, typer.Option("--json", help="Report as JSON.")]


def main() -> None:
    """Run the command, and tell an error in one line."""
    _collect_less()
    _show_warnings()
    try:
        try:
            app()
        finally:
            # Here, and not on exit, where nobody could tell what went wrong.
            sys.stdout.flush()
    except FirthError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of a pipe has gone, as `head` does.
        forget_output()
        sys.exit(1)
    except OutputError as error:
        forget_output()
        _fail(f"cannot write to standard output: {error.strerror}")
    except OSError as error:
        reason = error.strerror or str(error)
        _fail(reason if error.filename is None else f"cannot use {error.filename}: {reason}")


def _collect_less() -> None:
    """Seldom look for garbage, and on exit not at all.

    Importing Numba makes 170,000 objects, which all live as long as the process: looking through
    them takes a tenth of a second at the start, taking them apart a quarter at the end.
    """
    gc.set_threshold(250_000)
    atexit.register(gc.freeze)


def _fail(message: str) -> None:
    _tell(message)
    sys.exit(1)


def _tell(message: str) -> None:
    """Say something in one line that is not the result."""
    print(f"firth: {escape(' '.join(message.split()))}", file=sys.stderr)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"firth {__version__}")
        raise typer.Exit


@app.callback()
def firth(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Word vectors by negative sampling: train, query, evaluate, draw."""


@app.command(epilog="Example: firth train corpus.txt --output vectors --epochs 5")
def train(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help="Files, folders, glob patterns, or - for stdin."),
    ],
    output: Annotated[
        Path,
        typer.Option(help="Where to write: .bin, .txt or .vec, or a folder where no suffix."),
    ],
    model: Annotated[Literal["skipgram", "cbow"], typer.Option()] = "skipgram",
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
        int | None, typer.Option(help="Keep this many words, the most frequent.")
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
        int | None, typer.Option(help="Workers.", show_default="one for each processor")
    ] = None,
    seed: Annotated[int, typer.Option(help="Start of the random numbers.")] = 1,
    engine: Annotated[
        Literal["kernel", "torch"],
        typer.Option(help="The compiled kernel, or the textbook in PyTorch, which is slow."),
    ] = "kernel",
    tokenizer: Annotated[
        Literal["whitespace", "words", "textbook", "chinese"],
        typer.Option(
            help="Split at white space; by Unicode's word boundaries, lower-cased; by letters and "
            "digits alone, lower-cased; by jieba."
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
        str | None, typer.Option(help="Go on from these vectors, or this checkpoint.")
    ] = None,
    frozen: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Words, one in a line, whose vectors do not change."),
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Write checkpoints into this folder.")
    ] = None,
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How often, in seconds, or as 30s, 10m, 1.5h.",
            show_default="10m",
        ),
    ] = None,
    keep_checkpoints: Annotated[
        int | None, typer.Option(help="How many of them are kept.", show_default="2")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint, if there is one.")
    ] = False,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="The same vectors for any number of threads.")
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
        bool, typer.Option("--quiet", "-q", help="Show nothing but warnings and errors.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train word vectors on text."""
    from firth.cache import cache_folder
    from firth.run_paths import check_run_paths
    from firth.vectors import check_destination

    # Before the rest is imported, since that prepares to keep compiled code.
    texts = [*inputs, *([held] if isinstance(held := _share_or_text(holdout), str) else [])]
    check_run_paths(output, texts=texts, frozen=frozen, log=log, checkpoint=checkpoint)
    check_destination(output, overwrite=overwrite)
    cache_folder()
    from firth.pipeline import train as train_vectors
    from firth.rescue import save_or_rescue
    from firth.run_starter import RunStarter

    tell = None if quiet else _tell
    callbacks: list[Callback] = [RunStarter(output, checkpoint, resume=resume, tell=tell)]
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
        _print_json({"output": str(output), **_facts(vectors)})
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


def _show_warnings() -> None:
    """Tell what the package warns of in one line."""
    show = warnings.showwarning

    def tell(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:  # noqa: ANN401
        if issubclass(category, FirthWarning):
            _tell(f"warning: {message}")
        else:
            show(message, category, *where, **more)

    warnings.simplefilter("always", FirthWarning)
    warnings.showwarning = tell


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
    from firth.compression import open_regular

    try:
        with open_regular(path) as file:
            words = file.read().decode("utf-8-sig").split()
    except (FirthError, UnicodeError) as error:
        raise FirthError(f"cannot read the words in {path!r}: {error}") from error
    if not words:
        raise FirthError(f"there are no words in {path}, which should name those to be frozen")
    return words


@app.command(epilog="Example: firth similar vectors king --top 5")
def similar(path: VectorsPath, word: str, top: Top = 10, as_json: Json = False) -> None:
    """Show the words nearest to a word."""
    vectors = _load(path)
    _print_neighbours(vectors.similar(_token(vectors, word), top=top), as_json)


@app.command(epilog="Example: firth analogy vectors man king woman")
def analogy(
    path: VectorsPath, a: str, b: str, c: str, top: Top = 10, as_json: Json = False
) -> None:
    """Tell what is to C as B is to A."""
    vectors = _load(path)
    a_, b_, c_ = (_token(vectors, word) for word in (a, b, c))
    _print_neighbours(vectors.analogy(positive=[b_, c_], negative=[a_], top=top), as_json)


@app.command(
    epilog="Example: firth evaluate vectors --analogies questions-words.txt --similarity ws353.tsv"
)
def evaluate(
    path: VectorsPath,
    analogies: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Questions in Google's format.")
    ] = None,
    similarity: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Word pairs and scores."),
    ] = None,
    restrict: Annotated[
        int, typer.Option(help="Hold analogies to the most frequent words.")
    ] = 30_000,
    as_json: Json = False,
) -> None:
    """Measure vectors on analogies and word similarity."""
    if not analogies and not similarity:
        raise typer.BadParameter("give --analogies FILE or --similarity FILE")
    from firth.evaluation import evaluate as evaluate_vectors

    found = evaluate_vectors(
        _load(path), analogies=analogies or [], similarity=similarity or [], restrict=restrict
    )
    if as_json:
        _print_json(found.to_dict())
    else:
        _print_evaluation(found)


@app.command(epilog="Example: firth info vectors")
def info(path: VectorsPath, as_json: Json = False) -> None:
    """Tell what a folder or file of vectors holds."""
    vectors = _load(path)
    facts = _facts(vectors)
    if as_json:
        _print_json(facts)
        return
    for name, value in facts.items():
        print(f"{name}: {escape(_to_json(value))}")


@app.command(epilog="Example: firth convert vectors vectors.bin")
def convert(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A folder or file of vectors.")],
    destination: Annotated[
        Path, typer.Argument(metavar="DST", help="Its suffix picks the format.")
    ],
    encoding_errors: EncodingErrors = "strict",
    overwrite: Overwrite = False,
) -> None:
    """Write vectors in another format."""
    from firth.files import is_same
    from firth.vectors import check_destination, load

    if is_same(source, destination):
        raise FirthError(f"cannot write {destination}: it is what is to be read")
    check_destination(destination, overwrite=overwrite)
    vectors = load(source, encoding_errors=encoding_errors)
    vectors.save(destination, overwrite=overwrite)
    print(f"{destination}: {len(vectors):,} words, {vectors.dim} dimensions")


@app.command(epilog="Example: firth plot vectors --output map.png --words king,queen,man,woman")
def plot(
    path: VectorsPath,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to draw: .png, .svg or .pdf.")
    ],
    words: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD,...", help="Words to draw; may be given several times."),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            help="Draw this many: the most frequent words, without function words and numbers.",
            show_default="50, or the words of --analogy",
        ),
    ] = None,
    analogy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B,C,D",
            help="Draw arrows from A to B and from C to D; may be given several times.",
        ),
    ] = None,
    method: Annotated[
        Literal["pca", "umap", "tsne"] | None,
        typer.Option(
            help="How many dimensions become two.", show_default="pca; none if they are two"
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="Written above.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """Draw words as a map, by their vectors."""
    if words is not None and top is not None:
        raise typer.BadParameter("give --words or --top, not both")
    from firth.checks import whole_number
    from firth.plotting import check_picture, content_words, save, scatter

    check_picture(output, overwrite=overwrite)
    if top is not None:
        whole_number("top", top, least=2)
    vectors = _load(path)
    chosen = None if words is None else _split(vectors, words)
    if top is not None:
        chosen = content_words(vectors, top)
    analogies = [_split(vectors, [given]) for given in analogy or []]
    picture = scatter(vectors, chosen, analogies=analogies, method=method, title=title)
    save(picture, output, overwrite=overwrite)
    print(f"{output}: {len(picture.axes[0].texts):,} words")


@app.command(epilog="Example: firth demo")
def demo(
    output: Annotated[Path, typer.Option(help="Folder for the vectors.")] = Path("demo-vectors"),
) -> None:
    """Train on the documentation of this machine's own Python, and look at the result."""
    from firth.demo import run_demo
    from firth.vectors import check_destination

    check_destination(output)
    run_demo(output, say=print)


@app.command(epilog="Example: firth lesson --output lesson")
def lesson(
    output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("lesson"),
    language: Annotated[
        Literal["en", "zh"], typer.Option(help="Of the text, report and pictures.")
    ] = "en",
) -> None:
    """Train CBOW and skip-gram in two dimensions on a small text, and draw what they learn."""
    from firth.lesson import run_lesson

    run_lesson(output, say=print, language=language)


def _load(path: Path) -> Vectors:
    from firth.vectors import load

    return load(path)


def _token(vectors: Vectors, word: str) -> str | int:
    """Give the word that was meant: item ids are integers, and come as text from a shell."""
    if word not in vectors and word.lstrip("-").isdecimal() and int(word) in vectors:
        return int(word)
    return word


def _split(vectors: Vectors, given: list[str]) -> list[str | int]:
    """Take lists of words apart at commas, unless the whole is itself a word, such as a comma."""
    pieces = [
        word.strip()
        for words in given
        for word in ([words] if words in vectors else re.split("[,，、]", words))
    ]
    chosen = [_token(vectors, word) for word in pieces if word]
    if not chosen:
        raise VocabularyError("no words given")
    for word in chosen:
        if word not in vectors and " " in str(word):
            raise VocabularyError(f"{word!r} has no vector; words are separated by ','")
    # An unknown word is told before too few of them.
    vectors[chosen]
    return chosen


def _facts(vectors: Vectors) -> dict[str, object]:
    facts: dict[str, object] = {
        "words": len(vectors),
        "dimensions": vectors.dim,
        "first_words": list(vectors.words[:10]),
        "output_vectors": vectors.output_vectors is not None,
    }
    if vectors.counts is not None:
        # Their sum may exceed 64 bits.
        facts["count"] = sum(vectors.counts.tolist())
    if vectors.config:
        facts["config"] = vectors.config
    return facts


def _print_json(value: object) -> None:
    print(_to_json(value))


def _to_json(value: object) -> str:
    """Return a value as JSON that the output can encode."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    return json.dumps(value, ensure_ascii=not is_unicode)


def _print_neighbours(neighbours: list[Neighbour], as_json: bool) -> None:
    if as_json:
        _print_json([neighbour._asdict() for neighbour in neighbours])
        return
    for word, score in neighbours:
        print(f"{score:.4f}  {escape(str(word))}")


def _print_evaluation(found: Evaluation) -> None:
    for analogies in found.analogies:
        print(f"{analogies.file} (most frequent {found.restrict:,} words)")
        for section in (*analogies.sections, analogies.total):
            print(
                f"  {_percent(section.accuracy)}  {escape(section.name)}: {section.correct} of "
                f"{section.answered} right, {section.skipped} skipped"
            )
    for pairs in found.similarity:
        print(f"{pairs.file}")
        print(
            f"  {_percent(pairs.spearman)}  Spearman correlation x 100: "
            f"{pairs.answered} pairs, {pairs.missing} missing"
        )


def _percent(share: float | None) -> str:
    return "    -" if share is None else f"{100 * share:5.1f}"
