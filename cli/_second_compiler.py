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
    return settings.method in ("auto", "multigrid") and (varies or holes)


def compile_cycles() -> None:
    """Call, on a few cells, what multigrid uses once its first graph stands, in that order.

    Two parts of the first graph come before, so that both processes have about as much to compile.
    """
    from sciml.kernels._colour import SplitVariable, split_zeros
    from sciml.kernels._graph import Graph
    from sciml.kernels._stencil import VariableStencil
    from sciml.kernels.block_graph.numba import face_slab, surplus_slab
    from sciml.kernels.cg_direction import cg_direction
    from sciml.kernels.cg_residual import cg_residual
    from sciml.kernels.colour_layout import colour_merge
    from sciml.kernels.dots import dots
    from sciml.kernels.graph_rows import graph_rows
    from sciml.kernels.prolong_sor import prolong_sor
    from sciml.kernels.sor_restrict import sor_restrict
    from sciml.kernels.stencil_apply import stencil_apply
    from sciml.solvers.multigrid.graph import GraphHierarchy
    from sciml.solvers.multigrid.graph_bottom import GraphFactor
    from sciml.solvers.multigrid.graph_levels import Blocks, coarsen_graph, graph_level

    box = 2, 1, 1
    c, d, out = np.zeros(box), np.ones(box), np.empty((1, 1, 1))
    face_slab(0, 1, c, c, c, box, c, out, out, out)
    surplus_slab(0, 1, c, c, c, d, box, c, np.zeros(box, np.int32), np.zeros(1))

    starts, columns = np.array([0, 1, 2], np.int32), np.array([1, 0], np.int32)
    graph, home = Graph(starts, columns, np.ones(2), np.ones(2)), np.arange(2, dtype=np.int32)
    diagonal, heaviest = graph_rows(graph)
    levels = [graph_level(graph, diagonal, home)]
    coarser = coarsen_graph(levels[0], Blocks((2, 1, 1), home, heaviest, heaviest), 0.03)
    if coarser is not None:
        levels.append(coarser[0])
    bottom = GraphFactor(levels[-1].graph, levels[-1].d)
    hierarchy = GraphHierarchy((2, 1, 1), home, levels, bottom, 1.2)

    x, f, c0, c1, c2, surplus = (split_zeros(box, np.float32) for _ in range(6))
    stencil, labels = SplitVariable(c0, c1, c2, np.ones_like(x), surplus), np.zeros(x.shape, np.int32)
    sor_restrict(stencil, x, f, hierarchy.f, zero=True, target=labels)
    hierarchy.cycle()
    prolong_sor(stencil, x, f, hierarchy.x, target=labels)
    prolong_sor(stencil, x, f, split_zeros((1, 1, 1), np.float32), n2=1, target=box)  # where a box lies between
    z, p, u, q = (np.zeros(box) for _ in range(4))
    colour_merge(x, z, 1.0)
    natural = VariableStencil(c, c, c, d)
    dots(z, p, q)
    cg_direction(natural, 0.0, 0.0, z, p, u, q)
    cg_residual(0.0, q, p)
    stencil_apply(natural, u, out=q)


if __name__ == "__main__":
    gc.disable()  # a tenth of the time of a compiler whose objects live until the end
    compile_cycles()
