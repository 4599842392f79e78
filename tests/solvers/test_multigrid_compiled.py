"""Cold starts stay short: few compiled variants, cycles in single precision only, no torch."""

import subprocess
import sys

# Runs ordinary solves and prints, per kernel called, its name and the element type of the iterate of each variant.
SCRIPT = """
import sys
import numpy as np
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.solvers import Multigrid, solve

rng = np.random.default_rng(0)
for shape in ((64,), (40, 40), (41, 39), (256, 256), (16, 16, 16), (15, 12, 13), (64, 32, 32)):
    for sides in ({}, {"x": Boundary("periodic"), **({"y-": Boundary("neumann")} if len(shape) > 1 else {})}):
        for k in (1.0, rng.uniform(0.1, 10.0, shape)):
            for mask in (None, rng.random(shape) < 0.9):
                system = poisson(Grid(shape, boundary=sides, mask=mask), k, rng.standard_normal(shape), project=True)
                assert solve(system.A, system.b, Multigrid(), rtol=1e-7).converged
assert "torch" not in sys.modules
seen = set()
for name, module in sorted(sys.modules.items()):
    if name.startswith("sciml.kernels."):
        for dispatcher in vars(module).values():
            if hasattr(dispatcher, "signatures") and dispatcher.signatures and id(dispatcher) not in seen:
                seen.add(id(dispatcher))
                for signature in dispatcher.signatures:
                    arrays = {str(t.dtype) for t in signature if hasattr(t, "ndim") and t.ndim == 4}
                    print(dispatcher.py_func.__module__.split(".")[2], dispatcher.__name__, *sorted(arrays))
"""


def test_variants_are_few_and_torch_stays_out() -> None:
    # The second process loads from the cache what it calls, and nothing of what that calls in turn.
    for _ in range(2):
        process = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr
    variants = [line.split() for line in process.stdout.splitlines()]
    cycles = [words for words in variants if words[0] in ("sor_restrict", "prolong_sor")]
    assert cycles
    assert all("float64" not in words for words in cycles)
    assert len(cycles) <= 6
    assert len(variants) <= 50
