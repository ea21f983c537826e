import pytest

from firth.cluster.team import check_alike
from firth.errors import ConfigError

ALIKE = {"firth": "0.1.0", "python": "3.11.7"}


def test_members_that_run_the_same_programs_are_alike():
    check_alike([{**ALIKE, "host": "one"}, {**ALIKE, "host": "two"}])


@pytest.mark.parametrize(("name", "version"), [("firth", "0.2.0"), ("python", "3.12.1")])
def test_members_that_do_not_are_named_with_their_machines(name, version):
    members = [{**ALIKE, "host": "one"}, {**ALIKE, "host": "two", name: version}]
    told = f"same version of {name}: worker 0 on one has {ALIKE[name]}, worker 1 on two {version}"
    with pytest.raises(ConfigError, match=told):
        check_alike(members)
