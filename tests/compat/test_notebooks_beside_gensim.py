"""Programs as notebooks, blogs and answers have them, on gensim and on Firth.

Only the import differs, and each program finds the same; see `test_tutorials_beside_gensim.py`.
"""

import collections
import copy
import gzip
import logging
import multiprocessing
import operator
import pickle
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from firth.compat import gensim as ours
from gensim_programs import SENTENCES, SMALL, error_of, kind_of, rounded, run_on_both

TEXT = (
    "Hundreds of people have been forced to vacate their homes.\n"
    "Indian security forces have shot dead eight suspected militants!\n"
    "The national road toll for the holiday period stands at 45.\n"
    "Some people, forced from their homes, stand at the road.\n"
) * 25


def text_file(folder, name="lee.cor"):
    path = folder / name
    path.write_text(TEXT)
    return str(path)


class MyCorpus:
    """An iterator that yields sentences, as the tutorial of Word2Vec has it."""

    def __init__(self, api, path):
        self.api, self.path = api, path

    def __iter__(self):
        with Path(self.path).open() as lines:
            for line in lines:
                yield self.api.utils.simple_preprocess(line)


def word2vec_tutorial(api, folder):
    sentences = MyCorpus(api, text_file(folder))
    model = api.Word2Vec(sentences=sentences, vector_size=20, seed=1, workers=1, min_count=10)
    wv, found = model.wv, []
    for index, word in enumerate(wv.index_to_key):
        if index == 10:
            break
        found.append(f"word #{index}/{len(wv.index_to_key)} is {len(word) > 0}")
    try:
        wv["cameroon"]
    except KeyError:
        found.append("The word 'cameroon' does not appear in this model")
    found.append([kind_of(wv.similarity("people", w)) for w in ("homes", "road")])
    found.append(len(wv.most_similar(positive=["people", "road"], topn=5)))
    found.append(wv.doesnt_match(["people", "road", "homes"]) in wv)
    with tempfile.NamedTemporaryFile(prefix="gensim-model-", dir=folder, delete=False) as tmp:
        temporary_filepath = tmp.name
        model.save(temporary_filepath)
    new_model = api.Word2Vec.load(temporary_filepath)
    more = [["Advanced", "users", "can", "load", "a", "model", "and", "people", "train"]] * 12
    new_model.build_vocab(more, update=True)
    new_model.train(more, total_examples=new_model.corpus_count, epochs=new_model.epochs)
    found += [sorted(new_model.wv.key_to_index), new_model.corpus_count]
    model = api.Word2Vec(sentences, min_count=1, compute_loss=True, hs=0, sg=1, seed=42, workers=1)
    return [*found, model.get_latest_training_loss() > 0, len(model.wv)]


def lee_corpus_tutorial(api, folder):
    def read_corpus(fname, tokens_only=False):
        with Path(fname).open(encoding="iso-8859-1") as f:
            for i, line in enumerate(f):
                tokens = api.utils.simple_preprocess(line)
                yield tokens if tokens_only else api.TaggedDocument(tokens, [i])

    path = text_file(folder)
    train_corpus = list(read_corpus(path))
    test_corpus = list(read_corpus(path, tokens_only=True))
    model = api.Doc2Vec(vector_size=20, min_count=2, epochs=4, seed=1, workers=1)
    model.build_vocab(train_corpus)
    found = [f"Word 'road' appeared {model.wv.get_vecattr('road', 'count')} times", train_corpus[2]]
    model.train(train_corpus, total_examples=model.corpus_count, epochs=model.epochs)
    ranks, second = [], []
    for doc_id in range(0, len(train_corpus), 10):
        inferred_vector = model.infer_vector(train_corpus[doc_id].words)
        sims = model.dv.most_similar([inferred_vector], topn=len(model.dv))
        ranks.append([docid for docid, sim in sims].index(doc_id) >= 0)
        second.append(kind_of(sims[1][0]))
    found += [collections.Counter(ranks), second[0]]
    doc_id = random.Random(1).randint(0, len(test_corpus) - 1)
    sims = model.dv.most_similar([model.infer_vector(test_corpus[doc_id])], topn=len(model.dv))
    for label, index in [("MOST", 0), ("MEDIAN", len(sims) // 2), ("LEAST", len(sims) - 1)]:
        found.append((label, " ".join(train_corpus[sims[index][0]].words).islower()))
    return found


def fasttext_tutorial(api, folder):
    corpus_file = text_file(folder)
    model = api.FastText(vector_size=12, bucket=200, min_count=2, workers=1)
    model.build_vocab(corpus_file=corpus_file)
    model.train(
        corpus_file=corpus_file,
        epochs=model.epochs,
        total_examples=model.corpus_count,
        total_words=model.corpus_total_words,
    )
    found = [str(model), model.corpus_count, model.corpus_total_words]
    with tempfile.NamedTemporaryFile(prefix="saved_model_", dir=folder, delete=False) as tmp:
        model.save(tmp.name, separately=[])
    loaded_model = api.FastText.load(tmp.name)
    wv = loaded_model.wv
    found += ["people" in wv.key_to_index, "peoples" in wv.key_to_index, wv["peoples"].shape]
    found += [np.allclose(wv["peoples"], model.wv["peoples"], atol=1e-6), kind_of(wv)]
    found.append(wv.similarity("homes", "homing") == wv.similarity("homing", "homes"))
    found += [len(wv.most_similar("peoples")), wv.n_similarity(["road"], ["homes"]).shape]
    found.append(wv.doesnt_match(["people", "road", "homes", "forced"]) in wv)
    return [*found, len(wv.most_similar(positive=["people", "road"], negative=["homes"]))]


def rows_of_ngrams(api, folder):
    model = api.FastText(SENTENCES, min_n=2, max_n=4, bucket=100, **SMALL)
    wv = model.wv
    found = [wv.vectors_ngrams.shape, wv.vectors_vocab.shape, wv.vectors.shape, wv.bucket]
    found += [wv.min_n, wv.max_n, wv.vectors_ngrams.dtype.name]
    found.append([rows.tolist() for rows in wv.buckets_word])
    whole = api.FastText(SENTENCES, max_n=0, **SMALL)
    none = api.FastText(SENTENCES, bucket=0, **SMALL)
    found += [none.wv["tea"].shape, none.wv.bucket, "unseen" in none.wv.key_to_index]
    unseen = api.FastText(min_n=2, max_n=4, bucket=100, vector_size=8)
    found += [error_of(lambda: whole.wv["unseen"]), unseen.wv.min_n, unseen.wv.bucket]
    unseen.build_vocab(SENTENCES)
    return [*found, unseen.wv.max_n, len(unseen.wv)]


def texts_that_are_near(api, folder):
    pytest.importorskip("ot", reason="word mover's distance needs POT")
    stop_words = {"the", "of", "for", "at", "to", "their"}

    def preprocess(sentence):
        return [w for w in sentence.lower().split() if w not in stop_words]

    model = api.KeyedVectors(vector_size=3)
    words = ["people", "homes", "road", "toll", "forces", "stands"]
    model.add_vectors(words, np.arange(18, dtype=np.float32).reshape(6, 3) % 7 + 1)
    sentence_obama = preprocess("People stands at the road")
    sentence_president = preprocess("Forces for the homes")
    distance = model.wmdistance(sentence_obama, sentence_president)
    found = [f"distance = {distance:.4f}"]
    model.init_sims(replace=True)
    model.fill_norms()
    found.append(f"distance = {model.wmdistance(sentence_obama, sentence_president):.4f}")
    found.append(f"distance = {model.wmdistance(sentence_obama, preprocess('Oranges')):.4f}")
    ranked = sorted(words, key=lambda w: model.wmdistance(["people"], [w]))
    return [*found, ranked[0]]


def phrases_then_words(api, folder):
    sentences = [line.lower().strip(".!").replace(",", "").split() for line in TEXT.splitlines()]
    bigram = api.Phrases(sentences, min_count=5, threshold=1)
    trigram = api.Phrases(bigram[sentences], min_count=5, threshold=1)
    bigram_mod, trigram_mod = api.Phraser(bigram), api.Phraser(trigram)
    texts = [trigram_mod[bigram_mod[doc]] for doc in sentences]
    found = [texts[0], texts[1], list(bigram[sentences])[2], len(bigram.vocab)]
    for phrase, score in bigram.find_phrases(sentences).items():
        found.append((phrase, round(score, 3)))
    bigram.save(str(folder / "my_phrase_model.pkl"))
    bigram_reloaded = api.Phrases.load(str(folder / "my_phrase_model.pkl"))
    bigram_reloaded.add_vocab([["hello", "world"], ["meow"]])
    found += [bigram_reloaded[sentences[3]], len(bigram_reloaded.vocab)]
    bigram_mod.save(str(folder / "phraser.pkl"))
    for kind in (api.Phrases, api.Phraser):
        found.append(kind_of(kind.load(str(folder / "phraser.pkl"))))
    model = api.Word2Vec(bigram_mod[sentences], vector_size=8, min_count=1, workers=1)
    return [*found, sorted(model.wv.key_to_index)]


class EpochLogger:
    """The callbacks of gensim's documentation in one."""

    def __init__(self, path_prefix, log):
        self.path_prefix, self.epoch, self.log, self.loss = path_prefix, 0, log, 0.0

    def on_train_begin(self, model):
        self.log.append(("begin", model.wv.vectors.shape, model.epochs))

    def on_epoch_begin(self, model):
        self.log.append(f"Epoch #{self.epoch} start")

    def on_epoch_end(self, model):
        output_path = f"{self.path_prefix}_epoch{self.epoch}.model"
        model.save(output_path)
        loss = model.get_latest_training_loss()
        self.log.append(f"Loss after epoch {self.epoch} rises: {loss > self.loss}")
        self.log.append(len(model.wv.most_similar("tea", topn=2)))
        self.loss = loss
        self.epoch += 1

    def on_train_end(self, model):
        self.log.append(f"end of {self.epoch}")


def callbacks_of_epochs(api, folder):
    log = []
    logger = type("Logger", (EpochLogger, api.CallbackAny2Vec), {})(str(folder / "temp"), log)
    model = api.Word2Vec(SENTENCES, callbacks=[logger], compute_loss=True, **SMALL)
    more = api.Word2Vec(**SMALL)
    more.build_vocab(SENTENCES)
    again = type("Logger", (EpochLogger, api.CallbackAny2Vec), {})(str(folder / "more"), log)
    more.train(
        SENTENCES, total_examples=more.corpus_count, epochs=3, compute_loss=True, callbacks=[again]
    )
    loaded = api.Word2Vec.load(str(folder / "temp_epoch1.model"))
    same = np.allclose(loaded.wv.vectors, model.wv.vectors, atol=1e-6)
    return log, same, sorted(p.name for p in folder.glob("*.model"))


def google_news(api, folder):
    path = str(folder / "GoogleNews-vectors-negative300.bin")
    words = ["</s>", "in", "for", "New_York", "king", "queen", "Möwe"]
    rows = np.random.default_rng(1).normal(size=(7, 4)).astype(np.float32)
    with Path(path).open("wb") as file:
        file.write(b"7 4\n")
        for word, row in zip(words, rows, strict=True):
            file.write(word.encode() + b" " + row.tobytes())
    wv = api.KeyedVectors.load_word2vec_format(path, binary=True, limit=5)
    found = [wv.index_to_key, wv.vectors.shape, "queen" in wv, wv["king"].tolist()]
    found.append([word for word, _ in wv.most_similar("king", topn=2)])
    wv.fill_norms()
    wv.save(str(folder / "google.kv"))
    shared = api.KeyedVectors.load(str(folder / "google.kv"), mmap="r")
    found += [shared["king"].tolist(), shared.get_vecattr("king", "count"), len(shared)]
    with Path(path).open("rb") as source, gzip.open(f"{path}.gz", "wb") as target:
        target.write(source.read())
    whole = api.KeyedVectors.load_word2vec_format(f"{path}.gz", binary=True)
    found += [whole.index_to_key, rounded(whole.most_similar(["king"], ["in"], topn=3))]
    found.append(error_of(lambda: api.KeyedVectors.load_word2vec_format(path), ValueError))
    return found


def plots(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    vectors = np.asarray(model.wv.vectors)
    labels = np.asarray(model.wv.index_to_key)
    words = list(model.wv.key_to_index.keys())[:3]
    X = model.wv[words]
    centred = X - X.mean(axis=0)
    plane = np.linalg.svd(centred, full_matrices=False)[0][:, :2]
    arrays = np.append(np.empty((0, 8), dtype="f"), np.array([model.wv["tea"]]), axis=0)
    for word, _ in model.wv.most_similar([("tea", 1.0)], topn=2):
        arrays = np.append(arrays, np.array([model.wv.get_vector(word)]), axis=0)
    all_words = [[w, *model.wv[w]] for w in model.wv.index_to_key]
    by_name = {w: model.wv[w] for w in labels[:2]}
    found = [vectors.shape, labels.tolist(), words, plane.shape, arrays.shape, arrays.dtype.name]
    found += [len(all_words[0]), sorted(by_name), model.wv[labels[0]].shape]
    return [
        *found,
        model.wv[model.wv.index_to_key[:2]].shape,
        model.wv.vectors[:2].tolist() == X[:2].tolist(),
    ]


class MeanEmbeddingVectorizer:
    """The mean of a text's vectors, as in pipelines of scikit-learn."""

    def __init__(self, word2vec):
        self.word2vec, self.dim = word2vec, len(next(iter(word2vec.values())))

    def fit(self, X, y):
        return self

    def transform(self, X):
        return np.array(
            [
                np.mean(
                    [self.word2vec[w] for w in words if w in self.word2vec] or [np.zeros(self.dim)],
                    axis=0,
                )
                for words in X
            ]
        )


def pipelines(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    w2v = dict(zip(model.wv.index_to_key, model.wv.vectors, strict=True))
    docs = [["tea", "milk", "unknown"], ["unknown"], ["jam", "jam"]]
    rows = MeanEmbeddingVectorizer(w2v).fit(docs, None).transform(docs)

    def document_vector(doc):
        known = [word for word in doc if word in model.wv.key_to_index]
        return np.mean(model.wv[known], axis=0) if known else np.zeros(model.vector_size)

    others = np.vstack([document_vector(doc) for doc in docs])
    empty = error_of(lambda: model.wv[[]])
    mean = model.wv.get_mean_vector(["tea", "milk"], pre_normalize=False)
    same = np.allclose(rows, others), np.allclose(mean, rows[0], atol=1e-6)
    words_set = {word for word in model.wv.index_to_key if model.wv.get_vecattr(word, "count") > 50}
    return rows.shape, same, empty, sorted(words_set), np.isnan(rows).any()


def embedding_layers(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    word_index = {"tea": 1, "coffee": 2, "milk": 3}
    embedding_matrix = np.zeros((len(word_index) + 1, model.wv.vector_size))
    for word, i in word_index.items():
        if word in model.wv:
            embedding_matrix[i] = model.wv[word]
    found = [embedding_matrix.any(axis=1).tolist(), model.wv.vectors.flags["C_CONTIGUOUS"]]
    ids = [model.wv.key_to_index[w] for s in SENTENCES[:2] for w in s]
    vocab_size, emdedding_size = model.wv.vectors.shape
    found += [ids, vocab_size, emdedding_size, model.wv.vectors[ids].shape]
    try:
        vector = model.wv.get_vector("coffee")
    except KeyError as error:
        vector = str(error)
    return [*found, vector, kind_of(model.wv.vectors), model.wv.get_index("milk")]


def vectors_from_elsewhere(api, folder):
    with (folder / "glove.6B.4d.txt").open("w", encoding="utf-8") as file:
        for k, word in enumerate(["the", ",", "café", "of"]):
            file.write(" ".join([word, *(f"{k + n / 10:.5f}" for n in range(4))]) + "\n")
    glove = api.KeyedVectors.load_word2vec_format(
        str(folder / "glove.6B.4d.txt"), binary=False, no_header=True
    )
    found = [glove.index_to_key, glove["café"].tolist(), len(glove), glove.vector_size]
    custom = api.KeyedVectors(vector_size=4)
    weights = [glove[word] * 2 for word in glove.index_to_key]
    custom.add_vectors(list(glove.index_to_key), weights)
    found.append(error_of(lambda: copy.deepcopy(custom).add_vectors(["short"], [[1.0, 2.0]])))
    custom.add_vector("new", np.ones(4))
    custom.add_vectors(["tea", "the"], np.zeros((2, 4)))
    found += [custom.index_to_key, custom["the"].tolist(), custom["tea"].tolist()]
    custom.save_word2vec_format(str(folder / "custom.txt"), binary=False)
    lines = (folder / "custom.txt").read_text().splitlines()
    found += [lines[0], [line.split()[0] for line in lines[1:]]]
    filtered = [w for w in custom.index_to_key if w.isalpha()]
    some = api.KeyedVectors(custom.vector_size)
    some.add_vectors(filtered, [custom[w] for w in filtered])
    found += [rounded(some.most_similar("of", topn=2)), some.key_to_index]
    some.vectors = some.vectors / np.linalg.norm(some.vectors, axis=1, keepdims=True).clip(1e-9)
    some.fill_norms(force=True)
    return [*found, np.round(some.norms, 4).tolist()]


def copies_and_processes(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    with (folder / "model.pkl").open("wb") as file:
        pickle.dump({"model": model, "wv": model.wv, "name": "mine"}, file)
    with (folder / "model.pkl").open("rb") as file:
        loaded = pickle.load(file)
    found = [loaded["wv"].index_to_key, str(loaded["model"]), loaded["model"].wv["tea"].shape]
    changed = copy.deepcopy(model.wv)
    changed.vectors[0] = 0
    found += [bool(model.wv.vectors[0].any()), bool(changed["tea"].any())]
    word_vectors = model.wv
    del model
    ask = operator.methodcaller("most_similar", "tea", topn=2)
    with ThreadPoolExecutor(2) as threads:
        several = list(threads.map(ask, [word_vectors] * 4))
    found.append([len(each) for each in several])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found.append(rounded(pool.map(ask, [word_vectors])[0]) == rounded(several[0]))
    return found


def names_of_gensim_3(api, folder):
    model = api.Word2Vec(SENTENCES, **SMALL)
    documents = [api.TaggedDocument(words, [n]) for n, words in enumerate(SENTENCES)]
    of_documents = api.Doc2Vec(documents, **SMALL)
    asked = [
        lambda: model.wv.vocab, lambda: model.wv.index2word, lambda: model.wv.index2entity,
        lambda: model.wv.vectors_norm, lambda: model.wv.syn0, lambda: model.vocab,
        lambda: model["tea"], lambda: model.most_similar("tea"), lambda: model.similarity("a", "b"),
        lambda: api.Word2Vec(SENTENCES, size=8), lambda: api.Word2Vec(SENTENCES, iter=2),
        lambda: api.Doc2Vec(documents, size=8), lambda: api.Doc2Vec(documents, dm_mean=1, iter=2),
        lambda: api.Word2Vec.load_word2vec_format("x"), lambda: model.index2word,
        lambda: model.wv.most_similar(positive="tea", topm=2), lambda: model.delete_temporary(),
        lambda: of_documents.docvecs.doctags, lambda: of_documents.docvecs.offset2doctag,
        lambda: model.syn0, lambda: model.doesnt_match(["tea"]), lambda: len(model),
        lambda: model.intersect_word2vec_format("x"), lambda: of_documents.infer_vector("a b"),
        lambda: model.build_vocab(),
        lambda: model.wv.similarity("tea"),
    ]  # fmt: skip
    found = [error_of(ask) for ask in asked]
    kinds = ("Word2VecKeyedVectors", "Doc2VecKeyedVectors", "EuclideanKeyedVectors")
    found += [kind_of(getattr(api.models.keyedvectors, kind)(3)) for kind in kinds]
    found.append(api.models.word2vec.MAX_WORDS_IN_BATCH)
    found += [model.wv.word_vec("tea").shape, len(of_documents.docvecs), model.layer1_size]
    return [*found, model.wv.words_closer_than("tea", "tea"), len(model.wv.similar_by_word("tea"))]


def readers_of_files(api, folder):
    path = text_file(folder)
    with Path(path).open("rb") as source, gzip.open(folder / "lee.gz", "wb") as target:
        target.write(source.read())
    many = folder / "many"
    many.mkdir()
    for n in range(3):
        (many / f"part{n}.txt").write_text(f"a{n} b{n} c{n} d{n} e{n}\nf{n}\n")
    found = [
        list(api.LineSentence(path, max_sentence_length=4, limit=2)),
        list(api.LineSentence(str(folder / "lee.gz"), limit=1)),
        list(api.PathLineSentences(str(many), limit=1)),
        list(api.PathLineSentences(str(many), max_sentence_length=2, limit=2))[:4],
        [len(part) for part in api.Text8Corpus(path, max_sentence_length=500)],
        list(api.PathLineSentences(str(many / "part1.txt"))),
    ]
    with Path(path).open("rb") as file:
        found.append(len(list(api.LineSentence(file, limit=7))))
    sentences = api.LineSentence(path)
    found += [len(list(sentences)), len(list(sentences)), sentences.max_sentence_length]
    model = api.Word2Vec(api.PathLineSentences(str(many)), min_count=1, vector_size=4, sample=0)
    by_file = api.Word2Vec(corpus_file=path, min_count=20, vector_size=4, workers=1)
    found += [len(model.wv), sorted(by_file.wv.key_to_index), by_file.corpus_count]
    return [*found, error_of(lambda: api.PathLineSentences(str(folder / "absent")), ValueError)]


def rules_of_words(api, folder):
    from_utils = (api.utils.RULE_DEFAULT, api.utils.RULE_DISCARD, api.utils.RULE_KEEP)

    def trim_rule(word, count, min_count):
        if word in ("sugar", "jam"):
            return api.utils.RULE_KEEP
        return api.utils.RULE_DISCARD if word == "milk" else api.utils.RULE_DEFAULT

    model = api.Word2Vec(SENTENCES, trim_rule=trim_rule, **{**SMALL, "min_count": 50})
    found = [from_utils, model.wv.index_to_key, list(api.utils.tokenize("One, two_3 THREE!"))]
    found.append(list(api.utils.tokenize("Šéf Café", lowercase=True, deacc=True)))
    found += [api.utils.deaccent("Šéfčo'm Ærø"), api.utils.to_unicode(b"caf\xc3\xa9")]
    return [*found, api.simple_preprocess("The 3 quick foxes' x", min_len=3, max_len=5)]


def words_that_stay(api, folder):
    first = api.Word2Vec(SENTENCES, **SMALL)
    first.wv.save_word2vec_format(str(folder / "pretrained.bin"), binary=True)
    more = [["tea", "coffee", "milk"], ["coffee", "tea"]] * 20
    found = []
    for lockf in (0.0, 1.0):
        model = api.Word2Vec(vector_size=8, min_count=1, workers=1, sample=0, epochs=2)
        model.build_vocab(more)
        model.wv.vectors_lockf = np.ones(len(model.wv), dtype=np.float32)
        text = str(folder / "pretrained.txt")
        first.wv.save_word2vec_format(text)
        model.wv.intersect_word2vec_format(text, lockf=lockf)
        locks = dict(zip(model.wv.index_to_key, model.wv.vectors_lockf.tolist(), strict=True))
        before = model.wv.vectors.copy()
        model.train(more, total_examples=model.corpus_count, epochs=model.epochs)
        stays = (model.wv.vectors == before).all(axis=1).tolist()
        found += [locks, dict(zip(model.wv.index_to_key, stays, strict=True))]
    first.wv.vectors_lockf = np.zeros(len(first.wv), dtype=np.float32)
    before = first.wv.vectors.copy()
    first.train(SENTENCES, total_examples=first.corpus_count, epochs=1)
    return [*found, np.array_equal(before, first.wv.vectors), np.abs(first.syn1neg).max() > 0]


def documents_that_are_near(api, folder):
    data = ["I love machine learning.", "I love coding in python", "They chat in Python."] * 10
    tagged = [
        api.TaggedDocument(words=d.lower().split(), tags=[f"{k}"]) for k, d in enumerate(data)
    ]
    model = api.Doc2Vec(vector_size=8, alpha=0.025, min_alpha=0.00025, min_count=1, dm=1, workers=1)
    model.build_vocab(tagged)
    for _ in range(3):
        model.train(tagged, total_examples=model.corpus_count, epochs=1)
        model.alpha -= 0.0002
        model.min_alpha = model.alpha
    model.save(str(folder / "d2v.model"))
    model = api.Doc2Vec.load(str(folder / "d2v.model"))
    test = ["i", "love", "chatbots"]
    found = [model.infer_vector(test).shape, len(model.dv.most_similar("1")), model.dv["1"].shape]
    found += [kind_of(model.dv.similarity("1", "2")), model.dv.index_to_key[:3], len(model.dv)]
    found += [model.dv.vectors.shape, "1" in model.dv, "99" in model.dv, model.dv.key_to_index["2"]]
    found += [kind_of(model.similarity_unseen_docs(test, ["python"])), round(model.alpha, 6)]
    found += [len(model.dv.similar_by_vector(model.infer_vector(["python"]), topn=3))]
    found.append(model.dv.most_similar(positive=["1"], negative=["2"], topn=2)[0][0] in model.dv)
    frozen = api.Doc2Vec(tagged, dm=0, vector_size=8, min_count=1, epochs=2, workers=1)
    return [*found, model.dv.doesnt_match(["1", "2", "3"]) in model.dv, str(frozen), frozen.dbow]


def losses_of_many_calls(api, folder):
    model = api.Word2Vec(vector_size=8, min_count=1, workers=1, sg=1, negative=3, sample=0)
    model.build_vocab(SENTENCES, progress_per=10_000)
    losses = []
    for epoch in range(3):
        model.train(
            SENTENCES, total_examples=model.corpus_count, epochs=1, compute_loss=True,
            start_alpha=0.05 - epoch / 100, end_alpha=0.04 - epoch / 100,
        )  # fmt: skip
        losses.append(model.get_latest_training_loss() > 0)
    found = [losses, round(model.alpha, 4), round(model.min_alpha, 4), model.train_count]
    logging.getLogger("gensim").setLevel(logging.ERROR)
    report = model.estimate_memory(vocab_size=1_000)
    found += [report["vectors"], report["syn1neg"], report["total"] > 64_000]
    return [*found, hasattr(model, "syn1"), model.sg, model.hs, model.negative, model.cbow_mean]


def sessions_of_items(api, folder):
    draw = random.Random(3)
    purchases = [[f"{draw.randint(0, 9)}" for _ in range(draw.randint(1, 6))] for _ in range(300)]
    model = api.Word2Vec(
        window=10, sg=1, hs=0, negative=10, alpha=0.03, min_alpha=0.0007, seed=14, vector_size=8,
        ns_exponent=-0.5, workers=1,
    )  # fmt: skip
    model.build_vocab(purchases, progress_per=200)
    model.train(purchases, total_examples=model.corpus_count, epochs=2, report_delay=1)
    model.init_sims(replace=True)

    def similar_products(v, n=3):
        return [
            (word, round(score, 1) <= 1) for word, score in model.wv.similar_by_vector(v, n + 1)[1:]
        ]

    def aggregate_vectors(products):
        return np.mean([model.wv[p] for p in products if p in model.wv], axis=0)

    found = [str(model), sorted(model.wv.index_to_key), len(similar_products(model.wv["3"]))]
    found.append([known for _, known in similar_products(aggregate_vectors(purchases[0]))])
    return [*found, np.round(np.linalg.norm(model.wv.vectors, axis=1), 4).tolist(), len(model.wv)]


def sums_of_words(api, folder):
    wv = api.KeyedVectors(5)
    words = [f"w{k}" for k in range(12)]
    wv.add_vectors(words, np.random.default_rng(5).normal(size=(12, 5)))
    target = wv["w1"] - wv["w2"] + wv["w3"]
    found = [rounded(wv.similar_by_vector(target, topn=4)), rounded(wv.most_similar(target))]
    found.append(rounded(wv.most_similar(positive=[wv["w1"], wv["w3"]], negative=[wv["w2"]])))
    found.append(rounded(wv.most_similar(positive=["w1", "w3"], negative=["w2"], topn=3)))
    found.append(rounded(wv.most_similar_cosmul(positive=["w1", "w3"], negative=["w2"], topn=3)))
    found.append([round(float(d), 4) for d in wv.distances("w1", ["w2", "w3"])])
    found.append([round(float(c), 4) for c in wv.cosine_similarities(wv["w1"], wv[["w2", "w3"]])])
    ranks = sorted(words, key=lambda w: -wv.similarity("w1", w))
    found += [ranks, wv.rank("w1", "w2"), wv.closer_than("w1", "w2")]
    unit = wv.get_normed_vectors()
    found += [np.round(unit @ unit[0], 4).tolist(), wv.get_vector("w1", norm=True).shape]
    found.append([w for w, _ in wv.most_similar("w1", topn=12) if w not in ("w3", "w4")])
    return [*found, wv.most_similar("w1", topn=0), wv.most_similar("w1", topn=None).shape]


PROGRAMS = [
    word2vec_tutorial, lee_corpus_tutorial, fasttext_tutorial, rows_of_ngrams, texts_that_are_near,
    phrases_then_words, callbacks_of_epochs, google_news, plots, pipelines, embedding_layers,
    vectors_from_elsewhere, copies_and_processes, names_of_gensim_3, readers_of_files,
    rules_of_words, words_that_stay, documents_that_are_near, losses_of_many_calls,
    sessions_of_items, sums_of_words,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_programs_find_the_same(theirs, program, tmp_path):
    found, expected = run_on_both(program, ours, theirs, tmp_path)
    assert found == expected


def test_phrases_that_gensim_has_saved_are_read(theirs, tmp_path):
    sentences = [["new", "york", "is", "big"], ["bank", "of", "america"]] * 10
    for scoring in ("default", "npmi"):
        saved = theirs.Phrases(
            sentences, min_count=1, threshold=0.1, scoring=scoring,
            connector_words=theirs.ENGLISH_CONNECTOR_WORDS,
        )  # fmt: skip
        saved.add_vocab([["more", "words"]])
        for model in (saved, saved.freeze()):
            model.save(str(tmp_path / "phrases.pkl"))
            found = ours.Phrases.load(str(tmp_path / "phrases.pkl"))
            assert type(found).__name__ == type(model).__name__
            pairs = model.phrasegrams if model is not saved else model.export_phrases()
            assert found.export_phrases() == pytest.approx(pairs)
            assert found.connector_words == model.connector_words
            for sentence in sentences[:2]:
                assert found[sentence] == model[sentence]
