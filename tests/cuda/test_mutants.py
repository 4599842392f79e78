"""CUDA sources with one mistake each: the check that the sources themselves pass must fail for every one of them."""

import os
from typing import NamedTuple
from unittest.mock import patch

import pytest
from conformance import largest_error
from host_cuda.arrays import wrapped
from host_cuda.build import compiler
from host_cuda.module import WAYS, stand_in
from host_cuda.programs import device_specs, program_of

from sciml.kernels._device import to_host

SPECS = {spec.name: spec for spec in device_specs()}

pytestmark = pytest.mark.skipif(
    compiler() is None and "CI" not in os.environ,
    reason="no C++ compiler (g++ or clang++) to run CUDA sources on the CPU with",
)


class Mutant(NamedTuple):
    """A mistake: in the program of a kernel, `right` (found once) becomes `wrong`."""

    kernel: str
    mistake: str
    right: str
    wrong: str


MUTANTS = [
    Mutant("stencil_apply", "wrong index", "c2[km] * u[km]", "c2[km] * u[jm]"),
    Mutant("stencil_apply", "no wrap below", "return i > 0 ? i - 1 : n - 1;", "return i > 0 ? i - 1 : 0;"),
    Mutant("stencil_apply", "no wrap above", "return i < n - 1 ? i + 1 : 0;", "return i + 1;"),
    Mutant("stencil_apply", "no boundary test", "return i > 0 ? c : wrap;", "return c;"),
    Mutant(
        "stencil_apply", "conductance of another axis",
        "above(j, n1, c[1], wrap[1])",
        "above(j, n1, c[2], wrap[2])",
    ),
    Mutant("stencil_apply", "axes swapped", "((long long)i * n1 + j) * n2 + k", "((long long)i * n2 + j) * n1 + k"),
    Mutant("stencil_apply", "last row left out", "j < (n1); j +=", "j < (n1) - 1; j +="),
    Mutant("stencil_apply", "one cell too many", "k < (n2); k +=", "k <= (n2); k +="),
    Mutant("stencil_apply", "cells done twice", "k += gridDim.x * blockDim.x", "k += blockDim.x"),
    Mutant("stencil_apply", "sum in float32", "inline REAL variable_product", "inline float variable_product"),
    Mutant("stencil_faces", "another mean", "(a + a) * (b / total)", "total / 2"),
    Mutant(
        "stencil_faces", "face of the wrong neighbour",
        "mean(k2[p], k2[at(i, j, after(k, n2)",
        "mean(k2[p], k2[at(i, j, before(k, n2)",
    ),
    Mutant(
        "stencil_sor", "reads the colour that it writes",
        "other = (1 - colour) * half + row",
        "other = colour * half + row",
    ),
    Mutant("stencil_sor", "padding relaxed", "if (s.k < A.n2)\n            x[s.at] = (1", "x[s.at] = (1"),
    Mutant("stencil_sor", "row's other end", "(s.k > 0 ? m - 1 + odd : M - 1)", "(m - 1 + odd)"),
    Mutant("stencil_jacobi", "in place", "n2, c0, c1, c2, d, x);", "n2, c0, c1, c2, d, out);"),
    Mutant(
        "sor_restrict", "no atomic",
        "atomicAdd(sums + label, (double)(f[s.at] - product(A, s, x)))",
        "sums[label] += f[s.at] - product(A, s, x)",
    ),
    Mutant("sor_restrict", "children past the end", "min(r2 * K + r2, A.n2)", "r2 * K + r2"),
    Mutant(
        "prolong_sor", "wrong weights",
        "return {own, ghost ? N - 1 - own : other, (REAL)0.75, (REAL)0.25}",
        "return {own, ghost ? N - 1 - own : other, (REAL)0.5, (REAL)0.5}",
    ),
    Mutant(
        "prolong_sor", "relaxes before correcting",
        "half_sweep(A, colour, u, u, f, omega, x)",
        "half_sweep(A, colour, u, Value{x}, f, omega, x)",
    ),
    Mutant(
        "correct_residual", "padding counted",
        "const REAL r = k == n2 ? 0\n                : b[at(i, j, k, n1, n2)] - constant",
        "const REAL r = b[at(i, j, k, n1, n2)] - constant",
    ),
    Mutant(
        "dots", "no barrier behind the first store",
        "part[threadIdx.x] = v;\n    __syncthreads();",
        "part[threadIdx.x] = v;",
    ),
    Mutant(
        "dots", "no barrier in the loop",
        "part[threadIdx.x + half];\n        __syncthreads();",
        "part[threadIdx.x + half];",
    ),
    Mutant(
        "dots", "no barrier behind the last load",
        "double total = part[0];\n    __syncthreads();",
        "double total = part[0];",
    ),
    Mutant("dots", "shared memory used as found", "part[threadIdx.x] = v;", "part[threadIdx.x] += v;"),
    Mutant("dots", "half of the block not summed", "half = THREADS / 2; half > 0", "half = THREADS / 4; half > 0"),
    Mutant("dots", "barrier in a branch", "zr = block_sum(zr);", "if (threadIdx.x < 100) zr = block_sum(zr);"),
    Mutant("dots", "every thread stores", "if (threadIdx.x == 0) {", "{"),
    Mutant(
        "csr_matmul", "no barrier behind the sum",
        "group_sum(part + own * group, group);\n        __syncthreads();",
        "group_sum(part + own * group, group);",
    ),
    Mutant("csr_matmul", "last rows not guarded", "if (own < rows && i < m) y[i]", "if (own < rows) y[i]"),
    Mutant("csr_matmul", "an entry of the next row", "p < starts[i + 1]; ++p) total", "p <= starts[i + 1]; ++p) total"),
    Mutant(
        "csr_rmatmul", "no atomic",
        "atomicAdd(&y[(long long)columns[p] * width + q], values[p] * own)",
        "y[(long long)columns[p] * width + q] += values[p] * own",
    ),
    Mutant("csr_rmatmul", "one item too many", "i < (n); i +=", "i <= (n); i +="),
    Mutant("segment_reduce", "items done twice", "i += (long long)gridDim.x * blockDim.x", "i += blockDim.x"),
    Mutant(
        "segment_reduce", "empty rows not tested",
        "first < last ? values[first * width + q] : 0",
        "values[first * width + q]",
    ),
    Mutant(
        "segment_softmax", "channels swapped",
        "q = t % width, first = starts[t / width]",
        "q = t / width, first = starts[t % width]",
    ),
    Mutant(
        "edge_vectors", "row before",
        "if (starts[middle] <= p) lo = middle;",
        "if (starts[middle] < p) lo = middle;",
    ),
    Mutant("radius_search", "too short a reach", "walls[*first] >= walls[c] - reach", "walls[*first] > walls[c]"),
    Mutant("radius_search", "finds itself", "> limit || order[p] == itself", "> limit"),
    Mutant("nearest_search", "ties by luck", "d2 > worst || (d2 == worst && key > last)", "d2 >= worst"),
    Mutant("nearest_search", "stops too soon", "best.found == k && least > best.worst", "best.found == k"),
    Mutant("p1_assemble", "wrong edge", "low * (2 * k - low - 1) / 2", "low * (2 * k - low - 2) / 2"),
    Mutant("p1_assemble", "mass of the diagonal", "if (i == j) total += 2 * w;", "if (i == j) total += w;"),
    Mutant("p1_assemble", "rows do not sum to zero", "total += i == j ? -e : e + w;", "total += i == j ? e : e + w;"),
    Mutant("cell_list", "no atomic", "atomicAdd(counts + c + 1, 1);", "counts[c + 1] += 1;"),
    Mutant("cell_list", "cells of another axis", "find(w1, n1, points[3 * p + 1])", "find(w1, n1, points[3 * p])"),
    Mutant(
        "vertex_cells", "no row behind the last",
        "const int before",
        "if (s == size) continue;\n        const int before",
    ),
    Mutant("row_pairs", "passed over too late", "rank >= before[e] - first", "rank > before[e] - first"),
    Mutant("rbf_weights_backward", "no atomic", "atomicAdd(by_centre + l, -by_offset);", "by_centre[l] -= by_offset;"),
    Mutant(
        "edges_within", "of length and not its square",
        "squared(vectors[3 * e], vectors[3 * e + 1], vectors[3 * e + 2]) <",
        "vectors[3 * e] * vectors[3 * e] <",
    ),
    Mutant("stencil_coarsen", "children past the end", "return min(r * I + r, n) - 1;", "return r * I + r - 1;"),
    Mutant("cg_residual", "two threads store", "if (threadIdx.x == 0)", "if (threadIdx.x < 2)"),
    Mutant("subtract_means", "next piece", "e += P) total", "e += P + 1) total"),
    Mutant("p1_pattern", "columns not sorted", "own[place - 1] > column", "own[place - 1] < column"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: f"{one.kernel}: {one.mistake}")
def test_mistake_is_noticed(mutant: Mutant) -> None:
    program, spec = program_of(mutant.kernel), SPECS[mutant.kernel]
    assert program.text.count(mutant.right) == 1, "the source has changed: adapt the mutant"
    wrong = program.text.replace(mutant.right, mutant.wrong)
    with patch.dict(vars(program), text=wrong, _modules={}):
        assert any(noticed(spec.name, way) for way in reversed(WAYS.values()))


def noticed(name: str, way: dict[str, int]) -> bool:
    spec = SPECS[name]
    try:
        with stand_in(**way):
            largest_error(spec, spec.dtypes[-1], wrapped, to_host)
    except AssertionError:
        return True
    return False


def test_mutants_are_of_all_kinds() -> None:
    assert len({mutant.kernel for mutant in MUTANTS}) >= 12
    assert len(set(MUTANTS)) >= 40
