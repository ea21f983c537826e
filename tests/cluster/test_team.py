import pytest

from firth.cluster.team import check_alike, with_place
from firth.errors import (
    ConfigError,
    FirthError,
    MissingExtraError,
    MissingTextError,
    VocabularyError,
)

ALIKE = {"firth": "0.1.0", "python": "3.11.7"}


def test_members_that_run_the_same_programs_are_alike():
    check_alike([{**ALIKE, "host": "one"}, {**ALIKE, "host": "two"}])


@pytest.mark.parametrize(("name", "version"), [("firth", "0.2.0"), ("python", "3.12.1")])
def test_members_that_do_not_are_named_with_their_machines(name, version):
    members = [{**ALIKE, "host": "one"}, {**ALIKE, "host": "two", name: version}]
    told = f"same version of {name}: worker 0 on one has {ALIKE[name]}, worker 1 on two {version}"
    with pytest.raises(ConfigError, match=told):
        check_alike(members)


@pytest.mark.parametrize("kind", [FirthError, ConfigError, MissingTextError, VocabularyError])
def test_errors_of_all_kinds_tell_the_machine(kind):
    assert str(with_place(kind("tea"), 1, "node7")) == "tea (worker 1 on node7)"


def test_a_package_that_one_machine_lacks_is_told_with_the_machine():
    told = str(with_place(MissingExtraError("s3fs"), 1, "node7"))
    assert told == "s3fs is not installed; run: pip install s3fs (worker 1 on node7)"
