"""Differentiable solves: gradients of any order are those of finite differences, one set-up serves all of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from sciml._errors import ConvergenceError, InputError
from sciml.kernels._stencil import VariableStencil
from sciml.kernels.torch import Pattern, TensorStencil, stencil_of_faces
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.pde.from_stencil import operator_from_stencil
from sciml.solvers import CG, DCDM, PCG, Direct, Multigrid, SolverWarning, solve, torch_setup, torch_solve

RNG = np.random.default_rng(0)


def numbers(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def matrix(symmetric: bool) -> tuple[Pattern, Tensor]:
    """Diagonally dominant, on a random pattern that holds the diagonal."""
    dense = RNG.standard_normal((6, 6)) * (RNG.random((6, 6)) < 0.4)
    dense = dense + dense.T if symmetric else dense
    np.fill_diagonal(dense, 1 + np.abs(dense).sum(axis=1))
    A = csr_array(dense)
    return Pattern.from_rows(A.indptr, A.indices), torch.from_numpy(A.data).requires_grad_()


def faces(*inner: Tensor) -> list[Tensor]:
    """Conductances across each axis with nothing behind the last cell."""
    return [torch.cat([c, torch.zeros_like(c.narrow(axis, 0, 1))], axis) for axis, c in enumerate(inner)]


def line(c: Tensor, b: Tensor) -> Tensor:
    """Two parts in a row, which nothing holds."""
    cut = torch.cat([c[:3], torch.zeros(1, dtype=c.dtype), c[3:]])
    return torch_solve(stencil_of_faces(faces(cut)), b, rtol=1e-12)


def plane(c0: Tensor, c1: Tensor, s: Tensor, b: Tensor) -> Tensor:
    return torch_solve(stencil_of_faces(faces(c0, c1), s), b, rtol=1e-12)


SYMMETRIC, GENERAL = matrix(symmetric=True), matrix(symmetric=False)
POISSON = poisson(Grid((4, 3)), coefficient="1 + x").A
FUNCTIONS: dict[str, tuple[Callable[..., Tensor], tuple[Tensor, ...]]] = {
    "general": (lambda v, b: torch_solve((GENERAL[0], v), b, rtol=1e-13), (GENERAL[1], numbers(6))),
    "symmetric": (lambda v, b: torch_solve((SYMMETRIC[0], v), b, rtol=1e-13), (SYMMETRIC[1], numbers(2, 6))),
    "stencil": (plane, (numbers(2, 3).exp(), numbers(3, 2).exp(), numbers(3, 3).exp(), numbers(2, 3, 3))),
    "periodic": (
        lambda c, b: torch_solve(stencil_of_faces([c], 1.0), b, rtol=1e-12), (numbers(5).exp(), numbers(1, 1, 5))
    ),
    "floating": (line, (numbers(5).exp(), numbers(2, 7))),
    "fixed": (lambda b: torch_solve(POISSON, b, rtol=1e-12), (numbers(2, 2, 4, 3),)),
}


@pytest.mark.parametrize(("function", "given"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_gradients_of_first_and_second_order(function: Callable[..., Tensor], given: tuple[Tensor, ...]) -> None:
    given = tuple(part.detach().requires_grad_() for part in given)
    assert gradcheck(function, given)
    assert gradgradcheck(function, given)


@pytest.mark.parametrize(("pattern", "values"), [SYMMETRIC, GENERAL], ids=["symmetric", "general"])
def test_solutions_and_gradients_are_those_of_a_dense_solve(pattern: Pattern, values: Tensor) -> None:
    b = numbers(3, 6)
    rows = torch.repeat_interleave(torch.arange(6), torch.diff(pattern.starts.long()))
    dense = torch.zeros(6, 6, dtype=torch.float64).index_put((rows, pattern.columns.long()), values)
    expected = torch.linalg.solve(dense, b.T).T
    found = torch_solve((pattern, values), b, rtol=1e-14)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)
    for a, e in zip(*(torch.autograd.grad(x.sin().sum(), (values, b)) for x in (found, expected)), strict=True):
        torch.testing.assert_close(a, e, rtol=1e-11, atol=1e-13)


def stencil_of_coefficient(k: Tensor) -> TensorStencil:
    """-div(k grad u) on cells of the unit square, u = 0 on its sides."""
    h = [1 / n for n in k.shape]
    inner = [
        2 * k.narrow(a, 1, n - 1) * k.narrow(a, 0, n - 1) / (k.narrow(a, 1, n - 1) + k.narrow(a, 0, n - 1)) / h[a] ** 2
        for a, n in enumerate(k.shape)
    ]
    sides = torch.zeros_like(k)
    sides[0], sides[-1] = 2 * k[0] / h[0] ** 2, 2 * k[-1] / h[0] ** 2
    x = torch.zeros_like(k)
    x[:, 0], x[:, -1] = 2 * k[:, 0] / h[1] ** 2, 2 * k[:, -1] / h[1] ** 2
    return stencil_of_faces(faces(*inner), sides + x)


@pytest.mark.parametrize(
    "solver", [None, Multigrid(), PCG(), DCDM(), PCG("dcdm")], ids=["auto", "multigrid", "pcg", "dcdm", "pcg dcdm"]
)
def test_gradient_by_the_coefficient_of_a_poisson_problem(solver: Any) -> None:
    grid, shape = Grid((32, 24)), (32, 24)
    k = np.exp(RNG.standard_normal(shape))
    change, weights = RNG.standard_normal((2, *shape))

    def loss(k: np.ndarray) -> float:
        system = poisson(grid, coefficient=k)
        return float(np.sum(weights * solve(system.A, system.b, Direct()).x ** 2))

    tensor = torch.from_numpy(k).requires_grad_()
    x = torch_solve(stencil_of_coefficient(tensor), torch.ones(shape, dtype=torch.float64), solver, rtol=1e-10)
    np.testing.assert_allclose(np.sum(weights * x.detach().numpy() ** 2), loss(k), rtol=1e-9)
    (torch.from_numpy(weights) * x**2).sum().backward()
    assert tensor.grad is not None
    step = 1e-4
    # of fourth order
    near, far = ((loss(k + s * change) - loss(k - s * change)) / (2 * s) for s in (step, 2 * step))
    assert float((tensor.grad * torch.from_numpy(change)).sum()) == pytest.approx((4 * near - far) / 3, rel=1e-6)


class Counting:
    """A solver that counts its set-ups and solves."""

    method = "direct"

    def __init__(self) -> None:
        self.setups = self.solves = 0

    def setup(self, A: Any) -> Any:
        self.setups += 1
        return Direct().setup(A)

    def solve(self, state: Any, b: Any, x0: Any = None, **limits: Any) -> Any:
        self.solves += 1
        return Direct().solve(state, b, x0, **limits)


@pytest.mark.parametrize(
    ("A", "setups"), [(SYMMETRIC, 1), (GENERAL, 2), (POISSON, 1)], ids=["symmetric", "general", "box"]
)
def test_a_symmetric_operator_is_set_up_once_for_all_orders(A: Any, setups: int) -> None:
    solver, b = Counting(), numbers(4, 3) if A is POISSON else numbers(6)
    x = torch_solve(A, b, solver)
    (g,) = torch.autograd.grad((x**3).sum(), b, create_graph=True)
    torch.autograd.grad((g**2).sum(), b)
    assert solver.setups == setups
    assert solver.solves == 4  # x, its adjoint, and the adjoints of both


def test_floating_components_lose_their_means() -> None:
    b, c = numbers(7).detach(), torch.ones(5, dtype=torch.float64)
    x = line(c, b)
    for part in (slice(0, 4), slice(4, 7)):
        assert abs(float(x[part].mean())) < 1e-14
    expected = b.clone()
    expected[:4] -= expected[:4].mean()
    expected[4:] -= expected[4:].mean()
    stencil = stencil_of_faces(faces(torch.cat([c[:3], torch.zeros(1), c[3:]])))
    A = operator_from_stencil(VariableStencil(*(part.numpy() for part in stencil)))
    np.testing.assert_allclose(A.apply(x.numpy()), expected, atol=1e-13)


@pytest.mark.parametrize("shape", [(9, 8), (5, 4, 6), (12,)])
@pytest.mark.parametrize("walls", [False, True])
@pytest.mark.parametrize("kind", ["dirichlet", "neumann", "periodic"])
def test_cells_and_components_are_read_off_the_entries(shape: tuple[int, ...], walls: bool, kind: str) -> None:
    mask = RNG.random(shape) < 0.6 if walls else None
    sides = {axis: Boundary(kind if axis == "x" else "neumann") for axis in "xyz"[: len(shape)]}
    grid = Grid(shape, boundary=sides, mask=mask)
    given = poisson(grid, coefficient=np.exp(RNG.standard_normal(shape)), source=0.0).A
    found = operator_from_stencil(given.variable())
    assert found.grid_shape == given.grid_shape
    assert abs(found.tocsr() - given.tocsr()).max() == 0
    u = np.random.default_rng(1).standard_normal(shape)
    u[given.diagonal().reshape(shape) == 0] = 0  # walls, and lone cells, which have no entry to be told from walls by
    a, b = (u.copy() if A.nullspace is None else A.nullspace.project(u.copy()) for A in (found, given))
    np.testing.assert_allclose(a, b, atol=1e-13)


def test_precision_and_shape_are_those_of_the_right_hand_side() -> None:
    b = torch.ones(2, 3, 12)
    x = torch_solve(POISSON, b)
    assert (x.dtype, x.shape) == (torch.float32, b.shape)
    expected = solve(POISSON, np.ones((4, 3))).x.ravel()
    np.testing.assert_allclose(x[1, 2], expected, rtol=1e-6)
    values = SYMMETRIC[1].detach().float().requires_grad_()
    torch_solve((SYMMETRIC[0], values), torch.ones(6)).sum().backward()
    assert values.grad is not None
    assert values.grad.dtype == torch.float32


def test_a_system_is_set_up_once_for_many_right_hand_sides() -> None:
    solver = Counting()
    pattern, values = GENERAL[0], GENERAL[1].detach().clone().requires_grad_()
    system = torch_setup((pattern, values), solver)
    for seed in range(3):
        b = numbers(6, seed=seed)
        found, expected = (
            torch.autograd.grad(x.square().sum(), (values, b))
            for x in (system.solve(b), torch_solve((pattern, values), b, Direct()))
        )
        for a, e in zip(found, expected, strict=True):
            torch.testing.assert_close(a, e, rtol=1e-12, atol=1e-14)
    assert solver.setups == 2  # A and its transpose


def test_a_system_whose_values_were_changed_is_refused() -> None:
    values = GENERAL[1].detach().clone()
    system = torch_setup((GENERAL[0], values))
    values *= 2
    with pytest.raises(InputError, match="set the system up again"):
        system.solve(numbers(6))


def test_a_solve_that_fails_raises() -> None:
    A = poisson(Grid((30, 30)), coefficient="1 + x").A
    with pytest.raises(ConvergenceError, match="max_iterations"):
        torch_solve(A, numbers(30, 30), CG(), maxiter=2)


def test_a_gradient_that_fails_raises() -> None:
    A = poisson(Grid((30, 30), boundary={"x": Boundary("periodic")})).A
    b = torch.ones(30, 30, dtype=torch.float64, requires_grad=True)
    x = torch_solve(A, b, CG(), maxiter=40)  # smooth across, so that few iterations do
    with pytest.raises(ConvergenceError, match="max_iterations"):
        x.backward(numbers(30, 30).detach())


def test_the_next_method_takes_over_as_in_solve() -> None:
    pattern = Pattern.from_rows([0, 2, 4], [0, 1, 0, 1])
    singular, b = torch.tensor([1.0, 1.0, 1.0, 1.0]), torch.tensor([1.0, 1.0])
    with pytest.warns(SolverWarning, match="going on"):
        x = torch_solve((pattern, singular), b)
    torch.testing.assert_close(x, torch.tensor([0.5, 0.5]))


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: torch_solve((SYMMETRIC[0], numbers(3)), numbers(6)), "a value an entry"),
        (lambda: torch_solve((Pattern.from_rows([0, 1], [1], 2), numbers(1)), numbers(1)), "square"),
        (lambda: torch_solve(SYMMETRIC, numbers(5)), "\\(\\.\\.\\., 6\\)"),
        (lambda: torch_solve(SYMMETRIC, torch.ones(6)), "float64 for all"),
        (lambda: torch_solve(POISSON, torch.ones(12, dtype=torch.int64)), "float64 for all"),
        (lambda: torch_solve(POISSON, numbers(3, 4)), "\\(4, 3\\)"),
        (lambda: torch_solve(POISSON, numbers(12), rtol=0.0), "both 0"),
        (lambda: torch_solve(stencil_of_faces([torch.tensor([1.0, torch.nan])]), torch.ones(2)), "not finite"),
        (lambda: torch_solve(POISSON, torch.full((12,), torch.nan)), "not finite"),
    ],
)
def test_what_does_not_fit_is_told(wrong: Callable[[], Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        wrong()
