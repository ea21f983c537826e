"""What is printed of results: one line stays one line, whatever the names of files hold."""

import os
import subprocess

import pytest

import firth
from firth.cli.app import tell
from firth.io.shell import shell_command

ODD = "a\nb\x1b[2J c"
SHOWN = r"a\nb\x1b[2J c"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("arguments", "suffix"),
    [
        (["count", "text.txt", "--output"], ".txt"),
        (["phrases", "text.txt", "--output"], ".json"),
        (["train", "text.txt", "--dim", "4", "--epochs", "1", "--sample", "0", "--output"], ""),
        (["convert", "vectors"], ".bin"),
        (["combine", "vectors", "vectors", "--output"], ""),
        (["align", "vectors", "vectors", "--output"], ""),
        (["classes", "vectors", "2", "--output"], ".classes"),
        (["plot", "vectors", "--words", "cat,dog,sat", "--output"], ".svg"),
        (["plot", "vectors", "--words", "cat,dog,sat", "--output"], ".html"),
        (["lesson", "--web"], ".html"),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else given,
)
def test_the_line_of_what_was_written_is_one_line(folder, call, tmp_path, arguments, suffix):
    if arguments[0] == "lesson":
        pytest.importorskip("torch")
    if arguments[0] == "plot":
        pytest.importorskip("matplotlib")
    output = tmp_path / f"{ODD}{suffix}"
    done = call(*arguments, str(output), at=folder)
    assert done.returncode == 0, done.stderr
    assert output.exists()
    lines = done.stdout.splitlines()
    assert f"{SHOWN}{suffix}: " in lines[-1]
    assert all(line.isprintable() for line in lines)


def test_a_message_is_one_line_and_keeps_the_spaces_of_names(capsys):
    tell("cannot read my  text.txt:\n\n   no such\tfile")
    assert capsys.readouterr().err == "firth: cannot read my  text.txt: no such\\tfile\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no Bash")
@pytest.mark.parametrize(
    "word", ["my text", "it's", ODD, "\\", "'\\\n'", "茶\u3000\u200c", "\udcff1"]
)
def test_a_command_is_one_line_which_a_shell_reads(word):
    line = shell_command(["printf", "%s", word])
    assert line.isprintable()
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert os.fsdecode(done.stdout) == word


def test_digits_after_what_cannot_be_printed_are_not_part_of_it():
    assert shell_command(["a\nbeef7"]) == r"$'a\012beef7'"


def test_commands_in_messages_quote_names(folder, call, fails, tmp_path):
    firth.load(folder / "vectors").save(tmp_path / "my vectors")
    told = fails("similar", "my vectors", "cat", "--uncertain", at=tmp_path)
    assert "firth replicate 'my vectors' TEXT" in told
    firth.load(folder / "vectors").save(tmp_path / ODD)
    assert rf"firth replicate {shell_command([ODD])} TEXT" in fails(
        "similar", ODD, "cat", "--uncertain", at=tmp_path
    )


def test_vectors_may_be_the_current_folder(folder, call, fails, tmp_path):
    firth.load(folder / "vectors").save(tmp_path / "v")
    told = fails("similar", ".", "cat", "--uncertain", at=tmp_path / "v")
    assert str(tmp_path / "v.replicas") in told
    (tmp_path / "v" / "inner").mkdir()
    assert str(tmp_path / "v.replicas") in fails(
        "similar", "..", "cat", "--uncertain", at=tmp_path / "v" / "inner"
    )
