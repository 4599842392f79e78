"""Files of pressure systems in the layouts of the published DCDM and of its successor."""

import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.mesh import Boundary, Grid
from sciml.pde import poisson
from sciml.pde.io import read_system, read_vectors
from sciml.pde.io.fluid import (
    AIR,
    FLUID,
    read_fluid_flags,
    read_fluid_matrix,
    read_fluid_vector,
    write_fluid_flags,
    write_fluid_matrix,
    write_fluid_vector,
)
from sciml.solvers import solve


def cells(shape: tuple[int, ...] = (6, 5, 7), seed: int = 0) -> np.ndarray:
    """Fluid with solid cells, below air."""
    flags = np.where(np.random.default_rng(seed).random(shape) < 0.2, 1, FLUID)
    flags[..., -2:] = AIR
    return flags


def by_definition(flags: np.ndarray) -> np.ndarray:
    """Row by row: neighbours that are fluid are coupled, those and air count on the diagonal."""
    A = np.zeros((flags.size, flags.size))
    for place in zip(*np.nonzero(flags == FLUID), strict=True):
        row = np.ravel_multi_index(place, flags.shape)
        for axis in range(3):
            for step in (-1, 1):
                there = np.array(place)
                there[axis] += step
                if not 0 <= there[axis] < flags.shape[axis] or flags[tuple(there)] < FLUID:
                    continue
                A[row, row] += 1
                if flags[tuple(there)] == FLUID:
                    A[row, np.ravel_multi_index(tuple(there), flags.shape)] = -1
    return A


def as_stored(A: np.ndarray, kind: str, with_end: bool) -> bytes:
    """The bytes of a matrix, number by number."""
    rows = [np.flatnonzero(row) for row in A]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows])))[: len(A) + with_end]
    values = [value for row, where in zip(A, rows, strict=True) for value in row[where]]
    return b"".join((
        struct.pack("<5i", *A.shape, len(values), len(starts), len(A)), struct.pack(f"<{len(values)}{kind}", *values),
        struct.pack(f"<{len(starts)}i", *starts),
        struct.pack(f"<{len(values)}i", *np.concatenate(rows)),
    ))


@pytest.mark.parametrize("with_end", [True, False])
@pytest.mark.parametrize("kind", ["f", "d"])
def test_both_layouts_in_both_precisions(kind: str, with_end: bool, tmp_path: Path) -> None:
    A = by_definition(cells())
    path = tmp_path / "A_0.bin"
    path.write_bytes(as_stored(A, kind, with_end))
    found = read_fluid_matrix(path)
    np.testing.assert_array_equal(found.toarray(), A)
    assert found.dtype == np.dtype(kind)
    write_fluid_matrix(found, tmp_path / "again.bin", kind, with_end=with_end)
    assert (tmp_path / "again.bin").read_bytes() == path.read_bytes()


def test_flags_and_vectors_are_what_was_written(tmp_path: Path) -> None:
    flags, b = cells(), np.random.default_rng(1).standard_normal((6, 5, 7))
    write_fluid_flags(flags, tmp_path / "flags_0.bin")
    write_fluid_vector(b, tmp_path / "div_v_star_0.bin")
    assert (tmp_path / "flags_0.bin").read_bytes() == struct.pack("<Q210i", 210, *flags.ravel())
    assert (tmp_path / "div_v_star_0.bin").read_bytes() == struct.pack("<Q210d", 210, *b.ravel())
    np.testing.assert_array_equal(read_fluid_flags(tmp_path / "flags_0.bin"), flags.ravel())
    np.testing.assert_array_equal(read_fluid_vector(tmp_path / "div_v_star_0.bin"), b.ravel())


def test_flags_become_the_same_system_on_a_grid(tmp_path: Path) -> None:
    flags = cells()
    write_fluid_flags(flags, tmp_path / "flags_0.bin")
    read = read_fluid_flags(tmp_path / "flags_0.bin").reshape(flags.shape)
    grid = Grid(
        flags.shape, tuple(map(float, flags.shape)), boundary=dict.fromkeys("xyz", Boundary("neumann")),
        mask=read >= FLUID, fixed=read == AIR,
    )
    A = poisson(grid, source=0.0).A
    fluid = (flags == FLUID).ravel()
    np.testing.assert_allclose(A.tocsr().toarray()[fluid][:, fluid], by_definition(flags)[fluid][:, fluid], atol=1e-14)


def test_systems_are_solved_from_their_files(tmp_path: Path) -> None:
    """Empty rows get x = b, which is 0 there; an isolated cell has one as well."""
    flags = cells()
    flags[2:5, 1:4, 1:4] = 1
    flags[3, 2, 2] = FLUID
    A = by_definition(flags)
    b = A @ np.random.default_rng(3).standard_normal(flags.size)
    (tmp_path / "A_0.bin").write_bytes(as_stored(A, "f", with_end=False))
    write_fluid_vector(b, tmp_path / "div_v_star_0.bin")
    stored = read_system(tmp_path / "A_0.bin")
    x = solve(stored.A, read_vectors(tmp_path / "div_v_star_0.bin", flags.size), rtol=1e-12).x
    np.testing.assert_allclose(A @ x, b, atol=1e-10)
    assert not x[A.diagonal() == 0].any()


def damaged(data: bytes) -> dict[str, bytes]:
    columns = bytearray(data)
    columns[-4:] = struct.pack("<i", 10**6)
    return {
        "truncated": data[:-3], "longer": data + b"1234", "head alone": data[:12], "column out of range": bytes(columns)
    }


@pytest.mark.parametrize("name", damaged(b"\0" * 40))
def test_damaged_matrices_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "A_0.bin"
    path.write_bytes(damaged(as_stored(by_definition(cells()), "d", with_end=True))[name])
    for read in (read_fluid_matrix, read_system):
        with pytest.raises(InputError, match=r"A_0\.bin"):
            read(path)


@pytest.mark.parametrize("read", [read_fluid_matrix, read_fluid_vector, read_fluid_flags])
def test_missing_files_are_told(read: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none.bin")


def test_vectors_and_flags_of_another_length_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.bin"
    path.write_bytes(struct.pack("<Q3d", 4, 1.0, 2.0, 3.0))
    with pytest.raises(InputError, match="announces 4 numbers and has 32 bytes; expected 40"):
        read_vectors(path, 4)
    path.write_bytes(struct.pack("<Q2i", 2, 1, 7))
    with pytest.raises(InputError, match="flags from 1 to 7"):
        read_fluid_flags(path)


@given(data=st.binary(max_size=120))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_matrix_or_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.bin"
    path.write_bytes(data)
    for read in (read_fluid_matrix, read_fluid_vector, read_fluid_flags):
        with suppress(InputError):
            assert read(path).shape[0] > 0
