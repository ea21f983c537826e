"""Who reads the source of a run: the members of a team, each a part of it, or one process."""

import numpy as np
import pytest

from firth import TrainConfig
from firth.cluster.reading import RemoteCorpus
from firth.run_corpus import Reading, RunSource
from thread_team import ThreadTeam

UNITS = 60


@pytest.fixture
def read(tmp_path):
    """Read a text for two workers, with some options of reading and of training."""
    path = tmp_path / "text.txt"
    path.write_text("new york is far\nnew york has tea\ntea has milk\n" * (UNITS // 3))

    def read(*, phrases=0, holdout=0.0, **options):
        reading = Reading("whitespace", False, "strict", "NFC", phrases, None, holdout)
        source = RunSource(str(path), TrainConfig(workers=2, **options), reading, None, ())
        team = ThreadTeam(2)
        try:
            return source.read(team, "hogwild", lambda done, total: None)[0]
        finally:
            team.close()

    return read


def test_members_read_a_text_whose_lines_are_read_alone(read):
    corpus = read()
    assert isinstance(corpus, RemoteCorpus)
    assert corpus.units_read == UNITS


HELD_OUT = [["tea", "has", "milk"], ["new", "york", "has"]]


# NumPy compares each item of an array with a number.
@pytest.mark.parametrize("holdout", [0.2, HELD_OUT, np.array(HELD_OUT)])
def test_one_process_reads_what_is_held_out(read, holdout):
    corpus = read(holdout=holdout)
    assert not isinstance(corpus, RemoteCorpus)
    assert corpus.held_out > 0


def test_one_process_finds_phrases(read):
    corpus = read(phrases=1)
    assert not isinstance(corpus, RemoteCorpus)
    assert corpus.phrases is not None


def test_one_process_numbers_documents(read):
    corpus = read(documents="joint")
    assert not isinstance(corpus, RemoteCorpus)
    assert len(corpus.numbers_of_units()) == UNITS
