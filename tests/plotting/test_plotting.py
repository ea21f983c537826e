"""Pictures: their content, its legibility, and their files."""

import os
import sys
import types
from functools import partial

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need matplotlib (extra plot)")

import matplotlib
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.font_manager import fontManager
from matplotlib.text import Text

from firth.errors import ConfigError, FirthError, MissingExtraError, VocabularyError
from firth.lesson import lesson_groups
from firth.plotting import (
    check_picture,
    content_words,
    fonts,
    loss_curve,
    noise_distribution,
    save,
    scatter,
    window_diagram,
)
from firth.plotting.labels import _crossing, need_lines, place
from firth.plotting.projection import project
from firth.plotting.style import PALETTE, look
from firth.vectors import Vectors
from processes import output_of

SENTENCE = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog"]


@pytest.fixture(scope="module")
def vectors():
    """Sixty words in three clusters of 8 dimensions, and a few with odd spelling."""
    rng = np.random.default_rng(1)
    names = [f"{group}{i}" for group in ("cat", "plum", "anna") for i in range(20)]
    matrix = rng.normal(size=(60, 8)) + 6 * np.repeat(np.eye(3, 8), 20, axis=0)
    odd = ["$x_1$", "_under", "a\nb", "\\frac{", "w" * 80, "$", "$\\frac{$"]
    matrix = np.vstack([matrix, rng.normal(size=(len(odd), 8))]).astype(np.float32)
    return Vectors(names + odd, matrix)


@pytest.fixture
def bare(monkeypatch):
    """A machine with only Matplotlib's own fonts."""
    own = [font for font in fontManager.ttflist if font.name.startswith(("DejaVu", "Last Resort"))]
    monkeypatch.setattr(fontManager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


@pytest.fixture
def chinese_font(bare, monkeypatch, tmp_path):
    """A font of two Chinese letters that is not yet in Matplotlib's list, on a bare machine."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "guo", "wang"])
    builder.setupCharacterMap({ord("国"): "guo", ord("王"): "wang"})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (900, 700), (900, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square = pen.glyph()
    builder.setupGlyf({".notdef": square, "guo": square, "wang": square})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "guo", "wang"), (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Two-Letter Font", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWeightClass=400)
    builder.setupPost()
    builder.save(tmp_path / "letters.ttf")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(tmp_path / "letters.ttf")])
    return "Two-Letter Font"


def contents(texts):
    return [text.get_text() for text in texts]


def names_on(picture):
    return contents(picture.axes[0].texts)


def legend_of(picture):
    return contents(picture.axes[0].get_legend().get_texts())


def boxes_of(picture):
    """Return the boxes (n, 4) of the names, in pixels, after the layout."""
    picture.draw_without_rendering()
    # Without the line from a name to its point.
    return np.array([Text.get_window_extent(text).extents for text in picture.axes[0].texts])


def overlaps(boxes, slack=1.0):
    """Count the pairs of boxes that overlap by more than `slack` pixels in both directions."""
    low = np.maximum(boxes[:, np.newaxis, :2], boxes[:, :2])
    high = np.minimum(boxes[:, np.newaxis, 2:], boxes[:, 2:])
    return int(np.triu((high - low > slack).all(axis=-1), k=1).sum())


def leaders(picture):
    """Return the line (2, 2) from each name to its point, in pixels; None for no line."""
    picture.draw_without_rendering()
    found = []
    for text in picture.axes[0].texts:
        patch = text.arrow_patch
        ends = patch.get_transform().transform(patch.get_path().vertices)
        found.append(ends[[0, -1]] if patch.get_visible() else None)
    return found


def test_matplotlib_is_imported_when_first_used():
    code = (
        "import sys, firth, firth.plotting, firth.cli; assert 'matplotlib' not in sys.modules;"
        "firth.plotting.loss_curve([1.0]); assert 'matplotlib' in sys.modules;"
        "assert not {'matplotlib.pyplot', 'sklearn', 'umap'} & set(sys.modules)"
    )
    output_of("-c", code)


def test_a_missing_matplotlib_is_reported(monkeypatch):
    import firth.plotting

    for name in [name for name in sys.modules if name.startswith("firth.plotting.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"matplotlib .* pip install 'firth\[plot\]'"):
        firth.plotting.__getattr__("scatter")


@pytest.mark.parametrize(
    ("method", "module", "package"),
    [("tsne", "sklearn.manifold", "scikit-learn"), ("umap", "umap", "umap-learn")],
)
def test_a_missing_method_is_reported(monkeypatch, method, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"{package} .* pip install 'firth\[plot\]'"):
        project(np.eye(5), method)


# Projections


def test_two_dimensions_are_drawn_as_they_are(vectors):
    plane = Vectors(["a", "b", "c"], np.array([[1, 5], [3, 2], [0, 0]], dtype=np.float32))
    picture = scatter(plane, ["c", "a", "b"])
    assert picture.axes[0].collections[0].get_offsets().tolist() == [[0, 0], [1, 5], [3, 2]]
    assert picture.axes[0].get_xlabel() == "dimension 1"


def test_pca_agrees_with_scikit_learn():
    from sklearn.decomposition import PCA

    matrix = np.random.default_rng(2).normal(size=(30, 7)) * [5, 4, 3, 2, 1, 1, 1]
    found = project(matrix, None)
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    theirs = PCA(2, svd_solver="full").fit(unit)
    points = theirs.transform(unit)
    np.testing.assert_allclose(np.abs(found.points), np.abs(points), atol=1e-9)
    assert f"{theirs.explained_variance_ratio_[0]:.0%}" in found.x_label
    # Both signs of an axis are right; the same one is chosen, whatever the signs of the SVD.
    np.testing.assert_allclose(project(matrix[::-1], None).points[::-1], found.points, atol=1e-9)


@pytest.mark.parametrize("method", ["pca", "tsne", pytest.param("umap", marks=pytest.mark.slow)])
def test_maps_go_by_direction_not_by_length(method):
    rng = np.random.default_rng(6)
    matrix = rng.normal(size=(12, 5))
    stretched = matrix * 4.0 ** rng.integers(-3, 4, size=(12, 1))
    expected = project(matrix, method).points
    np.testing.assert_allclose(project(stretched, method).points, expected, atol=1e-4)


def test_distances_on_a_map_of_two_axes_are_those_of_the_cosine():
    """Vectors in one plane keep their distances."""
    angles = np.array([0.0, 0.4, 1.1, 2.0, 3.0])
    plane = np.linalg.qr(np.random.default_rng(7).normal(size=(6, 2)))[0].T
    lengths = np.array([[1.0], [9.0], [0.2], [3.0], [5.0]])
    matrix = lengths * np.stack([np.cos(angles), np.sin(angles)], axis=1) @ plane
    points = project(matrix, "pca").points
    squares = ((points[:, np.newaxis] - points) ** 2).sum(axis=-1)
    cosines = np.cos(angles[:, np.newaxis] - angles)
    np.testing.assert_allclose(squares, 2 - 2 * cosines, atol=1e-12)


def separation(points):
    """Return the distance between the three clusters relative to that within a cluster."""
    clusters = points[:60].reshape(3, 20, 2)
    means = clusters.mean(axis=1)
    within = np.linalg.norm(clusters - means[:, np.newaxis], axis=-1).mean()
    between = np.linalg.norm(means[:, np.newaxis] - means, axis=-1)
    return between[np.triu_indices(3, k=1)].min() / within


@pytest.mark.parametrize("method", ["pca", "tsne", pytest.param("umap", marks=pytest.mark.slow)])
def test_methods_keep_clusters_together_and_repeat(vectors, method):
    matrix = vectors.input_vectors[:60]
    found = project(matrix, method, 3)
    assert separation(found.points) > 2.0
    np.testing.assert_array_equal(project(matrix, method, 3).points, found.points)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("method", ["pca", "tsne", pytest.param("umap", marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["random", "line", "zeros but one"])
def test_few_words_are_enough(n, method, kind):
    matrix = np.random.default_rng(n).normal(size=(n, 3))
    if kind == "line":
        matrix = np.outer((-1.0) ** np.arange(n) * np.arange(1, n + 1), np.ones(3))
    elif kind == "zeros but one":
        matrix[1:] = 0.0
    if method == "umap" and n < 4:
        with pytest.raises(ConfigError, match=f"UMAP needs at least 4 words, got {n}"):
            project(matrix, method)
        return
    points = project(matrix, method).points
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()


@pytest.mark.parametrize(("n", "neighbours"), [(5, 4), (16, 15), (40, 15)])
def test_umap_looks_at_as_many_neighbours_as_there_are(monkeypatch, n, neighbours):
    asked = {}

    class UMAP:
        def __init__(self, **options):
            asked.update(options)

        def fit_transform(self, matrix):
            return matrix[:, :2]

    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=UMAP))
    matrix = np.random.default_rng(0).normal(size=(n, 3))
    found = project(matrix, "umap", 7)
    assert (asked["n_neighbors"], asked["random_state"]) == (neighbours, 7)
    assert f"{neighbours} neighbours" in found.x_label
    # The initial points all differ.
    assert len(np.unique(asked["init"], axis=0)) == n


@pytest.mark.parametrize(
    ("matrix", "method", "message"),
    [
        (np.ones((4, 1)), None, "at least 2 dimensions, got 1"),
        (np.ones((1, 4)), None, "at least 2 words, got 1"),
        (np.ones((4, 4)), "pca", "different directions, got the same for all 4 words"),
        (np.ones((4, 2)), None, "vectors that differ, got the same for all 4 words"),
        (np.outer([1, 2, 3], [0.1, 0.7, 0.3]), "pca", "directions, got the same for all 3 words"),
        (np.eye(4), "isomap", "method must be one of pca, umap, tsne, got 'isomap'"),
    ],
)
def test_what_cannot_be_projected_is_reported(matrix, method, message):
    with pytest.raises(ConfigError, match=message):
        project(matrix, method)


# Maps


def test_a_map_names_every_word_without_overlap(vectors):
    picture = scatter(vectors, vectors.words[:60], title="Three clusters")
    assert names_on(picture) == list(vectors.words[:60])
    boxes = boxes_of(picture)
    assert overlaps(boxes) == 0
    frame = picture.axes[0].get_window_extent()
    assert (boxes[:, :2] >= (frame.x0 - 1, frame.y0 - 1)).all()
    assert (boxes[:, 2:] <= (frame.x1 + 1, frame.y1 + 1)).all()


def test_names_in_a_crowd_do_not_overlap_and_are_led_to_their_points():
    points = np.random.default_rng(4).normal(scale=18.0, size=(30, 2)) + 200.0
    sizes = np.tile([36.0, 12.0], (30, 1))
    offsets = place(points, sizes, (400.0, 400.0))
    middle = points + offsets
    boxes = np.hstack([middle - sizes / 2, middle + sizes / 2])
    assert overlaps(boxes, slack=0.5) == 0
    np.testing.assert_array_equal(place(points, sizes, (400.0, 400.0)), offsets)

    crowd = np.random.default_rng(4).normal(scale=0.1, size=(30, 2))
    crowd = Vectors([f"word{i}" for i in range(31)], np.vstack([crowd, [[9.0, 9.0]]]))
    *lines, isolated = leaders(scatter(crowd, crowd.words))
    assert any(line is not None for line in lines)
    assert isolated is None


def names_under_lines(picture):
    """Count the names that the line of another name goes through."""
    boxes, found = boxes_of(picture), 0
    for i, line in enumerate(leaders(picture)):
        if line is not None:
            steps = line[0] + np.linspace(0, 1, 200)[:, np.newaxis] * (line[1] - line[0])
            others = np.delete(boxes, i, axis=0) + np.array([1, 1, -1, -1])
            within = (steps[:, np.newaxis] > others[:, :2]) & (steps[:, np.newaxis] < others[:, 2:])
            found += int(within.all(axis=-1).any(axis=0).sum())
    return found


def test_six_names_at_one_point_are_each_led_to_it():
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "far"]
    matrix = np.zeros((7, 2), dtype=np.float32)
    matrix[6] = 3.0, 2.0
    picture = scatter(Vectors(names, matrix), names)
    boxes = boxes_of(picture)
    assert overlaps(boxes) == 0
    point = picture.axes[0].transData.transform((0.0, 0.0))
    lines = leaders(picture)
    assert lines[6] is None
    for line, box in zip(lines[:6], boxes[:6], strict=True):
        np.testing.assert_allclose(line[1], point, atol=1.0)
        # The line is visible: it does not begin below the point's marker.
        away = np.maximum(np.maximum(box[:2] - point, point - box[2:]), 0.0)
        assert np.linalg.norm(away) > 4.0


def test_no_line_goes_through_a_name_near_a_crowd_at_the_edge():
    random = np.random.default_rng(0)
    matrix = np.vstack([np.tile([1.0, 0.2, 0.3], (6, 1)), random.normal(size=(20, 3))])
    matrix[:6] += 1e-3 * random.normal(size=(6, 3))
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"] + [f"n{i}" for i in range(20)]
    picture = scatter(Vectors(names, matrix.astype(np.float32)), names)
    assert overlaps(boxes_of(picture)) == 0
    assert names_under_lines(picture) == 0


def test_a_name_that_could_belong_to_another_point_is_led_to_its_own():
    points = np.array([[50.0, 50.0], [50.0, 53.0], [50.0, 90.0], [150.0, 90.0]])
    sizes = np.tile([20.0, 8.0], (4, 1))
    offsets = np.array([[15.0, 0.0], [15.0, 0.0], [15.0, 0.0], [20.0, 0.0]])
    assert need_lines(points, sizes, offsets).tolist() == [True, True, False, True]


def test_names_of_points_in_a_ring_are_led_outwards_without_crossings():
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    points = 200.0 + 6.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    sizes = np.tile([40.0, 12.0], (8, 1))
    offsets = place(points, sizes, (400.0, 400.0))
    lines = np.stack([points, points + offsets], axis=1)
    assert not _crossing(lines, lines).any()


# The points of the lesson's English nouns, by model.
LESSON = {
    "skipgram": [
        (-0.392, 1.480), (-0.412, 1.448), (-0.409, 1.471), (-0.419, 1.441), (-0.412, 1.468),
        (-0.412, 1.440), (-0.134, 2.437), (-0.208, 2.479), (-0.158, 2.491), (-0.166, 2.435),
        (-0.187, 2.507), (-0.197, 2.464), (-4.131, 0.041), (-4.089, 0.067), (-4.078, 0.103),
        (-4.131, 0.063), (-4.109, 0.033), (-4.150, 0.112),
    ],
    "cbow": [
        (-1.018, 3.432), (-1.164, 3.532), (-1.114, 3.489), (-1.217, 3.492), (-1.117, 3.480),
        (-1.086, 3.454), (-0.144, 2.302), (-0.128, 2.259), (-0.217, 2.361), (-0.015, 2.293),
        (-0.146, 2.293), (-0.124, 2.261), (-5.598, 0.930), (-5.367, 0.904), (-5.251, 0.943),
        (-5.519, 1.025), (-5.416, 0.861), (-5.494, 0.942),
    ],
}  # fmt: skip


@pytest.mark.parametrize("model", LESSON)
def test_no_line_goes_through_a_name(model):
    groups = lesson_groups("en")
    nouns = [noun for members in groups.values() for noun in members]
    picture = scatter(Vectors(nouns, np.array(LESSON[model], dtype=np.float32)), groups)
    assert overlaps(boxes_of(picture)) == 0
    assert any(line is not None for line in leaders(picture))
    # Before matplotlib 3.11, names have other widths, and one more line has no free way.
    assert names_under_lines(picture) <= (matplotlib.__version_info__ < (3, 11))


def test_names_stand_to_the_right_where_there_is_room():
    points = np.random.default_rng(5).permutation(np.arange(40.0))[:, np.newaxis] * [31.7, 33.3]
    sizes = np.random.default_rng(5).uniform(10.1, 20.3, size=(40, 2))
    offsets = place(points + 17.1, sizes, (1400.0, 1400.0))
    np.testing.assert_allclose(offsets, np.stack([sizes[:, 0] / 2 + 5.0, np.zeros(40)], axis=1))


def test_names_at_the_edge_stay_inside():
    points = np.array([[98.0, 50.0], [2.0, 50.0], [50.0, 98.0], [50.0, 2.0], [99.0, 99.0]])
    sizes = np.tile([30.0, 10.0], (5, 1))
    middle = points + place(points, sizes, (100.0, 100.0))
    assert (middle - sizes / 2 >= 0.0).all()
    assert (middle + sizes / 2 <= 100.0).all()


ROYAL = ("man", "king", "woman", "queen")


@pytest.fixture(scope="module")
def royal():
    matrix = np.array([[0, 0], [0, 4], [3, 0], [3, 4], [-2, 2]], dtype=np.float32)
    return Vectors([*ROYAL, "tea"], matrix)


def test_the_lines_of_an_analogy_are_drawn(royal):
    picture = scatter(royal, ["tea", "king"], analogies=[ROYAL])
    # Other words of the analogy are added.
    assert names_on(picture) == ["tea", "king", "man", "woman", "queen"]
    ends = [np.array(arrow._posA_posB).tolist() for arrow in picture.axes[0].patches]
    assert ends == [[[0, 0], [0, 4]], [[3, 0], [3, 4]]]
    first, second = picture.axes[0].patches
    assert first.get_edgecolor() == second.get_edgecolor()
    assert names_on(scatter(royal, analogies=[ROYAL])) == list(ROYAL)
    groups = scatter(royal, {"drinks": ["tea"], "people": ["man", "king"]}, analogies=iter([ROYAL]))
    assert names_on(groups) == ["tea", "man", "king", "woman", "queen"]
    assert legend_of(groups) == ["drinks", "people"]


def test_names_do_not_stand_on_the_lines_of_an_analogy():
    points, sizes = np.array([[50.0, 50.0]]), np.array([[20.0, 10.0]])
    stroke = np.array([[[50.0, 50.0], [90.0, 50.0]]])
    assert place(points, sizes, (200.0, 100.0)).tolist() == [[15.0, 0.0]]
    assert place(points, sizes, (200.0, 100.0), stroke).tolist() == [[-15.0, 0.0]]


# Content words


@pytest.fixture(scope="module")
def text_vectors():
    """Five thousand words with random vectors; the counts fall as in a text."""
    words = ["the", ",", "of", *(f"word{i}" for i in range(4_997))]
    words[1000:1008] = ["river", ".", "1,000", "s", "1987", "don't", "国", "Ω"]
    matrix = np.random.default_rng(8).normal(size=(5_000, 3))
    return Vectors(words, matrix, counts=(1e6 / np.arange(1, 5_001)).astype(np.int64))


def test_function_words_numbers_and_letters_are_no_content(text_vectors):
    counts = text_vectors.counts
    (rare,) = np.nonzero(counts <= 3e-4 * counts.sum())
    assert content_words(text_vectors, 100) == [text_vectors.words[row] for row in rare[:100]]
    found = {*content_words(text_vectors, 1000)}
    assert {"river", "don't", "国"} <= found
    assert not {"the", ",", "of", ".", "1,000", "s", "1987", "Ω"} & found


def test_counts_decide_in_any_order_and_ranks_without_counts(text_vectors):
    words, matrix, counts = text_vectors.words, text_vectors.input_vectors, text_vectors.counts
    expected = content_words(text_vectors, 50)
    assert content_words(Vectors(words, matrix), 50) == expected
    assert content_words(Vectors(words[::-1], matrix, counts=counts[::-1]), 50) == expected


@pytest.mark.parametrize(
    ("words", "top", "expected"),
    [
        # A small text has no other words.
        (["the", "cat", "sat"], 50, ["the", "cat", "sat"]),
        (["the", ".", "cat", "sat"], 2, ["cat", "sat"]),
        # Items are not words: the most frequent are chosen.
        ([7, 8, 9, 10], 2, [7, 8]),
        (["7", "8", "9", "10"], 4, ["7", "8", "9", "10"]),
    ],
)
def test_small_vocabularies_and_items(words, top, expected):
    matrix = np.eye(len(words), 2, dtype=np.float32)
    assert content_words(Vectors(words, matrix), top) == expected


def test_a_map_draws_fifty_content_words_by_default(text_vectors):
    assert names_on(scatter(text_vectors)) == content_words(text_vectors, 50)


# Style


def test_neighbouring_series_differ_in_colour_in_grey_in_marker_and_in_dash():
    def grey(number):
        red, green, blue = (int(look(number).color[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for number in range(len(PALETTE)):
        one, other = look(number), look(number + 1)
        assert abs(grey(number) - grey(number + 1)) > 25, number
        assert one.color != other.color
        assert one.marker != other.marker
        assert one.dash != other.dash


def test_groups_have_colours_and_names(vectors):
    groups = {"cats": ["cat1", "cat2"], "none": [], "_plums": ["plum1"], "Anna": ["anna1"]}
    picture = scatter(vectors, groups)
    axes = picture.axes[0]
    assert legend_of(picture) == ["cats", "_plums", "Anna"]
    assert [len(points.get_offsets()) for points in axes.collections] == [2, 1, 1]
    colours = [tuple(points.get_facecolor()[0]) for points in axes.collections]
    handles = [tuple(handle.get_facecolor()[0]) for handle in axes.get_legend().legend_handles]
    assert len(set(colours)) == 3
    assert handles == colours


def test_many_groups_differ_in_colour_or_marker(vectors):
    axes = scatter(vectors, {word: [word] for word in vectors.words[:20]}).axes[0]
    looks = {
        (tuple(points.get_facecolor()[0]), points.get_paths()[0].vertices.tobytes())
        for points in axes.collections
    }
    assert len(looks) == 20


def test_words_are_not_read_as_tex_and_stay_on_one_line(vectors, tmp_path):
    picture = scatter(vectors, vectors.words[60:], title="$x_1$ costs 5$")
    expected = ["$x_1$", "_under", r"a\nb", "\\frac{", "w" * 39 + "…", "$", "$\\frac{$"]
    assert names_on(picture) == expected
    assert picture.axes[0].get_title("left") == "$x_1$ costs 5$"
    save(picture, tmp_path / "odd.png")


def test_integers_are_words_too():
    items = Vectors([3, 5, 8], np.eye(3, dtype=np.float32))
    assert names_on(scatter(items, [8, 3])) == ["8", "3"]


NOT_FOUR = "four different words .* got "


@pytest.mark.parametrize(
    ("words", "options", "error", "message"),
    [
        (["cat1", "cat99"], {}, VocabularyError, "'cat99' is not among the 67 words; near: cat9"),
        (["cat1"], {}, ConfigError, "at least 2 words, got 1"),
        ({"a": [], "b": []}, {}, ConfigError, "at least 2 words, got 0"),
        ({}, {}, ConfigError, "at least 2 words, got 0"),
        (["cat1", "cat2", "cat1"], {}, ConfigError, "must differ, got cat1 more than once"),
        ({"a": ["cat1"], "b": ["cat1"]}, {}, ConfigError, "must differ, got cat1"),
        ("cat1", {}, ConfigError, "must be a list of words, got the text 'cat1'"),
        (["cat1"] * 1001, {}, ConfigError, "at most 1,000 words, got 1,001"),
        (None, {"analogies": [("cat1", "cat2", "cat3")]}, ConfigError, f"{NOT_FOUR}.'cat1', 'cat2"),
        (None, {"analogies": [("cat1", "cat2") * 2]}, ConfigError, NOT_FOUR),
        (None, {"analogies": ["cat1 cat2"]}, ConfigError, f"{NOT_FOUR}'cat1 cat2"),
        (
            None,
            {"analogies": [("cat1", "kat2", "cat3", "cat4")]},
            VocabularyError,
            "'kat2' .* near: cat2",
        ),
        (
            ["cat1", "cat2"],
            {"method": "tsne", "seed": -1},
            ConfigError,
            "seed must be at least 0, got -1",
        ),
    ],
)
def test_words_that_cannot_be_drawn_are_reported(vectors, words, options, error, message):
    with pytest.raises(error, match=message):
        scatter(vectors, words, **options)


# Curves


def test_losses_are_drawn_by_epoch():
    picture = loss_curve({"CBOW": [3.0, 2.0, 1.5], "_x": [4.0, 1.0]}, title="Falling")
    axes = picture.axes[0]
    assert [line.get_xdata().tolist() for line in axes.lines] == [[1, 2, 3], [1, 2]]
    assert [line.get_ydata().tolist() for line in axes.lines] == [[3, 2, 1.5], [4, 1]]
    assert legend_of(picture) == ["CBOW", "_x"]
    assert loss_curve(np.array([3.0, 2.0])).axes[0].get_legend() is None
    left, right = loss_curve([0.5]).axes[0].get_xlim()
    assert left < 1 < right


def test_noise_is_drawn_as_bars_with_words():
    # Row 0 is padding: it has no count and no bar.
    counts = np.array([0, 1, 8, 3])
    words = ["<pad>", "$x", "the", "cat"]
    picture = noise_distribution(counts, counts**0.75, words=words)
    picture.draw_without_rendering()
    axes = picture.axes[0]
    assert contents(axes.get_yticklabels()) == ["the", "cat", "$x"]
    before, after = ([bar.get_width() for bar in bars] for bars in axes.containers)
    np.testing.assert_allclose(before, np.array([8, 3, 1]) / 12)
    powers = np.array([8, 3, 1]) ** 0.75
    np.testing.assert_allclose(after, powers / powers.sum())
    # The most frequent word is at the top.
    bottom, top = axes.get_ylim()
    assert top < 0 < bottom


def test_noise_of_many_words_is_drawn_by_rank():
    counts = np.arange(1, 501)
    words = [f"w{count}" for count in counts]
    picture = noise_distribution(counts, np.ones(500), words=words, title="Uniform")
    picture.draw_without_rendering()
    axes = picture.axes[0]
    before, after = (line.get_ydata() for line in axes.lines)
    np.testing.assert_allclose(before, counts[::-1] / counts.sum())
    np.testing.assert_allclose(after, 1 / 500)
    assert contents(axes.child_axes[0].get_xticklabels()) == ["w500", "w491", "w401"]


# Windows


def test_a_window_distinguishes_centre_context_rest_and_noise():
    words = [*SENTENCE, "tea", "sky"]
    picture = window_diagram(SENTENCE, 4, window=2, noise=["tea", "sky"], title="Jumps")
    colours = [patch.get_facecolor() for patch in picture.axes[0].patches]
    looks = {"r": colours[0], "x": colours[3], "c": colours[4], "n": colours[-1]}
    assert len({*looks.values()}) == 4
    assert colours == [looks[kind] for kind in "rrxxcxxrrnn"]
    names = names_on(picture)
    assert [name for name in names if name in words] == words
    assert [name for name in names if name[0] in "+−"] == ["−2", "−1", "+1", "+2"]


@pytest.mark.parametrize(("centre", "notes"), [(0, ["+1", "+2"]), (8, ["−2", "−1"])])
def test_a_window_ends_with_the_sentence(centre, notes):
    names = names_on(window_diagram(SENTENCE, centre, window=2))
    assert [name for name in names if name[0] in "+−"] == notes


def test_everything_of_a_window_is_on_the_sheet():
    long = " ".join(["a title that goes on"] * 12)
    picture = window_diagram(SENTENCE * 5, 20, window=5, noise=["tea"] * 30, title=long)
    boxes = boxes_of(picture)
    frames = np.array([patch.get_window_extent().extents for patch in picture.axes[0].patches])
    everything = np.vstack([boxes, frames])
    width, height = picture.bbox.size
    assert everything[:, :2].min() > 0
    assert everything[:, 2].max() < width
    assert everything[:, 3].max() < height
    assert overlaps(frames) == 0
    assert overlaps(boxes) == 0
    assert "".join(names_on(picture)[0].split()) == "".join(long.split())


# What cannot be drawn


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (partial(loss_curve, []), "a row of numbers"),
        (partial(loss_curve, {}), "at least one"),
        (partial(loss_curve, {"CBOW": []}), "losses of 'CBOW'"),
        (partial(loss_curve, [1.0, float("nan")]), "finite, got nan at epoch 2"),
        (partial(loss_curve, [[1.0], [2.0]]), r"shape \(2, 1\)"),
        (partial(loss_curve, ["much"]), "must be numbers"),
        (partial(noise_distribution, [1, 2], [1, 2, 3]), "same length, got 2, 3 and 2"),
        (partial(noise_distribution, [1, 2], [1, 2], words=["a"]), "same length, got 2, 2 and 1"),
        (partial(noise_distribution, [], []), "before must be a row of numbers"),
        (partial(noise_distribution, [1, 2], [-1, 2]), "after must hold counts"),
        (partial(noise_distribution, [0, 0], [1, 2]), "before must hold counts"),
        (partial(noise_distribution, [1, np.inf], [1, 2]), "before must hold counts"),
        (partial(window_diagram, SENTENCE, 9, window=2), r"^centre .* must be at most 8, got 9"),
        (partial(window_diagram, SENTENCE, 1.0, window=2), "a whole number, got 1.0"),
        (partial(window_diagram, SENTENCE, -1, window=2), r"^centre .* must be at least 0, got -1"),
        (partial(window_diagram, [], 0, window=2), "at least one word"),
        (partial(window_diagram, SENTENCE, 0, window=0), "window must be at least 1, got 0"),
        (partial(window_diagram, "the cat", 0, window=2), "of words, got the text 'the cat'"),
        (partial(window_diagram, SENTENCE, 0, window=2, noise="tea"), "noise must be a list"),
        (partial(window_diagram, ["a"] * 301, 0, window=2), "at most 300 words, got 301"),
        (partial(save, "x", "q.png"), "must be a figure of Matplotlib, got 'x'"),
    ],
)
def test_what_cannot_be_drawn_is_reported(draw, message):
    with pytest.raises(ConfigError, match=message):
        draw()


# Fonts


def test_a_font_is_taken_for_the_letters_that_need_it(chinese_font, tmp_path):
    assert fonts.families("king")[-1] != chinese_font
    assert fonts.families("国王 king")[-1] == chinese_font
    vectors = Vectors(["国王", "king"], np.eye(2, dtype=np.float32))
    picture = scatter(vectors, {"王": ["国王"], "king": ["king"]}, title="王")
    for path in ("map.png", "map.svg", "map.pdf"):
        # A letter that the font does not have would warn, and warnings are errors.
        save(picture, tmp_path / path)
    texts = picture.axes[0].texts
    assert chinese_font in texts[0].get_fontfamily()
    assert chinese_font not in texts[1].get_fontfamily()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("国", "machine has '国' (U+56FD); install one: the package fonts-noto-cjk"),
        ("ab国c", "has '国' (U+56FD) of 'ab国c'"),
        ("かな", "fonts-noto-cjk"),
        ("한국", "fonts-noto-cjk"),
        ("，", "fonts-noto-cjk"),
        ("ꦲ", "fonts-noto-core"),
        ("🦊", "fonts-symbola"),
    ],
)
def test_a_missing_font_is_reported_with_the_package_to_install(bare, text, told):
    with pytest.raises(FirthError) as caught:
        fonts.families(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_search_for_fonts_says_nothing_else(bare, caplog):
    with pytest.raises(FirthError, match="choose other words"):
        fonts.families("ꦲ")
    assert not caplog.records


def test_words_may_come_from_a_generator(vectors):
    words = ["cat1", "cat2"]
    assert names_on(scatter(vectors, iter(words))) == words
    assert names_on(scatter(vectors, {"cats": iter(words)})) == words
    picture = window_diagram(iter(words), 0, window=1, noise=iter(["tea"]))
    assert {*words, "tea"} <= {*names_on(picture)}
    noise_distribution([2, 1], [2, 1], words=iter(words))


def test_blanks_are_seen_and_long_groups_leave_room(vectors):
    assert fonts.shortened("  ") == "'  '"
    axes = scatter(vectors, {"long name " * 9: ["cat1", "cat2"]}).axes[0]
    axes.figure.draw_without_rendering()
    assert axes.get_window_extent().width > axes.figure.bbox.width / 2


def test_no_picture_is_made_of_boxes(bare):
    words = Vectors(["国王", "king"], np.eye(2, dtype=np.float32))
    for draw in (
        lambda: scatter(words, ["国王", "king"]),
        lambda: scatter(words, {"王": ["king"], "x": ["国王"]}),
        lambda: loss_curve([1.0], title="损失"),
        lambda: loss_curve({"损失": [1.0]}),
        lambda: noise_distribution([1, 2], [1, 2], words=["国", "x"]),
        lambda: window_diagram(["国", "王"], 0, window=1),
        lambda: window_diagram(["a", "b"], 0, window=1, noise=["国"]),
    ):
        with pytest.raises(FirthError, match="fonts-noto-cjk"):
            draw()


def test_chinese_is_drawn_with_the_fonts_of_this_machine(tmp_path):
    try:
        fonts.families("国王")
    except FirthError:
        pytest.skip("no font with Chinese on this machine")
    save(window_diagram(["国王", "和", "王后"], 1, window=1, title="窗口"), tmp_path / "a.png")


def test_a_font_of_one_size_is_no_font(bare, monkeypatch):
    # Many emoji fonts have one size, which Matplotlib cannot draw.
    font = types.SimpleNamespace(scalable=False, get_char_index=lambda _: 1)
    monkeypatch.setattr(font_manager, "get_font", lambda _: font)
    with pytest.raises(FirthError, match="no font on this machine has 'a'"):
        fonts.families("a")


# Files and windows


@pytest.mark.parametrize(
    ("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("new/a.pdf", b"%PDF")]
)
def test_pictures_are_written_by_suffix_and_the_same_each_time(tmp_path, name, start):
    path = tmp_path / name
    save(loss_curve([2.0, 1.0]), path)
    first = path.read_bytes()
    assert first.startswith(start)
    save(loss_curve([2.0, 1.0]), path)
    assert path.read_bytes() == first
    assert [left.name for left in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("date", ["abc", "1e9", "253402300800", "99999999999999999999", None])
@pytest.mark.parametrize("suffix", ["pdf", "svg"])
def test_no_date_of_the_environment_matters(vectors, tmp_path, monkeypatch, date, suffix):
    """Matplotlib asks for it, and fails, although a picture holds none."""
    picture = scatter(vectors, ["cat1", "plum1", "anna1"])
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    save(picture, tmp_path / f"without.{suffix}")
    if date is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", date)
    save(picture, tmp_path / f"with.{suffix}")
    assert os.environ.get("SOURCE_DATE_EPOCH") == date
    without, with_date = (
        (tmp_path / f"{name}.{suffix}").read_bytes() for name in ("without", "with")
    )
    assert without == with_date


@pytest.mark.parametrize("name", ["a.jpg", "a", ".png"])
def test_other_suffixes_are_reported(tmp_path, name):
    with pytest.raises(ConfigError, match=r"a picture ends in \.png, \.svg, \.pdf or \.html, got"):
        check_picture(tmp_path / name)
    with pytest.raises(ConfigError, match="a picture ends in"):
        save(loss_curve([1.0]), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    old = b"\x89PNG\r\n\x1a\nold"
    path.write_bytes(old)
    picture = loss_curve([1.0])

    def fail(aside, **_):
        aside.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(picture, "savefig", fail)
    with pytest.raises(FirthError, match=r"cannot write .*a\.png: No space left on device"):
        save(picture, path)
    assert path.read_bytes() == old
    assert [left.name for left in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_replaces_a_picture_of_its_format_and_nothing_else(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    path.touch()
    picture = loss_curve([1.0])
    for _ in range(2):
        save(picture, path)
    path.write_text("years of work")
    for attempt in (check_picture, lambda path: save(picture, path)):
        with pytest.raises(FirthError, match=rf"file there is no \{suffix} picture; .*overwrite"):
            attempt(path)
    assert path.read_text() == "years of work"
    save(picture, path, overwrite=True)
    save(picture, path)


def test_a_folder_in_the_way_is_reported(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(FirthError, match="a folder of that name is in the way"):
        check_picture(tmp_path / "a.png")


def test_a_notebook_shows_a_picture():
    assert loss_curve([1.0])._repr_png_().startswith(b"\x89PNG")


def test_no_screen_is_reported():
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    picture = loss_curve([1.0])
    with pytest.raises(FirthError, match="no screen"):
        picture.show()
    picture.show(warn=False)
    assert pyplot.get_fignums() == []


def test_a_window_is_made_of_the_picture_itself(monkeypatch):
    from matplotlib import pyplot

    shown = []
    pyplot.switch_backend("agg")
    monkeypatch.setattr(pyplot, "get_backend", lambda: "tkagg")
    monkeypatch.setattr(pyplot, "show", lambda: shown.extend(map(pyplot.figure, [1])))
    picture = loss_curve([1.0])
    try:
        picture.show()
        assert shown == [picture]
    finally:
        pyplot.close("all")


def test_long_titles_are_broken_into_lines():
    for title in ("word " * 40, "a" * 20 + " " + "b" * 100 + " c"):
        picture = loss_curve([1.0], title=title)
        picture.draw_without_rendering()
        box = picture.axes[0]._left_title.get_window_extent()
        assert box.x1 < picture.bbox.width
        assert "".join(picture.axes[0].get_title("left").split()) == "".join(title.split())
