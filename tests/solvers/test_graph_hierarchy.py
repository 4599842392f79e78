"""Levels of clusters: exact identities of transfers and operators, symmetric cycles, iteration counts."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import scipy.ndimage as ndi
from numpy.typing import NDArray

from sciml.kernels import threads
from sciml.kernels._graph import Graph
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.block_clusters import block_clusters
from sciml.kernels.block_graph import block_graph
from sciml.kernels.csr_sor import csr_sor
from sciml.kernels.csr_transfer import prolong_labels, restrict_labels
from sciml.kernels.stencil_coarsen import stencil_coarsen
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.pde.operator import StencilOperator
from sciml.solvers.krylov.cg import pcg
from sciml.solvers.multigrid.graph import GraphHierarchy
from sciml.solvers.multigrid.graph_bottom import GraphFactor

Field = NDArray[Any]


def smooth(shape: tuple[int, ...], seed: int = 0) -> Field:
    """A random field with unit variance and features of some cells."""
    g = ndi.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 3, mode="wrap")
    return np.asarray((g - g.mean()) / g.std())


def blobs(shape: tuple[int, ...], inside: float) -> Field:
    g = smooth(shape)
    return np.where(g > np.quantile(g, 0.7), inside, 1.0)


def checkers(shape: tuple[int, ...]) -> Field:
    return np.where(np.sum(np.indices(shape) // 8, axis=0) % 2, 1e4, 1.0)


def speckles(shape: tuple[int, ...]) -> Field:
    return np.random.default_rng(0).random(shape) < 0.5


def every_side(shape: tuple[int, ...], kind: Any) -> dict[str, Boundary]:
    return dict.fromkeys("xyz"[: len(shape)], Boundary(kind))


PROBLEMS: Mapping[str, Callable[[tuple[int, ...]], dict[str, Any]]] = {
    "constant": lambda shape: {},
    "log-normal": lambda shape: {"coefficient": np.exp(2 * smooth(shape))},
    "insulating blobs": lambda shape: {"coefficient": blobs(shape, 1e-6)},
    "conducting blobs": lambda shape: {"coefficient": blobs(shape, 1e6)},
    "checkers": lambda shape: {"coefficient": checkers(shape)},
    "porous": lambda shape: {"mask": smooth(shape) > 0},
    "speckles": lambda shape: {"mask": speckles(shape)},
    "flat cells": lambda shape: {"extent": tuple(float(4**axis) for axis in range(len(shape)))},
    "periodic": lambda shape: {"coefficient": np.exp(2 * smooth(shape)), "boundary": {"x": Boundary("periodic")}},
    "closed": lambda shape: {"coefficient": blobs(shape, 1e3), "boundary": every_side(shape, "neumann")},
}


def operator(name: str, shape: tuple[int, ...]) -> StencilOperator:
    options = PROBLEMS[name](shape)
    coefficient = options.pop("coefficient", 1.0)
    A = poisson(Grid(shape, **options), coefficient, project=True).A
    assert isinstance(A, StencilOperator)
    return A


def dense(graph: Graph) -> tuple[Field, Field]:
    """Edge weights and the matrix of a graph."""
    n = len(graph.s)
    W = np.zeros((n, n))
    W[np.repeat(np.arange(n), np.diff(graph.starts)), graph.columns] = graph.weights
    return W, np.diag(graph.s + W.sum(axis=1)) - W


class TwoLevel:
    """Gauss-Seidel in natural order on the box, one cycle of the hierarchy below it."""

    def __init__(self, A: StencilOperator, hierarchy: GraphHierarchy) -> None:
        matrix = A.tocsr()
        self.d = A.diagonal()
        matrix.setdiag(0)
        matrix.eliminate_zeros()
        self.rows = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), -matrix.data
        self.inverse = np.divide(1, self.d, out=np.zeros_like(self.d), where=self.d > 0)
        self.hierarchy = hierarchy
        self.labels = hierarchy.labels.ravel()

    def __call__(self, r: Field, z: Field) -> None:
        csr_sor(*self.rows, self.inverse, z, r, sweeps=2, zero=True)
        coarse = np.empty(len(self.hierarchy.f))
        self.hierarchy.f[:] = restrict_labels(*self.rows, self.d, z, r, self.labels, coarse)
        prolong_labels(self.labels, self.hierarchy.cycle().astype(np.float64), z)
        csr_sor(*self.rows, self.inverse, z, r, sweeps=2, backward=True)


def iterations(A: StencilOperator, hierarchy: GraphHierarchy) -> int:
    b = np.random.default_rng(1).standard_normal(A.shape[0])
    b[A.diagonal() == 0] = 0
    if A.nullspace is not None:
        A.nullspace.project(b)
    run = pcg(A, b, M=TwoLevel(A, hierarchy), rtol=1e-8, maxiter=60, flexible=True)
    assert run.status.value == "converged"
    return len(run.history) - 1


# Measured in two and three dimensions, and one more.
COUNTS = {
    "constant": (7, 8), "log-normal": (10, 9), "insulating blobs": (11, 9), "conducting blobs": (11, 10),
    "checkers": (9, 10), "porous": (10, 9), "speckles": (17, 15), "flat cells": (11, 8), "periodic": (10, 9),
    "closed": (11, 10),
}


@pytest.mark.parametrize("shape", [(96, 96), (24, 26, 28)], ids=["2d", "3d"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_iterations_do_not_depend_on_the_coefficient(name: str, shape: tuple[int, ...]) -> None:
    A = operator(name, shape)
    hierarchy = GraphHierarchy.setup(A.variable())
    assert hierarchy.levels[0].size > 500
    assert iterations(A, hierarchy) <= COUNTS[name][len(shape) - 2]


def test_jumps_from_cell_to_cell_do_not_stall() -> None:
    A = poisson(Grid((128, 128)), np.exp(3 * np.random.default_rng(0).standard_normal((128, 128)))).A
    hierarchy = GraphHierarchy.setup(A.variable())
    assert hierarchy.table()[-1][0] < 4000
    assert iterations(A, hierarchy) <= 25


def test_theta_gives_way_where_factors_would_fill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sciml.solvers.multigrid.graph.LARGE", {True: 500, False: 500})
    A = poisson(Grid((14, 14, 14)), np.exp(6 * np.random.default_rng(0).standard_normal((14, 14, 14)))).A
    assert GraphHierarchy.setup(A.variable()).table()[-1][0] <= 500


@pytest.mark.parametrize(
    "shape",
    [(37,), (1,), (2, 3), (41, 67), (97, 5), (13, 15, 11), (1, 33, 20), (3, 3, 3)],
    ids=str,
)
@pytest.mark.parametrize("boundary", ["dirichlet", "neumann", "periodic"])
def test_any_size_converges(shape: tuple[int, ...], boundary: str) -> None:
    mask = np.random.default_rng(2).random(shape) < 0.8
    mask.flat[0] = True
    A = poisson(Grid(shape, boundary=every_side(shape, boundary), mask=mask), project=True).A
    b = np.random.default_rng(1).standard_normal(A.shape[0]) * mask.ravel()
    if A.nullspace is not None:
        A.nullspace.project(b)
    if b.any():
        assert iterations(A, GraphHierarchy.setup(A.variable())) <= 14


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_cycle_is_symmetric_and_positive(name: str, dtype: str) -> None:
    hierarchy = GraphHierarchy.setup(operator(name, (80, 84)).variable(), dtype=dtype)
    assert len(hierarchy.levels) > 1
    f, g = np.random.default_rng(0).standard_normal((2, len(hierarchy.f)))
    for v in (f, g):  # within the range: sums over clusters of something without floating means
        v[:] = fine_residual(hierarchy, v)
    hierarchy.f[:] = f
    Mf = hierarchy.cycle().astype(np.float64)
    hierarchy.f[:] = g
    Mg = hierarchy.cycle().astype(np.float64)
    size = np.sqrt(abs(f @ Mf) * abs(g @ Mg))
    assert abs(g @ Mf - f @ Mg) <= {"float32": 1e-5, "float64": 1e-12}[dtype] * size
    assert f @ Mf > 0
    assert g @ Mg > 0


def fine_residual(hierarchy: GraphHierarchy, x: Field) -> Field:
    """A x on the first graph level."""
    graph = hierarchy.levels[0].graph
    rows = np.repeat(np.arange(len(x)), np.diff(graph.starts))
    result = graph.s * x
    np.add.at(result, rows, graph.weights * (x[rows] - x[graph.columns]))
    return np.asarray(result)


def test_two_cycles_are_one_and_its_correction() -> None:
    hierarchy = GraphHierarchy.setup(operator("log-normal", (64, 64)).variable(), dtype=np.float64)
    f = np.random.default_rng(0).standard_normal(len(hierarchy.f))
    hierarchy.f[:] = f
    once = hierarchy.cycle().copy()
    twice = hierarchy.cycle(zero=False).copy()
    hierarchy.f[:] = f - fine_residual(hierarchy, once)
    np.testing.assert_allclose(twice, once + hierarchy.cycle(), atol=1e-12 * np.abs(twice).max())


@pytest.mark.parametrize("ratio", [(2, 2, 2), (1, 2, 2), (2, 1, 2)])
def test_constant_coefficients_give_the_halved_galerkin_box(ratio: tuple[int, int, int]) -> None:
    A = poisson(Grid((8, 6, 10), (8.0, 6.0, 10.0))).A.variable()
    clusters = block_clusters(A, ratio)
    graph = block_graph(A, ratio, clusters, np.float64)
    box = stencil_coarsen(A, ratio)
    W, _ = dense(graph)
    expected = np.zeros_like(W)
    for axis, c in enumerate(box[:3]):
        here, there = clusters.first.ravel(), np.roll(clusters.first, -1, axis).ravel()
        np.add.at(expected, (here, there), c.ravel())
        np.add.at(expected, (there, here), c.ravel())
    np.testing.assert_allclose(W, expected, rtol=1e-14)
    if ratio == (2, 2, 2):
        d = box.d.ravel()[np.argsort(clusters.first.ravel())]
        np.testing.assert_allclose(W.sum(axis=1) + graph.s, d, rtol=1e-13)


@pytest.mark.parametrize("name", ["log-normal", "porous", "speckles", "closed"])
def test_every_level_is_symmetric_and_sees_constants_through_its_pins_only(name: str) -> None:
    hierarchy = GraphHierarchy.setup(operator(name, (16, 18, 20)).variable(), dtype=np.float64)
    for level in hierarchy.levels:
        W, A = dense(level.graph)
        assert (level.graph.weights > 0).all()
        assert not W.diagonal().any()
        np.testing.assert_allclose(W, W.T, rtol=1e-12)
        np.testing.assert_allclose(A.sum(axis=1), level.graph.s, atol=1e-12 * level.d.max())
    if name == "closed":
        assert not hierarchy.levels[-1].graph.s.any()


@pytest.mark.parametrize("shape", [(40, 44), (14, 12, 10)], ids=["2d", "3d"])
def test_labels_partition_the_cells_into_connected_pieces_of_blocks(shape: tuple[int, ...]) -> None:
    stencil = operator("speckles", shape).variable()
    hierarchy = GraphHierarchy.setup(stencil)
    labels = hierarchy.labels
    assert ((labels >= 0) == (stencil.d > 0)).all()
    assert (np.unique(labels[labels >= 0]) == np.arange(len(hierarchy.f))).all()
    block = np.ravel_multi_index(
        tuple(np.indices(labels.shape) // np.reshape(hierarchy.ratio, (3, 1, 1, 1))), labels.shape
    )
    for label in range(0, len(hierarchy.f), 7):
        cells = labels == label
        assert len(np.unique(block[cells])) == 1
        assert ndi.label(cells)[1] == 1


def test_restriction_is_the_transpose_of_prolongation() -> None:
    level = GraphHierarchy.setup(operator("speckles", (60, 60)).variable(), dtype=np.float64).levels[0]
    rng = np.random.default_rng(0)
    assert level.labels is not None
    r, e = rng.standard_normal(level.size), rng.standard_normal(level.labels.max() + 1)
    level.x[:], level.f[:] = 0, r
    coarse = np.empty_like(e)
    level.restrict(coarse)
    assert coarse @ e == pytest.approx(r @ prolong_labels(level.labels, e, np.zeros(level.size)), rel=1e-12)


@pytest.mark.parametrize("axis", [0, 1])
def test_stacked_problems_stay_apart(axis: int) -> None:
    """Several 2-D problems along a kernel axis without conductance are solved as they are alone."""
    A = operator("log-normal", (32, 48)).variable()
    shape = (3, 32, 48) if axis == 0 else (32, 3, 48)

    def repeat(part: Field) -> Field:
        flat = part.reshape(32, 48)
        return np.ascontiguousarray(np.broadcast_to(flat if axis == 0 else flat[:, None], shape))

    faces = {0: (np.zeros(shape), repeat(A.c0), repeat(A.c2)), 1: (repeat(A.c0), np.zeros(shape), repeat(A.c2))}[axis]
    stacked = GraphHierarchy.setup(VariableStencil(*faces, repeat(A.d)), omega=1.15, dtype=np.float64)
    alone = GraphHierarchy.setup(A, omega=1.15, dtype=np.float64)
    assert stacked.ratio[axis] == 1
    assert stacked.table()[0][0] == 3 * alone.table()[0][0]
    r = np.random.default_rng(0).standard_normal(alone.labels.shape)
    alone.f[:] = np.bincount(alone.labels.ravel(), weights=r.ravel())
    many = repeat(r) * np.array([1.0, 0.0, -2.0]).reshape((3, 1, 1) if axis == 0 else (1, 3, 1))
    stacked.f[:] = np.bincount(stacked.labels.ravel(), weights=many.ravel())
    one = alone.cycle()[alone.labels].reshape(32, 48)
    each = np.moveaxis(stacked.cycle()[stacked.labels], axis, 0)
    assert not each[1].any()
    scale = np.abs(one).max()
    np.testing.assert_allclose(each[2], -2 * each[0], atol=1e-12 * scale)
    np.testing.assert_allclose(each[0], one, atol=1e-1 * scale)


def test_weak_axes_are_not_coarsened() -> None:
    hierarchy = GraphHierarchy.setup(operator("flat cells", (24, 24, 24)).variable())
    assert hierarchy.ratio == (2, 1, 1)


def test_nothing_to_coarsen_is_solved_exactly() -> None:
    """Cells without a face between them: each is its own label."""
    zero, d = np.zeros((2, 1, 3)), np.array([[[1.0, 2.0, 0.0]], [[4.0, 0.0, 5.0]]])
    hierarchy = GraphHierarchy.setup(VariableStencil(zero, zero, zero, d))
    assert hierarchy.ratio == (1, 1, 1)
    hierarchy.f[:] = 1
    x = hierarchy.cycle()
    np.testing.assert_allclose(x[hierarchy.labels[d > 0]], 1 / d[d > 0], rtol=1e-6)


def test_floating_pockets_are_solved_up_to_a_constant() -> None:
    graph = GraphHierarchy.setup(operator("speckles", (20, 20)).variable(), dtype=np.float64).levels[0].graph
    W, A = dense(graph)
    f = A @ np.random.default_rng(0).standard_normal(len(A))
    x = GraphFactor(graph, graph.s + W.sum(axis=1)).solve(f, np.empty_like(f))
    np.testing.assert_allclose(A @ x, f, atol=1e-11 * np.abs(f).max())


def test_levels_do_not_depend_on_threads() -> None:
    stencil = operator("conducting blobs", (44, 40, 40)).variable()
    results = []
    for count in (1, 2):
        with threads(count):
            hierarchy = GraphHierarchy.setup(stencil)
            hierarchy.f[:] = np.random.default_rng(0).standard_normal(len(hierarchy.f))
            results.append((hierarchy.labels, hierarchy.cycle().copy()))
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)
