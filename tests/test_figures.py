"""Every figure on a page is that of a committed results file, as it is rounded there."""

import itertools
import json
import re
import statistics
from functools import cache
from pathlib import Path

import pytest

from processes import output_of

ROOT = Path(__file__).parents[1]
TUTORIALS = [
    ("docs/tutorial/negative-sampling.md", "en"),
    ("docs/tutorial/negative-sampling.zh.md", "zh"),
]


@cache
def results(name):
    return json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text("utf-8"))


def tools(name):
    found = results(f"train_speed_{name}")["tools"]
    return found["firth"]["figures"], found["gensim"]["figures"]


def thousands(number):
    """Round to thousands."""
    return f"{number / 1e3:.0f},000"


def training(model, run):
    """The rows of one of README's tables of training, for a model."""
    key = {"skip-gram": "skipgram", "CBOW": "cbow"}[model]
    found = results(f"train_speed_{key}_100{run}")["tools"]
    for tool, name in (("firth", "Firth"), ("word2vec", "word2vec"), ("gensim", "gensim")):
        if tool not in found:
            continue
        figures = found[tool]["figures"]
        over = [" " if tool == "gensim" else f" {figures[ratio]:.1f} "
                for ratio in ("training_over_gensim", "whole_over_gensim")]  # fmt: skip
        yield (
            f"| {model}, {name} | {figures['words_per_second'] / 1e6:.2f} M |{over[0]}| "
            f"{figures['seconds']:.1f} s |{over[1]}| {figures['analogies']:.1f} | "
            f"{figures['similarity']:.1f} | {figures['peak_megabytes']:.0f} MB |"
        )


def trainings():
    """The rows of both tables, each with the name of its table."""
    for model, run in itertools.product(("skip-gram", "CBOW"), ("_one_epoch", "")):
        yield f"{model}{run or '_five_epochs'}", list(training(model, run))


def subwords():
    """The rows of README's table of subwords."""
    found = results("train_speed_skipgram_100_subwords")["tools"]
    for tool, name in (("Firth", "firth"), ("fastText", "fasttext")):
        figures = found[name]["figures"]
        times = name == "firth"
        over = [f" {figures[key]:.1f} " if times else " "
                for key in ("training_over_fasttext", "whole_over_fasttext")]  # fmt: skip
        yield (
            f"| skip-gram, {tool} | {figures['words_per_second'] / 1e6:.2f} M |{over[0]}| "
            f"{figures['seconds']:.1f} s |{over[1]}| {figures['peak_megabytes']:,.0f} MB |"
        )


def over_fastest(key):
    """Firth's fastest run of an epoch over gensim's fastest."""
    firth, gensim = tools(f"{key}_100_one_epoch")
    return firth["words_per_second_max"] / gensim["words_per_second_max"]


def summary():
    over = [tools(f"{key}_100_one_epoch")[0]["whole_over_gensim"] for key in ("cbow", "skipgram")]
    yield f"{min(over):.0f} to {max(over):.0f} times as fast as gensim"


def range_of_runs():
    skipgram, cbow = (tools(f"{key}_100_one_epoch")[0] for key in ("skipgram", "cbow"))
    runs = [
        f"{found['words_per_second_min'] / 1e6:.2f} to {found['words_per_second_max'] / 1e6:.2f} M"
        for found in (skipgram, cbow)
    ]
    yield f"gave {runs[0]} words/s, those of CBOW {runs[1]}"
    over = [over_fastest(key) for key in ("skipgram", "cbow")]
    yield f"{over[0]:.1f} times for skip-gram and {over[1]:.1f} for CBOW"
    long = tools("skipgram_100")[1]["words_per_second"]
    short = tools("skipgram_100_one_epoch")[1]
    yield (
        f"reached {long / 1e6:.2f} M words/s in the run of five epochs and "
        f"{short['words_per_second_min'] / 1e6:.2f} to {short['words_per_second_max'] / 1e6:.2f} M"
    )


def reading():
    split, words = (results("read_speed")["tokenizers"][name] for name in ("whitespace", "words"))
    for name in ("words_per_second_median", "words_per_processor_second_median"):
        yield f"| {split[name] / 1e6:.1f} M / {words[name] / 1e6:.1f} M words/s |"


def percent(share):
    return f"{100 * share:.0f} %"


def peak():
    found = {result["median"]["dim"]: result["median"] for result in results("peak")["results"]}
    small, large = found[100], found[300]
    yield f"({small['peak_gflops']:.0f} GFLOP/s: two cores) | {percent(small['compute_share'])} |"
    yield f"| {percent(large['compute_share'])} |"
    yield f"| {percent(small['memory_share'])} / {percent(large['memory_share'])} |"


def startup():
    seconds = results("startup")["median_seconds"]
    yield (
        f"| {seconds['import firth']:.2f} s / {seconds['firth --help']:.2f} s / "
        f"{seconds['firth train, 27 words']:.1f} s |"
    )
    yield f"| {seconds['kernel, compiled']:.1f} s / {seconds['kernel, from the cache']:.1f} s |"


@cache
def engines():
    return {(run["model"], run["engine"]): run for run in results("torch_engine")["runs"]}


def textbook():
    for model, key in (("skip-gram", "skipgram"), ("CBOW", "cbow")):
        kernel, torch = (engines()[key, engine] for engine in ("hogwild", "torch"))
        yield (
            f'| {model}, `engine="hogwild"` / `engine="torch"` | '
            f"{kernel['words_per_second'] / 1e6:.2f} M / {torch['words_per_second'] / 1e6:.3f} M | "
            f"{kernel['similarity']:.1f} / "
            f"{torch['similarity']:.1f} |"
        )


def step(method, V, windows):
    """The milliseconds of a step."""
    return next(
        figure["milliseconds"]
        for figure in results("softmax_cost")["figures"]
        if (figure["method"], figure["V"], figure["windows"]) == (method, V, windows)
    )


def steps(method, windows):
    sizes = sorted({figure["V"] for figure in results("softmax_cost")["figures"]})
    return [step(method, V, windows) for V in sizes]


def softmax_sentence():
    softmax, sampling = (
        step(method, 1_000_000, 256) for method in ("softmax", "negative sampling, K 5")
    )
    yield f"takes {softmax / 1e3:.1f} s in"
    yield f"one of negative sampling {sampling:.1f} ms"


@pytest.mark.parametrize(
    "claims",
    [
        *(pytest.param(rows, id=name) for name, rows in trainings()),
        *(
            pytest.param(rows(), id=rows.__name__)
            for rows in (
                subwords,
                summary,
                range_of_runs,
                reading,
                peak,
                startup,
                textbook,
                softmax_sentence,
            )
        ),
    ],
)
def test_readme(claims):
    page = flat("README.md")
    for claim in claims:
        assert claim in page


def test_home():
    assert next(summary()) in flat("docs/index.md")


def flat(page):
    """A page without the ends of its lines, where sentences go on."""
    return " ".join((ROOT / page).read_text("utf-8").split())


def test_every_row_of_readmes_tables_of_figures_is_checked():
    checked = [row for _, rows in trainings() for row in rows]
    text = (ROOT / "README.md").read_text("utf-8")
    shown = [line for line in text.splitlines() if line.startswith(("| skip-gram, ", "| CBOW, "))]
    rest = [line for line in shown if line not in {*checked, *subwords(), *textbook()}]
    assert [line for line in rest if not line.startswith("| skip-gram, share of the")] == []


def comparison(language):
    """What the tutorial's table tells of gensim and Firth, and of PyTorch."""
    firth, gensim = tools("skipgram_100")
    quality = [f"{found[name]:.1f}" for found in (gensim, firth)
               for name in ("analogies", "similarity")]  # fmt: skip
    times = f"{over_fastest('skipgram'):.1f}"
    run = results("train_speed_skipgram_100")["tools"]["gensim"]["runs"][0]
    assert round(100 * run["words_after_subsampling"] / run["words"]) == 75
    if language == "en":
        yield "analogies {}, similarity {}; Firth: {} and {}".format(*quality)
        yield f"{times} times the words per second"
        yield "a quarter of the words falls away"
    else:
        yield "类比 {}，相似度 {}；Firth：{} 和 {}".format(*quality)
        yield f"每秒处理的词是 {times} 倍"
        yield "约四分之一的词被丢掉"


def gain_over_pytorch(language):
    speeds = {key: run["words_per_second"] for key, run in engines().items()}
    slower = [f"{speeds[model, 'hogwild'] / speeds[model, 'torch']:.0f}"
              for model in ("skipgram", "cbow")]  # fmt: skip
    alike = [f"{engines()[model, engine]['similarity']:.1f}"
             for engine in ("torch", "hogwild") for model in ("skipgram", "cbow")]  # fmt: skip
    if language == "en":
        yield f"skip-gram reaches {thousands(speeds['skipgram', 'torch'])} words per second"
        yield f"the kernel reaches {speeds['skipgram', 'hogwild'] / 1e6:.1f} million, and CBOW"
        yield f"{thousands(speeds['cbow', 'torch'])} where the kernel reaches"
        yield f"reaches {speeds['cbow', 'hogwild'] / 1e6:.1f} million: {slower[0]} and {slower[1]}"
        yield (
            "similarity {} for skip-gram and {} for CBOW, where the kernel reaches {} and {}"
        ).format(*alike)
    else:
        yield f"skip-gram 每秒处理 {speeds['skipgram', 'torch'] / 1e4:.1f} 万词"
        yield f"内核是 {round(speeds['skipgram', 'hogwild'] / 1e4, -1):.0f} 万"
        yield f"CBOW 每秒 {speeds['cbow', 'torch'] / 1e4:.1f} 万词"
        yield f"内核是 {round(speeds['cbow', 'hogwild'] / 1e4, -1):.0f} 万"
        yield f"分别慢 {slower[0]} 倍和 {slower[1]} 倍"
        yield "相似度 skip-gram 为 {}，CBOW 为 {}，内核分别是 {} 和 {}".format(*alike)


def softmax_cost(language):
    softmax, sampling, dense = (
        step(method, 1_000_000, 256)
        for method in (
            "softmax",
            "negative sampling, K 5",
            "negative sampling, K 5, dense gradients",
        )
    )
    many = steps("negative sampling, K 5", 4_096)
    tree = steps("hierarchical softmax", 4_096)
    ratio = f"{round(softmax / sampling, -2):,.0f}"
    if language == "en":
        yield f"the softmax takes {softmax / 1e3:.1f} s, and negative sampling with K = 5 takes "
        yield f"takes {sampling:.1f} ms: {ratio} times less"
        yield f"from {many[0]:.0f} to {many[-1]:.0f} ms"
        yield f"between {min(tree):.0f} and {max(tree):.0f} ms"
        yield f"{round(dense, -1):.0f} ms a step for a million words, instead of {sampling:.1f}"
    else:
        yield f"softmax 要 {softmax / 1e3:.1f} 秒"
        yield f"K = 5 的负采样只要 {sampling:.1f} 毫秒，相差 {ratio} 倍"
        yield f"从 {many[0]:.0f} 毫秒升到 {many[-1]:.0f} 毫秒"
        yield f"在 {min(tree):.0f} 到 {max(tree):.0f} 毫秒之间"
        yield f"每步 {round(dense, -1):.0f} 毫秒，而不是 {sampling:.1f} 毫秒"


@pytest.mark.parametrize("claims", [comparison, gain_over_pytorch, softmax_cost])
@pytest.mark.parametrize(("page", "language"), TUTORIALS)
def test_tutorial(page, language, claims):
    text = flat(page)
    for claim in claims(language):
        assert claim in text


def held_out():
    epochs = results("held_out")["epochs"]
    losses = [epoch["held_out_loss"] for epoch in epochs]
    assert min(losses) == losses[-1]
    yield f"lowest at the end, {losses[-1]:.2f} after {losses[0]:.2f}"
    analogies, similarity = (
        [epoch[name] for epoch in epochs] for name in ("analogies", "similarity")
    )
    assert max(analogies) == analogies[-1]
    assert max(similarity) - similarity[-1] < 0.1
    yield f"analogies are best ({analogies[-1]:.1f})"
    yield f"within 0.1 of its best ({max(similarity):.1f})"


def checkpoints():
    medians = results("checkpoints")["medians"]
    share = medians["with"]["words_per_second"] / medians["without"]["words_per_second"]
    yield f"stood still for {medians['with']['milliseconds_paused_for_one']:.0f} ms"
    yield f"for each of {medians['with']['megabytes']:.0f} MB"
    yield f"reached {percent(share)} of"


def kills():
    found = results("kill")
    where = found["where_they_fell"]
    yield f"of {found['kills']} kills"
    yield f"{where['while a checkpoint was written']} fell while a checkpoint was written"
    yield f"{where['in training']} in training"
    yield f"all {found['runs_that_ended']} runs"
    assert found["runs_that_differ"] == 0


def test_kills_of_workers():
    found, page = results("cluster_kill"), flat("docs/cluster.md")
    # A kill is noticed unless the workers were done.
    where = found["where_they_fell"]
    assert found["runs_that_ended"] == found["kills"] == sum(where.values())
    assert f"in {found['kills']} runs" in page
    for place, kills in where.items():
        assert f"| {place} | {kills} |" in page
    assert found["runs_that_differ"] == 0
    assert found["largest_difference_of_losses"] == 0.0
    assert found["killed_command_resumes_to_the_same"] is True


@pytest.mark.parametrize("claims", [held_out, checkpoints, kills])
def test_runs(claims):
    page = flat("docs/runs.md")
    for claim in claims():
        assert claim in page


def test_performance(tmp_path):
    """The page's table and picture are those that the results give."""
    for name in ("performance.md", "window-time.svg"):
        (tmp_path / name).write_bytes((ROOT / "docs" / name).read_bytes())
    output_of(ROOT / "benchmarks/peak_page.py", tmp_path)
    for name in ("performance.md", "window-time.svg"):
        assert (tmp_path / name).read_text("utf-8") == (ROOT / "docs" / name).read_text("utf-8")
    parts = {
        (found["model"], found["dim"]): found["median"]["ns"]
        for found in results("peak_parts")["results"]
    }
    # The page says that most of the gradients' cost does not grow with D.
    for model in ("skipgram", "cbow"):
        assert parts[model, 300]["gradients"] < 2.5 * parts[model, 100]["gradients"]


GPU_SPEEDS = {
    "D 100": "subwords none, D 100", "D 300": "subwords none, D 300",
    "D 100, V 1,000,000": "Zipf, V 1000000",
    "with n-grams, D 100": "subwords (3, 6), D 100",
    "with n-grams, D 300": "subwords (3, 6), D 300",
}  # fmt: skip
MODELS = {"skip-gram": "skipgram", "CBOW": "cbow"}


def mean_of(part, name):
    return sum(part[name]) / len(part[name])


def gpu_quality():
    for (model, key), gpu in itertools.product(MODELS.items(), ("H100", "H200")):
        for engine in ("gpu", "hogwild"):
            part = results(f"device_{gpu.lower()}")[f"quality, {key}, {engine}"]
            names = ("analogies", "wordsim353", "simlex999", "mean")
            scores = " | ".join(f"{mean_of(part, name):.1f}" for name in names)
            seconds = f" {min(part['seconds']):.1f} s " if engine == "gpu" else " "
            yield f'| {model}, {gpu}, `engine="{engine}"` |{seconds}| {scores} |'


def gpu_speeds():
    found = [results(f"device_{gpu}") for gpu in ("h100", "h200")]
    for (case, name), (model, key) in itertools.product(GPU_SPEEDS.items(), MODELS.items()):
        row = f"| {model}{' ' if case.startswith('with') else ', '}{case} |"
        for gpu in found:
            part = gpu[f"speed, {key}, {name}"]
            share = f" {percent(part['share_of_bandwidth'])} " if "(3, 6)" not in name else " "
            row += f" {part['words_per_second'] / 1e6:.0f} M |{share}|"
        yield row
    copied = [f"{gpu['bandwidth']['bytes_per_second'] / 1e12:.1f} TB/s on the" for gpu in found]
    yield f"{copied[0]} H100 and {copied[1]} H200"


SETS = ("questions-words", "wordsim353", "simlex999", "mean")


@pytest.mark.parametrize("name", ["cluster_quality", "cluster_quality_16"])
def test_the_quality_of_workers_with_whole_words(name):
    page, runs = flat("docs/cluster.md"), results(name)["runs"]
    for workers in {run["workers"] for run in runs}:
        some = [run for run in runs if run["workers"] == workers]
        means = {key: statistics.mean(run[key] for run in some) for key in some[0]}
        row = (
            f"| {workers} | {means['steps']:,.0f} | {means['bytes_added_up'] / 1e9:.1f} | "
            f"{means['processor_seconds']:.0f} | {means['loss']:.4f} | "
        )
        row += " | ".join(f"{means[each]:.1f}" for each in SETS)
        if len(some) > 1:
            each = " and ".join(f"{run['mean']:.1f}" for run in some)
            row += f" ({each})"
        assert f"{row} |" in page


def test_the_quality_of_workers_with_ngrams():
    page = flat("docs/cluster.md")
    for run in results("cluster_quality_ngrams")["runs"]:
        row = f"| 20 MB | {run['workers']} | {run['steps']:,} | {run['loss']:.4f} |"
        assert " ".join([row, *(f"{run[each]:.1f} |" for each in SETS)]) in page


def test_the_quality_of_workers_with_a_wide_window():
    page = flat("docs/cluster.md")
    runs = sorted(results("cluster_quality_window50")["runs"], key=lambda run: run["workers"])
    for run in runs:
        row = (
            f"| {run['workers']} | {run['steps']:,} | {run['processor_seconds']:.0f} | "
            f"{run['loss']:.4f} |"
        )
        assert " ".join([row, *(f"{run[each]:.1f} |" for each in SETS)]) in page
    means = [run["mean"] for run in runs]
    assert "and the mean of the scores is not lower" in page
    assert means == sorted(means)


def test_the_first_answer():
    page, found = flat("docs/howto/search.md"), results("first_answer")
    folder, binary = found["median"]["folder"], found["median"]["binary"]
    assert f"{found['bytes'] / 1e9:.2f} GB ({found['words']:,} words, {found['dim']}" in page
    assert f"takes {folder['seconds']:.1f} s and {folder['megabytes']:,.0f} MB" in page
    told = f"{binary['seconds']:.1f} s and {binary['megabytes']:,.0f} MB"
    assert f"is read once and not kept, take {told}" in page
    assert f"Python {found['machine']['python']}, NumPy {found['machine']['numpy']}" in page


@pytest.mark.parametrize("name", ["load_speed", "load_speed_text"])
def test_loading(name):
    page, found = flat("docs/formats.md"), results(name)
    seconds = {tool: figures["seconds"] for tool, figures in found["median"].items()}
    assert (
        f"of {found['bytes'] / 1e9:.2f} GB ({found['words']:,} x {found['dim']}) takes "
        f"{seconds['firth']:.1f} s, where gensim takes {seconds['gensim']:.1f} s"
    ) in page
    if name == "load_speed":
        assert f"the bytes alone {seconds['raw']:.1f} s" in page


def test_an_hour_of_questions():
    page, found = flat("docs/howto/serve.md"), results("serve_soak")
    answers = found["answers_by_status"]
    assert answers.keys() == {"200", "404", "422"}
    assert f"An hour of {sum(answers.values()):,} questions" in page
    later = found["megabytes"][len(found["megabytes"]) // 2 :]
    assert max(later) - min(later) < 3
    assert f"{sum(later) / len(later):.0f} MB" in page


def test_the_index():
    page, found = flat("docs/howto/search.md"), results("index_speed")
    median = found["median"]
    assert f"Of {found['words']:,} words" in page
    assert f"in {found['dim']} dimensions" in page
    assert (
        f"all rows {median['one_word_ms']:.1f} ms a question, the index "
        f"{median['index_one_word_ms']:.1f} ms, and {median['index_many_words_ms']:.1f} ms each"
    ) in page
    assert f"finds {median['index_recall']:.2f} of the ten nearest" in page
    assert f"built in {found['index_seconds']:.0f} s" in page


def test_serving():
    page, found = flat("docs/howto/serve.md"), results("serve_speed")
    tools = {"firth": "`firth serve`", "gensim": "gensim's `most_similar` by FastAPI and uvicorn"}
    for tool, name in tools.items():
        figures = found["median"][tool]
        assert (
            f"| {name} | {figures['queries_per_second']:.0f} | {figures['p50_ms']:.0f} ms | "
            f"{figures['p99_ms']:.0f} ms |"
        ) in page
    for package in ("fastapi", "uvicorn"):
        assert found["versions"][package] in page
    assert (found["options"]["words"], found["options"]["dim"]) == (100_000, 100)


def test_the_explorer():
    page, found = flat("docs/explorer.md"), results("explorer_speed")
    seconds, opening, frames = found["median"].values()
    for claim in (
        f"| | median of {len(found['runs'])} runs |",
        f"to the first picture | {seconds:.1f} s |",
        f"from opening the page to the first picture | {opening:.1f} s |",
        f"| frames a second while panning | {frames:.0f} |",
        f"({found['machine']['processor']}), Chromium {found['versions']['chromium']}, NumPy "
        f"{found['machine']['numpy']}.",
        f"the processors: {found['load_average']:.0f} were waiting or running",
    ):
        assert claim in page
    assert (found["options"]["words"], found["options"]["dim"]) == (200_000, 100)
    assert not found["options"]["swiftshader"]


@pytest.mark.parametrize("claims", [gpu_quality, gpu_speeds])
def test_gpu(claims):
    page = flat("docs/gpu.md")
    for claim in claims():
        assert claim in page


def test_readme_on_a_gpu():
    found, page = results("device_h200"), flat("README.md")
    part = found["quality, skipgram, gpu"]
    speed = found["speed, skipgram, subwords none, D 100"]["words_per_second"]
    assert f"trains {speed / 1e6:.0f} million words a second on one NVIDIA H200" in page
    assert f"17 million words take {min(part['seconds']):.1f} s" in page
    usual = mean_of(found["quality, skipgram, hogwild"], "mean")
    assert f"({mean_of(part, 'mean'):.1f} where that reaches {usual:.1f}, the mean" in page


def searched(name, columns):
    found = results(f"tune_{name}")
    tuning = found["tuning"]
    for words in (tuning["words"], tuning["whole"]):
        yield f"{words / 1e6:.2f} million" if words < 1e6 else f"{words / 1e6:.1f} million words"
    yield f"there were {len(tuning['trials'])} trials"
    first, best = (100 * tuning["curve"][place] for place in (0, -1))
    yield f"the defaults had {first:.1f}, the best trial {best:.1f}"
    for row in ("defaults", "tuned"):
        runs = [run for run in found["whole"] if run["name"] == row]
        scores = [[score_of(run, *column) for run in runs] for column in columns]
        cells = [", ".join(f"{100 * score:.1f}" for score in cell) for cell in scores]
        yield f"| {row} | {' | '.join(cells)} |"


def score_of(run, part, kind):
    (result,) = run[part][kind]
    return result["spearman"] if kind == "similarity" else result["total"]["accuracy"]


def test_searches():
    page = flat("docs/howto/tune.md")
    chinese = searched("chinese", [("seen", "similarity"), ("unseen", "analogies")])
    english = [("seen", "similarity"), ("seen", "analogies"), ("unseen", "similarity")]
    for claim in [*chinese, *searched("english", english)]:
        assert claim in page
    options = results("tune_chinese")["tuning"]["options"]
    winner = ", ".join(f"{name} {value}" for name, value in options.items() if name != "tokenizer")
    assert f"The winner: {winner}." in page


@pytest.mark.parametrize(
    "path", sorted((ROOT / "benchmarks/results").iterdir()), ids=lambda p: p.stem
)
def test_results_name_no_folder_of_the_machine(path):
    assert re.findall(r'(?<=[" =])/\w[^"]*', path.read_text("utf-8")) == []
