"""Kernels on tensors: right values, right gradients of first and second order, no copies."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from sciml._errors import InputError
from sciml.kernels import _torch
from sciml.kernels import torch as kernels
from sciml.kernels._inputs import constant_stencil, variable_stencil
from sciml.kernels._radial import FAMILIES
from sciml.kernels._stencil import Stencil, stencil_shape
from sciml.kernels.csr_matmul import torch as products
from sciml.kernels.rbf_weights.torch import formula
from sciml.kernels.segment_reduce import torch as reductions
from sciml.kernels.stencil_apply.numpy import stencil_apply as reference
from sciml.kernels.torch import Pattern, TensorStencil
from sciml.mesh import Graph

# rows of 2, 0, 3 and 1 entries over 5 columns, of which one is met by none and one entry is stored twice
PATTERN = Pattern.from_rows([0, 2, 2, 5, 6], [4, 0, 1, 0, 1, 4], 5)
STARTS = PATTERN.starts


def numbers(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    made = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return made.to(dtype).requires_grad_()


def dense(values: Tensor) -> Tensor:
    rows = torch.repeat_interleave(torch.arange(4), torch.diff(STARTS.long()))
    return torch.zeros(4, 5, dtype=values.dtype).index_put((rows, PATTERN.columns.long()), values, accumulate=True)


def boxes() -> list[Stencil]:
    rng = np.random.default_rng(1)
    made = [variable_stencil(shape, wraps, rng, np.float64) for shape, wraps in BOXES]
    return [*made, *(constant_stencil(shape, wraps, rng, np.float64) for shape, wraps in BOXES)]


BOXES = [((2, 3, 2), (False, True, False)), ((3, 1, 4), (True, False, True)), ((1, 1, 3), (False, False, False))]

FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[Tensor, ...]]] = {
    "product": (lambda v, x: kernels.csr_matmul(PATTERN, v, x), (numbers(6), numbers(5))),
    "product, channels": (lambda v, x: kernels.csr_matmul(PATTERN, v, x), (numbers(6), numbers(5, 3))),
    "product, more axes": (lambda v, x: kernels.csr_matmul(PATTERN, v, x), (numbers(6), numbers(5, 2, 4))),
    "transposed": (lambda v, x: kernels.csr_matmul(PATTERN, v, x, transposed=True), (numbers(6), numbers(4, 3))),
    "sampled": (lambda x, y: kernels.csr_sampled(PATTERN, x, y), (numbers(4, 3), numbers(5, 3, seed=1))),
    "sums": (lambda v: kernels.segment_reduce(STARTS, v), (numbers(6, 2, 2),)),
    "maxima": (lambda v: kernels.segment_reduce(STARTS, v, "max"), (numbers(6, 3),)),
    "expand": (lambda x: kernels.segment_expand(STARTS, x, 6), (numbers(4, 2, 2),)),
    "softmax": (lambda v: kernels.segment_softmax(STARTS, v), (numbers(6, 2, 2),)),
    "faces": (
        lambda c, d, s: tuple(kernels.stencil_of_faces([c, d], s)), (numbers(3, 4), numbers(3, 4), numbers(3, 4))
    ),
    **{
        f"stencil {shape}": (
            lambda u, *parts: kernels.stencil_apply(TensorStencil(*parts), u),
            (numbers(2, *shape), *(numbers(*shape, seed=k) for k in range(4))),
        )
        for shape, _ in BOXES
    },
    "constant stencil": (lambda u: kernels.stencil_apply(boxes()[3], u), (numbers(2, 3, 2),)),
}


@pytest.mark.parametrize(("function", "given"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_gradients_of_first_and_second_order(function: Callable[..., Any], given: tuple[Tensor, ...]) -> None:
    assert gradcheck(function, given)
    assert gradgradcheck(function, given)


NEAR = torch.tensor([[0, 2, 3], [1, 3, 0]])


def bumps(parameters: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two queries among four centres in the plane, with matrices near the identity."""
    identity = {1: [1.0], 2: [1.0, 1.0], 3: [1.0, 0.0, 1.0], 4: [1.0, 0.0, 0.0, 1.0]}[parameters]
    shapes = torch.tensor(identity, dtype=torch.float64) + 0.2 * numbers(4, parameters, seed=2)
    queries, centres = 0.3 * numbers(2, 2), 0.3 * numbers(4, 2, seed=1)
    return queries.detach().requires_grad_(), centres.detach().requires_grad_(), shapes.detach().requires_grad_()


@pytest.mark.parametrize("epsilon", [None, 0.1])
@pytest.mark.parametrize(("family", "parameters"), [*zip(FAMILIES, 9 * [3], strict=True), ("gaussian", 1), ("hat", 4)])
def test_gradients_of_radial_weights(family: str, parameters: int, epsilon: float | None) -> None:
    def weights(*given: Tensor) -> Tensor:
        return kernels.rbf_weights(*given, NEAR, family, epsilon)

    given = bumps(parameters)
    torch.testing.assert_close(weights(*given), formula(*given, NEAR, family, epsilon))
    assert gradcheck(weights, given)
    assert gradgradcheck(weights, given)


@pytest.mark.parametrize("family", ["exponential", "linear", "cubic", "gaussian"])
def test_radial_weights_have_finite_gradients_at_a_centre(family: str) -> None:
    queries, centres, shapes = bumps(2)
    queries = centres.detach()[:2].clone().requires_grad_()
    w = kernels.rbf_weights(queries, centres, shapes, NEAR, family)
    first = torch.autograd.grad(w.sum(), (queries, centres, shapes), create_graph=True)
    second = torch.autograd.grad(sum(part.square().sum() for part in first), (queries, centres, shapes))
    assert all(torch.isfinite(part).all() for part in (*first, *second))


@pytest.mark.parametrize("width", [(), (1,), (8,), (3, 2)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_products_are_those_of_the_dense_matrix(width: tuple[int, ...], dtype: torch.dtype) -> None:
    values, x, y = numbers(6, dtype=dtype), numbers(5, *width, dtype=dtype), numbers(4, *width, dtype=dtype, seed=1)
    A = dense(values)
    torch.testing.assert_close(kernels.csr_matmul(PATTERN, values, x), torch.tensordot(A, x, 1))
    torch.testing.assert_close(kernels.csr_matmul(PATTERN, values, y, transposed=True), torch.tensordot(A.T, y, 1))
    (expected,) = torch.autograd.grad((y * torch.tensordot(A, x, 1)).sum(), values)
    torch.testing.assert_close(kernels.csr_sampled(PATTERN, y, x), expected)


def test_reductions_are_those_of_each_row() -> None:
    values = numbers(6, 3)
    rows = [values[lo:hi] for lo, hi in zip(STARTS[:-1].tolist(), STARTS[1:].tolist(), strict=True)]
    none = torch.zeros(3, dtype=torch.float64)
    torch.testing.assert_close(kernels.segment_reduce(STARTS, values), torch.stack([row.sum(0) for row in rows]))
    largest = torch.stack([row.amax(0) if len(row) else none for row in rows])
    torch.testing.assert_close(kernels.segment_reduce(STARTS, values, "max"), largest)
    torch.testing.assert_close(
        kernels.segment_softmax(STARTS.long(), values), torch.cat([row.softmax(0) for row in rows])
    )
    assert kernels.segment_reduce(torch.tensor([0]), values[:0]).shape == (0, 3)


def test_masked_scores_have_no_weight_and_nan_is_seen() -> None:
    scores = torch.tensor([1.0, -torch.inf, 2.0, 500.0, torch.nan, 0.0])
    starts = torch.tensor([0, 3, 4, 6])
    expected = torch.cat([scores[:3].softmax(0), torch.ones(1), torch.full((2,), torch.nan)])
    torch.testing.assert_close(kernels.segment_softmax(starts, scores), expected, equal_nan=True)


def test_the_gradient_by_a_maximum_is_shared_by_equals() -> None:
    values = torch.tensor([2.0, 2.0, 1.0, 3.0], requires_grad=True)
    kernels.segment_reduce(torch.tensor([0, 3, 4]), values, "max").sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [0.5, 0.5, 0.0, 1.0]


@pytest.mark.parametrize("stencil", boxes(), ids=lambda s: f"{type(s).__name__}{s[-1].shape}")
def test_products_of_stencils(stencil: Stencil) -> None:
    box = stencil_shape(stencil)
    u = numbers(2, *box)
    expected = np.stack([reference(stencil, one) for one in u.detach().numpy()])
    found = kernels.stencil_apply(stencil, u)
    np.testing.assert_allclose(found.detach(), expected, atol=1e-14)
    flat = u.reshape(2, *(n for n in box if n > 1))
    assert torch.equal(kernels.stencil_apply(stencil, flat).reshape(u.shape), found)


def test_a_stencil_of_faces_keeps_constants_but_for_what_is_extra() -> None:
    c0, c1, s = numbers(4, 6).exp(), numbers(4, 6, seed=1).exp(), numbers(4, 6, seed=2)
    A = kernels.stencil_of_faces([c0, c1], s)
    torch.testing.assert_close(kernels.stencil_apply(A, torch.ones_like(s)), s)


def test_patterns_come_from_graphs_and_matrices() -> None:
    graph = Graph([0, 1, 3, 4], [1, 0, 2, 1])
    pattern = Pattern.from_rows(graph.indptr, graph.indices)
    y = kernels.csr_matmul(pattern, torch.ones(4), torch.tensor([1.0, 10.0, 100.0]))
    assert y.tolist() == [10.0, 101.0, 10.0]
    A = csr_array(np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]]))
    wide = Pattern.from_rows(A.indptr, A.indices, 3)
    assert wide.shape == (2, 3)
    assert wide.column_starts.tolist() == [0, 1, 2, 3]
    assert (wide.rows.tolist(), wide.order.tolist()) == ([1, 0, 1], [1, 0, 2])


def test_tensors_and_arrays_share_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    values, x = numbers(6), numbers(5, 8)
    seen: list[int] = []

    def spy(A: Any, x: np.ndarray, out: np.ndarray) -> np.ndarray:
        seen.extend(part.ctypes.data for part in (*A, x, out))
        return kernel(A, x, out)

    kernel = products.product_kernel
    monkeypatch.setattr(products, "product_kernel", spy)
    y = kernels.csr_matmul(PATTERN, values, x)
    assert seen == [part.data_ptr() for part in (STARTS, PATTERN.columns, values, x, y)]


def test_sums_share_memory_in_both_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    values, seen = numbers(6, 2), []
    for name in ("reduce_kernel", "expand_kernel"):
        kernel = getattr(reductions, name)
        monkeypatch.setattr(
            reductions, name, lambda *a, kernel=kernel: seen.append([v.ctypes.data for v in a if v is not None and not
            isinstance(v, str)]) or kernel(*a)
        )
    out = kernels.segment_reduce(STARTS, values)
    g = torch.ones_like(out)
    (found,) = torch.autograd.grad(out, values, g)
    assert seen[0] == [STARTS.data_ptr(), values.data_ptr(), out.data_ptr()]
    assert seen[1] == [STARTS.data_ptr(), g.data_ptr(), found.data_ptr()]


def test_indices_are_shared_unless_they_are_read_only() -> None:
    starts, columns = torch.tensor([0, 1], dtype=torch.int32), np.zeros(1, np.int32)
    pattern = Pattern.from_rows(starts, columns)
    assert pattern.starts.data_ptr() == starts.data_ptr()
    assert pattern.columns.data_ptr() == columns.ctypes.data
    columns.flags.writeable = False
    assert Pattern.from_rows(starts, columns).columns.data_ptr() != columns.ctypes.data


def test_layouts_that_are_not_contiguous_give_the_same() -> None:
    values, x = numbers(12)[::2], numbers(4, 5).T
    expected = kernels.csr_matmul(PATTERN, values.contiguous(), x.contiguous())
    torch.testing.assert_close(kernels.csr_matmul(PATTERN, values, x), expected, rtol=0, atol=0)
    # the gradient of a plain sum has strides of 0
    (g,) = torch.autograd.grad(kernels.csr_matmul(PATTERN, values, x).sum(), x)
    torch.testing.assert_close(g, dense(values).sum(0)[:, None].expand(5, 4))


def test_calls_on_a_device_go_through_dlpack_in_the_stream_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[Any] = []

    class Stream:
        @staticmethod
        def from_external(stream: object) -> Any:
            entered.append(stream)
            return nullcontext()

    def device(index: int) -> Any:
        entered.append(index)
        return nullcontext()

    cuda = SimpleNamespace(is_available=lambda: True, Stream=Stream, Device=device)
    # arrays of NumPy stand for those of CuPy: both speak DLPack
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=cuda, from_dlpack=np.from_dlpack))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: f"stream of {device}")
    x = numbers(3)
    given: list[np.ndarray] = []
    found = _torch._call_on_device(lambda a: given.append(a) or (a, a), torch.device("cuda:1"), (x,))
    assert entered == ["stream of cuda:1", 1]
    assert given[0].ctypes.data == found[0].data_ptr() == found[1].data_ptr() == x.data_ptr()


def test_compilers_and_exporters_see_operators() -> None:
    class Layer(torch.nn.Module):
        def forward(self, pattern: Pattern, x: Tensor) -> Tensor:
            weights = kernels.segment_softmax(pattern.starts, kernels.csr_sampled(pattern, x[:4], x))
            return kernels.csr_matmul(pattern, weights, x)

    x = numbers(5, 8)
    program = torch.export.export(Layer(), (PATTERN, x.detach()))
    names = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    assert {"sciml.csr_matmul.default", "sciml.csr_sampled.default", "sciml.segment_softmax.default"} <= names
    expected = Layer()(PATTERN, x)
    torch.testing.assert_close(program.module()(PATTERN, x), expected)
    whole = torch.compile(Layer(), backend="eager", fullgraph=True)
    torch.testing.assert_close(whole(PATTERN, x), expected)


def operator_calls() -> list[tuple[Any, tuple[Any, ...]]]:
    parts, starts = list(PATTERN), STARTS
    ops = torch.ops.sciml
    return [
        (ops.csr_matmul.default, (parts, False, numbers(6), numbers(5, 2))),
        (ops.csr_sampled.default, (parts, numbers(4, 2), numbers(5, 2))),
        (ops.segment_sum.default, (starts, numbers(6, 2))),
        (ops.segment_max.default, (starts, numbers(6, 2))),
        (ops.segment_expand.default, (starts, numbers(4, 2), 6)),
        (ops.segment_softmax.default, (starts, numbers(6, 2))),
        (ops.segment_softmax_backward.default, (starts, numbers(6, 2), numbers(6, 2, seed=1))),
        (ops.stencil_apply.default, ([numbers(2, 3, 4, seed=k) for k in range(4)], numbers(1, 2, 3, 4))),
        (ops.rbf_weights.default, (*bumps(3), NEAR, "gaussian", 0.1)),
        (ops.rbf_weights_backward.default, (*bumps(3), NEAR, numbers(2, 3), "gaussian", None)),
        (ops.stencil_sampled.default, (numbers(2, 2, 3, 4), numbers(2, 2, 3, 4, seed=1))),
    ]


@pytest.mark.parametrize(("operator", "given"), operator_calls(), ids=lambda v: getattr(v, "__name__", ""))
def test_operators_keep_the_promises_of_their_schema(operator: Any, given: tuple[Any, ...]) -> None:
    torch.library.opcheck(operator, given, test_utils=("test_schema", "test_autograd_registration", "test_faketensor"))


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (lambda: kernels.csr_matmul(PATTERN, numbers(5), numbers(5)), "expected \\(6,\\)"),
        (lambda: kernels.csr_matmul(PATTERN, numbers(6), numbers(4)), "\\(5, ...\\)"),
        (lambda: kernels.csr_matmul(PATTERN, numbers(6), numbers(5, dtype=torch.float32)), "float32 for all"),
        (lambda: kernels.csr_sampled(PATTERN, numbers(4), numbers(5, 2)), "do not fit"),
        (lambda: kernels.segment_reduce(STARTS, numbers(7)), "0, ..., 7"),
        (lambda: kernels.segment_reduce(torch.tensor([0, 7, 6]), numbers(6)), "rising"),
        (lambda: kernels.segment_reduce(STARTS, numbers(6), "mean"), "sum or max"),  # type: ignore[arg-type]
        (lambda: kernels.segment_softmax(STARTS, torch.arange(6)), "float64 for all"),
        (lambda: kernels.segment_softmax(STARTS.double(), numbers(6)), "integers"),
        (lambda: kernels.segment_expand(STARTS, numbers(3), 6), "a value a row"),
        (lambda: kernels.segment_expand(STARTS, numbers(4), 5), "0, ..., 5"),
        (lambda: kernels.rbf_weights(*bumps(3), NEAR, "gauss"), "gaussian"),
        (lambda: kernels.rbf_weights(*bumps(3), NEAR[:1], "gaussian"), "\\(m, k\\)"),
        (lambda: kernels.rbf_weights(*bumps(3), NEAR.double(), "gaussian"), "int64"),
        (lambda: kernels.rbf_weights(*bumps(3), NEAR + 1, "gaussian"), "0 to 3"),
        (lambda: kernels.stencil_apply(boxes()[0], numbers(2, 2)), "2, 3, 2"),
        (lambda: kernels.stencil_of_faces([numbers(3), numbers(3)]), "one array an axis"),
        (lambda: Pattern.from_rows([0, 1], [3]), "0 to 0"),
        (lambda: Pattern.from_rows([0, 2], [0]), "0, ..., 1"),
        (lambda: Pattern.from_rows([0.0, 1.0], [0]), "integers"),
        (lambda: Pattern.from_rows([0, 1], torch.empty(1, dtype=torch.int32, device="meta")), "move it"),
        (lambda: _torch.home((torch.zeros(1), torch.zeros(1, device="meta"))), "expected one device"),
    ],
)
def test_what_does_not_fit_is_told(wrong: Callable[[], Any], text: str) -> None:
    with pytest.raises(InputError, match=text):
        wrong()
