"""Components agree with a flood fill; the null space projects each on its own."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sciml.kernels.label_components import label_components
from sciml.mesh.components import NullSpace


def flood_fill(active: np.ndarray, periodic: tuple[bool, ...]) -> np.ndarray:
    labels, count = np.zeros(active.shape, int), 0
    for seed in zip(*np.nonzero(active), strict=True):
        if labels[seed]:
            continue
        count += 1
        stack = [seed]
        while stack:
            cell = stack.pop()
            if labels[cell]:
                continue
            labels[cell] = count
            for axis, n in enumerate(active.shape):
                for step in (-1, 1):
                    at = cell[axis] + step
                    if periodic[axis]:
                        at %= n
                    neighbour = (*cell[:axis], at, *cell[axis + 1 :])
                    if 0 <= at < n and active[neighbour]:
                        stack.append(neighbour)
    return labels


@settings(max_examples=100, deadline=None)
@given(
    active=st.lists(st.integers(1, 5), min_size=1, max_size=3).flatmap(lambda shape: arrays(bool, tuple(shape))),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_labels_equal_flood_fill(active: np.ndarray, flags: tuple[bool, bool, bool]) -> None:
    periodic = flags[: active.ndim]
    labels, count = label_components(active, periodic)
    expected = flood_fill(active, periodic)
    assert count == expected.max(initial=0)
    np.testing.assert_array_equal(labels, expected)


def test_projection_per_component() -> None:
    space = NullSpace(6, np.array([4, 1, 2]), np.array([0, 1]))
    v = np.array([9.0, 1.0, 3.0, 9.0, 5.0, 9.0]).reshape(2, 3)
    np.testing.assert_array_equal(space.means(v), [5.0, 2.0])
    assert space.count == 2
    np.testing.assert_array_equal(space.project(v), [[9, -1, 1], [9, 0, 9]])
    np.testing.assert_array_equal(space.sizes, [1, 2])


def test_whole_box() -> None:
    space = NullSpace(4)
    assert space.count == 1
    np.testing.assert_array_equal(space.sizes, [4])
    np.testing.assert_array_equal(space.project(np.arange(4.0)), np.arange(4) - 1.5)
