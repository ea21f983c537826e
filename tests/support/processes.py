"""Running Python in a process of its own."""

import subprocess
import sys


def run_python(*arguments, **options):
    """Run Python with these arguments; return the process that ended, with its output as text."""
    defaults = {"capture_output": True, "encoding": "utf-8", "check": False}
    return subprocess.run([sys.executable, *arguments], **{**defaults, **options})


def output_of(*arguments, **options):
    """Return what Python prints with these arguments, and expect that it ends well."""
    done = run_python(*arguments, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def begin_python(*arguments, **options):
    """Begin Python with these arguments; return the process, which keeps its output as text."""
    defaults = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return subprocess.Popen([sys.executable, *arguments], **{**defaults, **options})
