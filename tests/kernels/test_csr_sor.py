"""Threads may share a sweep over a graph only where that changes nothing."""

import numpy as np
import pytest

from sciml.kernels import _pool, threads
from sciml.kernels._inputs import variable_stencil
from sciml.kernels.csr_sor import csr_sor, sweep_chunks
from sciml.solvers.multigrid.graph import GraphHierarchy


@pytest.mark.parametrize("periodic", [False, True])
def test_shared_sweeps_equal_serial_ones(periodic: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    # 12 blocks around a periodic axis alternate in colour
    rng = np.random.default_rng(0)
    stencil = variable_stencil((24, 20, 22), (periodic, False, False), rng, np.float64)
    hierarchy = GraphHierarchy.setup(stencil)
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    with threads(3):
        shared = GraphHierarchy.setup(stencil)
        assert len(shared.levels[0].chunks) == 2
        for each in (hierarchy, shared):
            each.f[:] = np.random.default_rng(1).standard_normal(len(each.f))
        found = shared.cycle().copy()
    with threads(1):
        np.testing.assert_array_equal(found, hierarchy.cycle())


def test_coupled_homes_stay_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    # a ring of three homes: two of the same colour touch
    monkeypatch.setattr(_pool, "SERIAL_BELOW", 0)
    starts, columns = np.array([0, 2, 4, 6], np.int32), np.array([1, 2, 0, 2, 0, 1], np.int32)
    with threads(2):
        chunks = sweep_chunks(starts, columns, np.array([0, 2, 1], np.int32))
        assert [part.tolist() for part in chunks] == [[0, 3]]
        x = csr_sor(starts, columns, np.ones(6), np.full(3, 1 / 3), np.zeros(3), np.ones(3), chunks=chunks)
    np.testing.assert_allclose(x, [1 / 3, 4 / 9, 16 / 27])
