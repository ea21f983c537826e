"""Compile the kernels for an H100 or H200, and check that they fit; needs no GPU."""

import sys

from triton import compile as compile_kernel
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from firth.gpu.engine import shape_of
from firth.gpu.kernel import Tables, Windows, train_kernel
from firth.gpu.lists import Drawn, Form, Piece, list_kernel, subsample_kernel
from firth.training import TrainConfig

TABLES = Tables("*fp32", "*fp32", "*fp32", "*fp32", "*i64", "*i32", "*fp32")
WINDOWS = Windows("*i32", "*i64", "*i64", "*fp32", "*i32", "*i32", "*i32")
PIECE, DRAWN = Piece("*i32", "*i64", "*i64"), Drawn("*i64", "*i64")
FORM = Form(reach=5, shrink=True, negative=5, block=1024)
# Bytes of shared memory that a program may have.
SHARED = 227 * 1024
MODELS = (
    {"dim": 100},
    {"dim": 300},
    {"dim": 100, "model": "cbow"},
    {"dim": 100, "subwords": (3, 6)},
)


def check(kernel, signature, constants, warps):
    """Compile a kernel."""
    source = ASTSource(kernel, signature=signature, constexprs=constants)
    options = {"num_warps": warps, "num_stages": 1, "enable_fp_fusion": True}
    made = compile_kernel(source, target=GPUTarget("cuda", 90, 32), options=options)
    if "cubin" in made.asm and made.metadata.shared <= SHARED:
        sys.stdout.write("compiled\n")


def main():
    """Compile each."""
    for options in MODELS:
        shape = shape_of(TrainConfig(**options), trains=True, precision="tf32")
        arguments = {"tables": TABLES, "listed": WINDOWS, "losses": "*fp64", "pairs": "*i64"}
        check(train_kernel, {**arguments, "SHAPE": "constexpr"}, {"SHAPE": shape}, shape.warps)
    arguments = {"piece": PIECE, "drawn": DRAWN}
    check(subsample_kernel, {**arguments, "kept": "*i32", "FORM": "constexpr"}, {"FORM": FORM}, 4)
    arguments |= {"ends": "*i64", "units": "*i64", "course": "*fp64", "listed": WINDOWS}
    check(list_kernel, {**arguments, "FORM": "constexpr"}, {"FORM": FORM}, 4)


if __name__ == "__main__":
    main()
