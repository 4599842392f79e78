"""A cycle filled with classical kernels is the classical V-cycle, assembled here from sparse matrices."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, eye_array, kron
from scipy.sparse.linalg import LinearOperator, cg

from sciml._errors import InputError
from sciml.models.mgno import CycleSettings, VCycle
from sciml.models.mgno.poisson import difference_stencil, from_poisson

Vector = NDArray[np.float64]
Line = tuple[str, str]


def second_difference(n: int, h: float, line: Line, cells: bool) -> csr_array:
    """-d2/dx2 of `n` unknowns with the ends eliminated by hand."""
    A = diags_array([-np.ones(n - 1), 2 * np.ones(n), -np.ones(n - 1)], offsets=[-1, 0, 1]).tolil()
    for end, neighbour, kind in ((0, 1, line[0]), (n - 1, n - 2, line[1])):
        if kind == "periodic":
            A[end, n - 1 - end] -= 1
        elif cells:
            A[end, end] += 1 if kind == "dirichlet" else -1
        elif kind == "neumann":
            A[end, neighbour] = -2
    return csr_array(A) / h**2


def interpolation(n: int, line: Line, cells: bool) -> csr_array:
    """Linear interpolation by the positions of the unknowns, in spacings from the left end."""
    count = intervals(n, line, cells) // 2
    fine = np.arange(n) + (0.5 if cells else float(line[0] == "dirichlet"))
    m = size(count, line, cells)
    coarse = 2 * (np.arange(m) + (0.5 if cells else float(line[0] == "dirichlet")))
    P = np.zeros((n, m))
    for j, x in enumerate(coarse):
        hat = np.maximum(0, 1 - np.abs(fine - x) / 2)
        for image, kind in ((-x, line[0]), (4 * count - x, line[1])):  # mirrored at either end
            sign = {"dirichlet": -1, "neumann": 1, "periodic": 0}[kind]
            hat = hat + sign * np.maximum(0, 1 - np.abs(fine - image) / 2) * (image != x)
        if line[0] == "periodic":
            for image in (x - 2 * count, x + 2 * count):
                hat = hat + np.maximum(0, 1 - np.abs(fine - image) / 2)
        P[:, j] = hat
    return csr_array(P)


def intervals(n: int, line: Line, cells: bool) -> int:
    if cells or line[0] == "periodic":
        return n
    return n - 1 + line.count("dirichlet")


def size(count: int, line: Line, cells: bool) -> int:
    if cells or line[0] == "periodic":
        return count
    return count + 1 - line.count("dirichlet")


def volumes(n: int, line: Line, cells: bool) -> Vector:
    w = np.ones(n)
    for end, kind in ((0, line[0]), (-1, line[1])):
        w[end] = 0.5 if kind == "neumann" and not cells else 1.0
    return w


def product(factors: list[csr_array]) -> csr_array:
    result = factors[0]
    for factor in factors[1:]:
        result = csr_array(kron(result, factor))
    return result


class Sparse:
    """Operators of all levels of a box."""

    def __init__(self, shape: list[int], h: list[float], lines: list[Line], cells: bool, levels: int) -> None:
        d = len(shape)
        self.A, self.P, self.R, self.D = [], [], [], []
        for level in range(levels):
            eyes = [eye_array(n) for n in shape]
            self.A.append(csr_array(sum(
                product([second_difference(n, s, line, cells) if b == a else eyes[b]
                         for b, (n, s, line) in enumerate(zip(shape, h, lines, strict=True))])
                for a in range(d)
            )))
            self.D.append(product([diags_array(volumes(n, line, cells)) for n, line in zip(shape, lines, strict=True)]))
            if level + 1 < levels:
                self.P.append(product([interpolation(n, line, cells) for n, line in zip(shape, lines, strict=True)]))
                shape = [size(intervals(n, line, cells) // 2, line, cells)
                         for n, line in zip(shape, lines, strict=True)]
                h = [2 * s for s in h]
        for fine, coarse, P in zip(self.D, self.D[1:], self.P, strict=False):
            self.R.append(diags_array(1 / coarse.diagonal()) @ P.T @ fine / 2**d)  # adjoint by volumes
        self.diagonal = [float(A.diagonal().max()) if not cells else 2 * sum(
            4.0**-level / s**2 for s in [x / 2**(levels - 1) for x in h]) for level, A in enumerate(self.A)]

    def cycle(self, f: Vector, omega: float, coarse_steps: int, level: int = 0) -> Vector:
        A, weight = self.A[level], omega / self.diagonal[level]
        if level == len(self.A) - 1:
            u = np.zeros_like(f)
            for _ in range(coarse_steps):
                u = u + weight * (f - A @ u)
            return u
        u = weight * f
        u = u + self.P[level] @ self.cycle(self.R[level] @ (f - A @ u), omega, coarse_steps, level + 1)
        return u + weight * (f - A @ u)


def boundary(lines: list[Line]) -> dict[str, str]:
    return {axis + sign: kind for axis, line in zip("xyz", lines, strict=False)
            for sign, kind in zip("-+", line, strict=True)}


D, N, P, DN, ND = (("dirichlet",) * 2, ("neumann",) * 2, ("periodic",) * 2, ("dirichlet", "neumann"),
                   ("neumann", "dirichlet"))
CASES = [
    # shape, lines, cells, levels
    ([63], [D], False, 5), ([65], [N], False, 5), ([64], [P], False, 5), ([64], [DN], False, 5),
    ([64], [ND], False, 5), ([64], [D], True, 5), ([64], [N], True, 5), ([64], [P], True, 4), ([32], [ND], True, 4),
    ([63, 63], [D, D], False, 5), ([64, 64], [P, P], False, 5), ([33, 33], [N, N], False, 4),
    ([31, 64], [D, P], False, 4), ([32, 17], [DN, N], False, 3), ([32, 64], [ND, P], False, 4),
    ([32, 32], [D, D], True, 4), ([32, 16], [DN, P], True, 3), ([16, 32], [N, ND], True, 3),
    ([15, 15, 15], [D, D, D], False, 3), ([16, 9, 8], [P, N, DN], False, 3), ([8, 16, 8], [D, N, P], True, 3),
]


def apply(cycle: torch.nn.Module, f: Vector, shape: list[int]) -> Vector:
    with torch.no_grad():
        result: Vector = cycle(torch.from_numpy(f.reshape(1, 1, *shape))).numpy().ravel()
    return result


@pytest.mark.parametrize(("shape", "lines", "cells", "levels"), CASES)
def test_it_is_the_sparse_cycle(shape: list[int], lines: list[Line], cells: bool, levels: int) -> None:
    d = len(shape)
    h = [0.1 * (1 + a) for a in range(d)]  # anisotropic
    omega = {1: 2 / 3, 2: 0.8, 3: 6 / 7}[d]
    cycle = from_poisson(h, levels, boundary=boundary(lines), location="cell" if cells else "interior")
    f = np.random.default_rng(0).standard_normal(int(np.prod(shape)))
    if all(line in (N, P) for line in lines):
        f -= f.mean()
    expected = Sparse(shape, h, lines, cells, levels).cycle(f, omega, 4)
    assert np.linalg.norm(apply(cycle, f, shape) - expected) <= 1e-13 * np.linalg.norm(expected)


@pytest.mark.parametrize(("shape", "lines", "cells", "levels"), [case for case in CASES if np.prod(case[0]) < 2000])
def test_it_is_symmetric_and_positive(shape: list[int], lines: list[Line], cells: bool, levels: int) -> None:
    """In the inner product by control volumes."""
    h = [1.0 + a for a in range(len(shape))]
    cycle = from_poisson(h, levels, boundary=boundary(lines), location="cell" if cells else "interior")
    D = Sparse(shape, h, lines, cells, 1).D[0]
    v, w = np.random.default_rng(1).standard_normal((2, int(np.prod(shape))))
    Bv, Bw = apply(cycle, v, shape), apply(cycle, w, shape)
    assert abs(Bv @ (D @ w) - v @ (D @ Bw)) <= 1e-14 * np.linalg.norm(Bv) * np.linalg.norm(w)
    assert Bv @ (D @ v) > 0
    assert Bw @ (D @ w) > 0


@pytest.mark.parametrize(("n", "expected"), [(31, 0.347), (63, 0.352), (127, 0.352), (255, 0.352)])
def test_residuals_shrink_at_a_pace_free_of_h(n: int, expected: float) -> None:
    """Near 0.6^2, the smoothing factor of damped Jacobi squared, in the twelfth cycle."""
    h = 1 / (n + 1)
    cycle = from_poisson([h, h], n.bit_length() - 1, coarse_steps=8)
    A = difference_stencil([h, h])[None, None]
    r = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 1, n, n)))
    with torch.inference_mode():
        for _ in range(12):
            before = r.norm()
            r = r - torch.nn.functional.conv2d(cycle(r), A, padding=1)
    assert float(r.norm() / before) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("n", [31, 63, 127, 255])
def test_conjugate_gradients_need_nine_iterations(n: int) -> None:
    levels = n.bit_length() - 1
    h = 1 / (n + 1)
    A = Sparse([n, n], [h, h], [D, D], False, 1).A[0]
    cycle = from_poisson([h, h], levels, coarse_steps=8)
    M = LinearOperator(A.shape, matvec=lambda r: apply(cycle, r, [n, n]), dtype=np.float64)
    iterations: list[int] = []
    f = np.random.default_rng(0).standard_normal(n * n)
    x, info = cg(A, f, M=M, rtol=1e-8, callback=lambda _: iterations.append(1))
    assert info == 0
    assert len(iterations) == 9
    assert np.linalg.norm(f - A @ x) <= 1e-7 * np.linalg.norm(f)


@pytest.mark.parametrize("after", [0, 1])
def test_plain_restriction_with_three_channels_contains_it(after: int) -> None:
    """Channels (e, right-hand side, residual): one more step forms the residual, Pi moves it to the next level.

    The published recurrence never restricts a residual, yet its kernels can say so.
    """
    n, h = 63, 1 / 64
    classical = from_poisson([h, h], 5, smoothing=(1, after))
    steps = [(2, after)] * 4 + [(4, 0)]
    cycle = VCycle(1, 3, CycleSettings(location="interior", steps=steps, prolongation_kernel=3)).double()
    delta = torch.zeros(3, 3, dtype=torch.float64)
    delta[1, 1] = 1
    with torch.no_grad():
        for parameter in cycle.parameters():
            parameter.zero_()
        for number, level in enumerate(cycle.levels):
            kernel = difference_stencil([h * 2**number] * 2)
            for A in level.A:
                A.weight[0, 0] = kernel
                A.weight[0, 1] = 0 if number == 0 else -delta
            for step, S in enumerate(level.S):
                forms_residual = step == 1 and number < 4
                S.weight[2 if forms_residual else 0, 0] = delta if forms_residual else 0.8 / kernel[1, 1] * delta
        for mine, R, T, theirs in zip(cycle.Pi, classical.R, cycle.T, classical.T, strict=True):
            mine.weight[1, 2] = R.weight[0, 0]
            T.weight[0, 0] = theirs.weight[0, 0]
        f = torch.from_numpy(np.random.default_rng(2).standard_normal((1, 1, n, n)))
        ours, theirs = cycle(f)[:, :1], classical(f)
    assert (ours - theirs).norm() <= 1e-14 * theirs.norm()


def test_several_fields_are_solved_each_alone() -> None:
    f = torch.from_numpy(np.random.default_rng(3).standard_normal((1, 3, 15)))
    one, three = from_poisson([1 / 16], 3), from_poisson([1 / 16], 3, channels=3)
    for channel in range(3):
        assert torch.equal(three(f)[:, channel], one(f[:, channel : channel + 1])[:, 0])


def test_mixed_sides_solve_their_problem() -> None:
    """-u'' = 1, u(0) = 0, u'(1) = 0 has u = x - x^2 / 2, which second differences reproduce."""
    n = 64
    cycle = from_poisson([1 / n], 6, boundary={"x+": "neumann"}, coarse_steps=40)
    A = Sparse([n], [1 / n], [DN], False, 1).A[0]
    u, x = np.zeros(n), np.arange(1, n + 1) / n
    errors = []
    for _ in range(30):
        errors.append(np.abs(u - (x - x**2 / 2)).max())
        u += apply(cycle, 1 - A @ u, [n])
    assert errors[-1] < 1e-12
    assert all(new < old / 2 for old, new in pairwise(errors[:10]))


def test_bad_arguments_are_named() -> None:
    with pytest.raises(InputError, match="interior"):
        from_poisson([0.1], 2, location="node")
    with pytest.raises(InputError, match="spacing"):
        from_poisson([0.1, -1], 2)
    with pytest.raises(InputError, match="levels 0"):
        from_poisson([0.1], 0)
    with pytest.raises(InputError, match="robin"):
        from_poisson([0.1], 2, boundary="robin")
