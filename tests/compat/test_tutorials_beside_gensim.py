"""Programs of the kind that tutorials and notebooks have, on gensim and on Firth.

Only the import differs, and each program finds the same: types, shapes, orders, errors. Numbers are
compared where they do not come from training.
"""

import copy
import pickle
import warnings
from collections import Counter

import numpy as np
import pytest

from firth.compat import gensim as ours
from gensim_programs import (
    SENTENCES,
    SMALL,
    error_of,
    kind_of,
    message_of,
    rounded,
    run_on_both,
    vectors,
)


def training_that_goes_on(api, folder):
    model = api.Word2Vec(sentences=SENTENCES, **SMALL)
    model.save(str(folder / "word2vec.model"))
    model = api.Word2Vec.load(str(folder / "word2vec.model"))
    found = [model.corpus_count, model.corpus_total_words, model.epochs, model.train_count]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # The first example of gensim's page: the model knows neither word.
        found.append(model.train([["hello", "world"]], total_examples=1, epochs=1))
    found.append(model.train([["tea", "milk"]] * 5, total_examples=5, epochs=1))
    found += [model.corpus_count, model.corpus_total_words, model.epochs, model.train_count]
    model.build_vocab([["hello", "world"]] * 6, update=True)
    model.train([["hello", "world"]] * 6, total_examples=model.corpus_count, epochs=model.epochs)
    found += [sorted(model.wv.index_to_key), model.corpus_count, model.corpus_total_words]
    found += [kind_of(model.total_train_time), kind_of(model.min_alpha_yet_reached), str(model)]
    found.append(error_of(lambda: model.train(SENTENCES, total_examples=9, epochs=0)))
    found.append(
        error_of(lambda: model.train(corpus_file="absent", total_words=9, epochs=1), TypeError)
    )
    return [*found, error_of(lambda: api.Word2Vec(42))]


def attributes_of_words(api, folder):
    words = api.Word2Vec(SENTENCES, **SMALL).wv
    found = [words.index_to_key, words.key_to_index, words.vectors.shape, words.vectors.dtype.name]
    found += [int(words.get_vecattr("tea", "count")), kind_of(words.get_vecattr("tea", "count"))]
    words.set_vecattr("tea", "kind", "drink")
    words.set_vecattr("tea", "weight", 0.5)
    found += [words.get_vecattr("tea", "kind"), words.get_vecattr("milk", "weight")]
    found.append(error_of(lambda: words.get_vecattr("tea", "nothing")))
    found.append(error_of(lambda: words.set_vecattr("nobody", "count", 3)))
    found += [words.vectors.flags.writeable, words["tea"].flags.writeable, str(words)]
    words.fill_norms()
    return [
        *found,
        words.norms.shape,
        words.norms.dtype.name,
        [w in words for w in ("tea", "x", 0)],
    ]


def unknown_words(api, folder):
    words = vectors(api)
    asked = [
        lambda: words["x"], lambda: words.get_vector("x"), lambda: words.get_index("x"),
        lambda: words.most_similar("x"), lambda: words.most_similar(positive=["tea", "x"]),
        lambda: words.similarity("tea", "x"), lambda: words.distance("x", "tea"),
        lambda: words.rank("tea", "x"), lambda: words.closer_than("x", "tea"),
        lambda: words.distances("tea", ["x"]), lambda: words.most_similar_to_given("tea", ["x"]),
        lambda: words.get_mean_vector(["x"], ignore_missing=False), lambda: words.word_vec("x"),
        lambda: words.most_similar_cosmul("x"), lambda: words.similar_by_word("x"),
    ]  # fmt: skip
    return [message_of(ask) for ask in asked]


def neighbours(api, folder):
    words = vectors(api)
    found = [
        words.most_similar("tea"), words.most_similar(positive=["tea", "milk"], negative=["jam"]),
        words.most_similar(negative=["tea"]), words.most_similar(positive="tea", negative="milk"),
        words.most_similar([words["tea"]]), words.most_similar(words["tea"]),
        words.most_similar(words.vectors[:2]), words.most_similar([("tea", 2.0), "milk"]),
        words.most_similar(0), words.most_similar("tea", topn=np.int64(2)),
        words.most_similar("tea", topn=0), words.similar_by_key("tea", 2),
        words.similar_by_vector(words["tea"], topn=2),
        words.most_similar_cosmul(positive=["tea", "milk"], negative=["jam"]),
    ]  # fmt: skip
    errors = [error_of(words.most_similar), error_of(lambda: words.most_similar([]))]
    return [
        *map(rounded, found),
        kind_of(found[0][0][1]),
        errors,
        words.most_similar("tea", topn=None).shape,
    ]


def odd_words_out(api, folder):
    words = vectors(api)
    found = [words.doesnt_match(["tea", "milk", "jam"]), words.doesnt_match(["tea", "milk", "x"])]
    found += [error_of(lambda: words.doesnt_match([])), error_of(lambda: words.doesnt_match(["x"]))]
    found += [words.rank("tea", "jam"), words.closer_than("tea", "jam"), words.rank("tea", "tea")]
    found += [
        words.most_similar_to_given("tea", ["milk", "jam"]),
        kind_of(words.rank("tea", "jam")),
    ]
    found += [round(float(words.n_similarity(["tea", "milk"], ["jam"])), 4)]
    found += [error_of(lambda: words.n_similarity([], ["jam"]))]
    return [*found, [word for _, word in words.rank_by_centrality(["tea", "milk", "jam"])]]


def distances_of_texts(api, folder):
    pytest.importorskip("ot", reason="word mover's distance needs POT")
    words = vectors(api)
    first, second = ["tea", "milk", "tea"], ["jam", "bread", "unknown"]
    found = [round(float(words.wmdistance(first, second)), 4), words.wmdistance([], first)]
    return [*found, words.wmdistance(first, first), kind_of(words.wmdistance(first, second))]


def words_that_are_put_together(api, folder):
    words = api.KeyedVectors(vector_size=3)
    found = [len(words), words.vectors.shape, error_of(lambda: words["a"])]
    words.add_vectors(["a", "b"], [np.zeros(3), np.ones(3)])
    found += [words.add_vector("c", np.arange(3)), words["c"].tolist()]
    words.add_vectors(["a", "d"], np.full((2, 3), 5.0), replace=True)
    words["e"] = np.ones(3)
    words[["f", "g"]] = np.ones((2, 3))
    found += [words.index_to_key, words["a"].tolist()]
    words.save(str(folder / "words.kv"))
    again = api.KeyedVectors.load(str(folder / "words.kv"), mmap="r")
    found += [list(again.index_to_key), again["a"].tolist(), again.add_vector("new", [1, 1, 1])]
    return found


def files_with_faults(api, folder):
    def outcome(content, **how):
        (folder / "file").write_bytes(content)
        try:
            found = api.KeyedVectors.load_word2vec_format(str(folder / "file"), **how)
        except (ValueError, EOFError) as error:
            kinds = (EOFError, UnicodeDecodeError, ValueError)
            return next(kind.__name__ for kind in kinds if isinstance(error, kind))
        # gensim leaves None behind words that stand twice.
        return [word for word in found.index_to_key if word is not None], found["a"].tolist()

    zeros = bytes(4)
    return [
        outcome(b"3 2\na 1 2\nb 3 4\n"), outcome(b"3 2\na 1 2\nb 3 4\na 5 6\n"),
        outcome(b"2 2\na 1 2\nb x 4\n"), outcome(b"2 2\na 1 2\nb 3 4 5\n"), outcome(b""),
        outcome(b"2\na 1\n"), outcome(b"2 2\na 1 2 \nb 3 4 \n"),
        outcome(b"2 2\r\na 1 2\r\nb 3 4\r\n"), outcome(b"9 1\n", binary=True),
        outcome(b"2 1\na " + zeros + b"b " + zeros[:2], binary=True),
        outcome(b"2 1\na " + zeros + b"a " + zeros, binary=True),
        outcome(b"2 1\na 1\nt\xe9 2\n"), outcome(b"2 1\na 1\nt\xe9 2\n", encoding="latin-1"),
        outcome(b"2 1\na 1\nt\xe9 2\n", unicode_errors="ignore"),
        outcome(b"2 1\na 1\nt\xe9 2\n", unicode_errors="replace"),
        outcome(b"2 1\na " + zeros + b"t\xe9 " + zeros, binary=True, encoding="cp1252"),
        outcome(b"2 1\na 1\nb 2\n", limit=1), outcome(b"2 1\na 1\nb 2\n", limit=0),
    ]  # fmt: skip


def evaluation(api, folder):
    words = api.Word2Vec(SENTENCES, **SMALL).wv
    pairs, questions = folder / "pairs.tsv", folder / "questions.txt"
    pairs.write_text("# a comment\ntea\tmilk\t8\nmilk\tjam\t2\ntea\tsugar\t5\nx\ttea\t1\n")
    pearson, spearman, missing = words.evaluate_word_pairs(str(pairs))
    found = [len(pearson), len(spearman), missing]
    questions.write_text(": one\ntea milk sugar jam\n: two\nmilk tea jam sugar\nx a b c\n")
    score, sections = words.evaluate_word_analogies(str(questions))
    found += [kind_of(score), [section["section"] for section in sections], sorted(sections[0])]
    pairs.write_text("a\tb\t8\nc\td\t2\n")
    return [*found, error_of(lambda: words.evaluate_word_pairs(str(pairs)))]


def words_that_are_predicted(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    found = model.predict_output_word(["tea", "milk"], topn=2)
    told = [len(found), kind_of(found[0]), kind_of(found[0][1]), model.predict_output_word(["x"])]
    tree = api.Word2Vec(SENTENCES, hs=1, negative=0, **SMALL)
    told += [error_of(lambda: tree.predict_output_word(["tea"])), hasattr(tree, "syn1neg")]
    told += [error_of(lambda: api.Word2Vec().predict_output_word(["tea"])), model.syn1neg.shape]
    told += [error_of(lambda: model.score([["tea", "milk"]]), RuntimeError)]
    for few in ([["a"]], [], [[]]):
        told.append(error_of(lambda few=few: api.Word2Vec(few), RuntimeError))
    return [*told, error_of(lambda: api.Word2Vec(SENTENCES, hs=0, negative=0))]


def phrases_and_words(api, folder):
    text = [["new", "york", "is", "big"], ["in", "new", "york"], ["bank", "of", "america"]] * 10
    phrases = api.Phrases(
        text, min_count=1, threshold=0.1, connector_words=api.ENGLISH_CONNECTOR_WORDS
    )
    frozen = phrases.freeze()
    found = [phrases[text[0]], sorted(phrases.export_phrases()), sorted(frozen.phrasegrams)]
    found += [sorted(phrases.find_phrases(text)), kind_of(frozen), str(frozen), str(phrases)]
    phrases.save(str(folder / "phrases.pkl"))
    found += [api.Phrases.load(str(folder / "phrases.pkl"))[text[2]], api.Phraser(phrases)[text[1]]]
    found += [api.Phrases(frozen[text], threshold=1)[text[0]], copy.deepcopy(frozen)[text[0]]]
    model = api.Word2Vec(phrases[text], min_count=1, vector_size=8, workers=1, sample=0)
    return [*found, sorted(model.wv.key_to_index), error_of(lambda: api.Phrases(text, min_count=0))]


def words_of_ngrams(api, folder):
    model = api.FastText(SENTENCES, min_n=2, max_n=4, bucket=100, **SMALL)
    words = model.wv
    found = [kind_of(words), words["teas"].shape, "teas" in words, "teas" in words.key_to_index]
    found += [words.get_vector("unseen", norm=True).shape, words.vectors.shape, words.bucket]
    found.append(words.get_sentence_vector(["tea", "milky"]).shape)
    found.append(error_of(lambda: words.get_index("teas")))
    words.save(str(folder / "words.kv"))
    for kind in (api.KeyedVectors, api.FastTextKeyedVectors):
        again = kind.load(str(folder / "words.kv"))
        found += [kind_of(again), bool(np.allclose(again["teas"], words["teas"]))]
    api.save_facebook_model(model, str(folder / "model.bin"))
    model = api.load_facebook_model(str(folder / "model.bin"))
    found += [kind_of(model), model.epochs, model.window, model.sg, model.wv.bucket]
    model.build_vocab([["coffee", "milk"]] * 9, update=True)
    model.train([["coffee", "milk"]] * 9, total_examples=9, epochs=model.epochs)
    found.append("coffee" in model.wv.key_to_index)
    some = api.load_facebook_vectors(str(folder / "model.bin"))
    found += [kind_of(some), some["teas"].shape, "teas" in some.key_to_index]
    return [*found, error_of(lambda: api.load_facebook_vectors("absent"), FileNotFoundError)]


def documents_with_tags(api, folder):
    documents = [api.TaggedDocument(words=w, tags=[k]) for k, w in enumerate(SENTENCES)]
    model = api.Doc2Vec(vector_size=8, min_count=2, epochs=3, workers=1)
    model.build_vocab(documents)
    found = [str(documents[66]), len(model.dv), model.dv[0].shape, model.corpus_count]
    model.train(documents, total_examples=model.corpus_count, epochs=model.epochs)
    row = model.infer_vector(["tea", "milk"])
    found += [str(model), model.dm, model.dbow, row.shape, row.dtype.name]
    found += [len(model.docvecs.most_similar(positive=[row], topn=len(model.docvecs)))]
    found += [error_of(lambda: model.dv[999]), error_of(lambda: model.infer_vector("tea milk"))]
    model.save(str(folder / "doc2vec"))
    again = api.Doc2Vec.load(str(folder / "doc2vec"))
    found += [bool(np.allclose(again.dv[3], model.dv[3])), str(again), again.corpus_count]
    named = [api.TaggedDocument(w, [f"SENT_{k}"]) for k, w in enumerate(SENTENCES)]
    model = api.Doc2Vec(named, dm=0, dbow_words=1, **SMALL)
    found += [model.dv.index_to_key[:2], model.dv.key_to_index["SENT_1"], model["SENT_1"].shape]
    found.append(error_of(lambda: api.Doc2Vec(SENTENCES, **SMALL)))
    (folder / "lines.txt").write_text("tea milk tea\nmilk sugar tea\n" * 20)
    return [*found, len(api.Doc2Vec(api.TaggedLineDocument(str(folder / "lines.txt")), **SMALL).dv)]


def documents_with_several_tags(api, folder):
    of_groups = [api.TaggedDocument(w, [["odd", "even"][k % 2]]) for k, w in enumerate(SENTENCES)]
    model = api.Doc2Vec(of_groups, dm=0, **SMALL)
    found = [model.dv.index_to_key, model.corpus_count, model.corpus_total_words, str(model)]
    several = [api.TaggedDocument(w, [k, f"g{k % 3}"]) for k, w in enumerate(SENTENCES)]
    for kind in ({"dm": 0}, {"dm": 1}, {"dm": 0, "dbow_words": 1}):
        model = api.Doc2Vec(several, **kind, **SMALL)
        found += [model.dv.index_to_key, int(model.wv.get_vecattr("tea", "count"))]
        found += [model.corpus_total_words, model.dv["g2"].shape, model.dv.vectors.shape]
    some = [api.TaggedDocument(w, ["all"][k % 2 :]) for k, w in enumerate(SENTENCES)]
    return [*found, api.Doc2Vec(some, **SMALL).dv.index_to_key]


class LossOfEpochs:
    """A callback, of either library once it has its base."""

    def __init__(self, folder):
        self.epoch, self.before, self.found, self.folder = 0, 0.0, [], folder

    def on_epoch_end(self, model):
        self.epoch += 1
        loss = model.get_latest_training_loss()
        self.found.append((loss - self.before > 0, kind_of(loss), model.epochs, model.alpha))
        self.before = loss
        model.save(str(self.folder / f"epoch{self.epoch}.model"))


def losses_and_options(api, folder):
    log = type("Log", (LossOfEpochs, api.CallbackAny2Vec), {})(folder)
    model = api.Word2Vec(SENTENCES, compute_loss=True, callbacks=[log], **SMALL)
    found = [log.found, len(api.Word2Vec.load(str(folder / "epoch1.model")).wv)]
    for _ in range(3):
        model.train(SENTENCES, total_examples=model.corpus_count, epochs=1)
        model.alpha -= 0.002
        model.min_alpha = model.alpha
    model.window, model.workers, model.epochs = 3, 2, 7
    found += [round(model.alpha, 4), model.min_alpha == model.alpha, model.epochs, model.window]
    trained = model.train(SENTENCES, total_examples=model.corpus_count, epochs=model.epochs)
    found += [trained, kind_of(model.running_training_loss), model.layer1_size, model.compute_loss]
    return [*found, error_of(lambda: api.Word2Vec(SENTENCES, callbacks=[print], **SMALL))]


def copies(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    found = []
    for each in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), copy.copy(model)):
        found.append(
            (np.array_equal(each.wv["tea"], model.wv["tea"]), each.corpus_count, each.epochs)
        )
        each.train(SENTENCES, total_examples=each.corpus_count, epochs=1)
    words = pickle.loads(pickle.dumps(model.wv))
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        model.init_sims(replace=True)
    lengths = np.linalg.norm(model.wv.vectors, axis=1)
    table = np.vstack([words[word] for word in words.key_to_index])
    return [*found, words.index_to_key, table.shape, np.round(lengths, 4).tolist()]


def texts_of_readers(api, folder):
    (folder / "a.txt").write_text("tea milk\n\nmilk sugar tea\n")
    (folder / "many").mkdir()
    (folder / "many" / "2").write_text("x y\n")
    (folder / "many" / "1").write_text("z\n")
    (folder / "text8").write_text(" anarchism originated as a term\u00a0of abuse" * 3)
    (folder / "latin.txt").write_bytes("thé lait\n".encode("latin-1"))
    files = api.PathLineSentences(str(folder / "many"))
    found = [list(api.LineSentence(str(folder / "a.txt"), limit=2)), list(files)]
    found += [kind_of(files.input_files[0]), [len(file) for file in files.input_files]]
    found.append([len(part) for part in api.Text8Corpus(str(folder / "text8"), 4)])
    for kind in (api.LineSentence, api.Text8Corpus):
        found.append(error_of(lambda kind=kind: list(kind(str(folder / "latin.txt")))))
    texts = ["The Quick, brown-fox's 3 jumps!", "Café au LAIT _x y_z"]
    found += [api.simple_preprocess(text, deacc=deacc) for text in texts for deacc in (False, True)]
    counts = Counter(word for text in texts for word in api.simple_preprocess(text))
    model = api.Word2Vec(**SMALL, min_count=1)
    model.build_vocab_from_freq(counts)
    return [*found, sorted(model.wv.index_to_key)]


PROGRAMS = [
    training_that_goes_on, attributes_of_words, unknown_words, neighbours, odd_words_out,
    distances_of_texts, words_that_are_put_together, files_with_faults, evaluation,
    words_that_are_predicted, phrases_and_words, words_of_ngrams, documents_with_tags,
    documents_with_several_tags, losses_and_options, copies, texts_of_readers,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_programs_find_the_same(theirs, program, tmp_path):
    found, expected = run_on_both(program, ours, theirs, tmp_path)
    assert found == expected
