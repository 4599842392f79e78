"""With an empty kernel cache: a second process compiles the cycles while this one compiles and runs the set-up.

Multigrid for variable coefficients calls so many kernels that one core needs twice as long as a user likes
to wait. The processes share the cache on disk and compile different kernels; where one is late the other
compiles the same once more, so neither waits for the other.
"""

import gc
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np

from sciml.cli._settings import Settings
from sciml.kernels import get_threads

__all__ = ["compile_cycles", "second_compiler"]


@contextmanager
def second_compiler(settings: Settings) -> Iterator[Callable[[], None]]:
    """Yield what starts the second process, if `settings` need it and a core is free; it ends with the block.

    Parameters
    ----------
    settings : Settings
        The solve ahead.
    """
    processes: list[subprocess.Popen[bytes]] = []
    wanted = get_threads() > 1 and _needs_graphs(settings)

    def start() -> None:
        if wanted and not processes:
            with suppress(OSError):  # then everything is compiled here
                nothing = subprocess.DEVNULL
                command = [sys.executable, "-m", __name__]
                processes.append(subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing))

    try:
        yield start
    finally:
        for process in processes:  # files of the cache appear complete or not at all
            process.terminate()
            process.wait()


def _needs_graphs(settings: Settings) -> bool:
    """Whether multigrid is likely, with coefficients that vary or an obstacle."""
    varies = any(isinstance(value, str) or not np.isscalar(value) for value in settings.coefficient)
    holes = settings.mask is not None or settings.fixed is not None or bool(settings.regions)
    on_box = settings.problem is None and settings.method in ("auto", "multigrid") and settings.device == "cpu"
    return on_box and (varies or holes)


def compile_cycles() -> None:
    """Call kernels of multigrid on a few cells: the largest first, then from what a solve needs last backwards.

    The solve itself goes the other way, so each kernel is compiled by the process that reaches it first, and where
    they meet only small ones are left, of which both may compile the same.
    """
    from sciml.kernels._colour import SplitVariable, split_zeros
    from sciml.kernels._graph import Graph
    from sciml.kernels._stencil import VariableStencil
    from sciml.kernels.block_graph.numba import row_slab
    from sciml.kernels.cg_residual import cg_residual
    from sciml.kernels.correct_residual import correct_residual
    from sciml.kernels.csr_sor import csr_sor
    from sciml.kernels.csr_transfer import prolong_labels, restrict_labels
    from sciml.kernels.dots import dots
    from sciml.kernels.graph_rows import axis_means, graph_rows
    from sciml.kernels.prolong_sor import prolong_sor
    from sciml.kernels.sor_restrict import sor_restrict
    from sciml.kernels.split_direction import split_direction

    box, two, ones, home = (2, 1, 1), np.zeros(2), np.ones(2), np.arange(2, dtype=np.int32)
    row_slab(0, 2, two, two, two, box, box, two, home, box, home, np.ones(2, np.uint8), two, two, two)
    x, f, p, c0, c1, c2, surplus = (split_zeros(box, np.float32) for _ in range(7))
    stencil, labels = SplitVariable(c0, c1, c2, np.ones_like(x), surplus), np.zeros(x.shape, np.int32)
    sor_restrict(stencil, x, f, two, zero=True, target=labels)
    prolong_sor(stencil, x, f, two, target=labels)

    u, c = np.zeros(box), np.zeros(box)
    correct_residual(VariableStencil(c, c, c, np.ones(box)), p, 0.0, u, np.zeros(box), f, 1.0)
    split_direction(stencil, 0.0, 0.0, x, p, np.empty_like(x), u)
    cg_residual(0.0, np.empty_like(x), f)
    dots(x, f, f)
    dots(u, u, u)
    starts, columns = np.array([0, 1, 2], np.int32), np.array([1, 0], np.int32)
    matrix, vectors = (starts, columns, ones), (ones, two, two.copy())
    csr_sor(*matrix, *vectors, backward=True)
    prolong_labels(home, two, two.copy())
    restrict_labels(*matrix, *vectors, home, two.copy())
    csr_sor(*matrix, *vectors)
    csr_sor(*matrix, *vectors, zero=True)
    graph_rows(Graph(*matrix, ones))
    axis_means(Graph(*matrix, ones), home, box)


if __name__ == "__main__":
    gc.disable()  # a tenth of the time of a compiler whose objects live until the end
    compile_cycles()
