"""Real files of gensim, small, of every kind that Firth reads: needs gensim.

python tests/support/gensim_files.py FOLDER
"""

import sys
from pathlib import Path

TEXT = [["tea", "milk", "茶", "sugar"] * 3, ["king", "queen", "tea", "cafe\u0301"] * 4] * 5
# From this size on, arrays lie beside the pickle.
EVERY_ARRAY = 1


def make_files(folder):
    """Write the files, and return what gensim holds of each, by name."""
    from gensim.models import Doc2Vec, FastText, Word2Vec
    from gensim.models.doc2vec import TaggedDocument

    options = {"vector_size": 8, "min_count": 1, "seed": 1, "workers": 1}
    models = {
        "word2vec": Word2Vec(TEXT, **options),
        "softmax": Word2Vec(TEXT, hs=1, negative=0, **options),
        "fasttext": FastText(TEXT, bucket=100, **options),
        "whole": FastText(TEXT, bucket=100, max_n=0, **options),
        "numbers": Doc2Vec([TaggedDocument(u, [n]) for n, u in enumerate(TEXT)], **options),
        "tags": Doc2Vec([TaggedDocument(u, [f"t{n}"]) for n, u in enumerate(TEXT)], **options),
    }
    found = {}
    for name, model in models.items():
        for part, end in ((model, "model"), (model.wv, "kv")):
            found[f"{name}.{end}"] = found[f"{name}-beside.{end}"] = part
            part.save(str(folder / f"{name}.{end}"))
            part.save(str(folder / f"{name}-beside.{end}"), sep_limit=EVERY_ARRAY)
        for protocol in (2, 3, 5):
            found[f"{name}-{protocol}.model"] = model
            model.save(str(folder / f"{name}-{protocol}.model"), pickle_protocol=protocol)
    found["numbers-documents.kv"] = models["numbers"].dv
    models["numbers"].dv.save(str(folder / "numbers-documents.kv"))
    return found


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    make_files(Path(sys.argv[1]))
