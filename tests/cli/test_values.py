"""Parsers of values: what they accept, and that nothing but InputError leaves them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sciml._errors import InputError
from sciml.cli import _values
from sciml.cli._boundary import conditions_on, parse_conditions, parse_table
from sciml.cli._settings import _PARSERS
from sciml.cli._solver_options import as_options
from sciml.mesh import sides
from sciml.mesh.boundary import KINDS
from sciml.mesh.io import ArrayFile

TOML = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
PIECES = st.lists(
    st.sampled_from(["x-", "y+", "z", "all", "w", "=", ":", ";", ",", "'", '"', " ", "(", ")", "1", "x", "-", *KINDS]),
    max_size=14,
).map("".join)


@given(value=TOML | PIECES)
@pytest.mark.parametrize("name", _PARSERS)
def test_only_input_errors(name: str, value: Any) -> None:
    try:
        _PARSERS[name](value, Path("nowhere"))
    except InputError as error:
        assert str(error)  # noqa: PT017  a value may be good or bad, but nothing else may happen


def number_text(value: float) -> str:
    return repr(round(value, 3))


NUMBER = st.floats(-1e3, 1e3).map(number_text)
VALUE = NUMBER | st.sampled_from(["'max(x, y)'", "x+1", '"min(x,1)"', "max(x,2)"])
ITEM = st.tuples(st.sampled_from(["x", "x-", "y+", ""]), st.sampled_from(KINDS), VALUE)


@given(items=st.lists(ITEM, min_size=1, max_size=5), separator=st.sampled_from([";", "; ", " ;", ","]))
def test_joining_is_the_same_as_repeating(items: list[tuple[str, str, str]], separator: str) -> None:
    """A comma joins only where a side follows it."""
    if separator == ",":
        items = [(side or "x", kind, value) for side, kind, value in items]
    texts = []
    for side, kind, value in items:
        data = {"periodic": "", "robin": f":2,{value}"}.get(kind, f":{value}")
        texts.append((f"{side}=" if side else "") + kind + data)
    joined, repeated = parse_conditions(separator.join(texts)), parse_conditions(texts)

    def plain(conditions: Any) -> list[Any]:
        return [(side, bc.kind, bc.value, bc.transfer) for side, bc in conditions]

    assert plain(joined) == plain(repeated)
    assert [bc.kind for _, bc in joined] == [kind for _, kind, _ in items]
    last = {side: bc for name, bc in joined for side in sides(2) if name in ("all", side, side[0])}
    assert conditions_on(joined, 2) == last


def test_tables_and_text_mean_the_same() -> None:
    text = parse_conditions("x-=robin:2,'300+y'; y=neumann:3; all=periodic")
    table = parse_table({"x-": {"type": "robin", "transfer": 2, "value": "300+y"}, "y": "neumann:3", "all": "periodic"})
    assert [(s, b.kind, b.value, b.transfer) for s, b in text] == [(s, b.kind, b.value, b.transfer) for s, b in table]


@pytest.mark.parametrize(("parser", "value", "expected"), [
    (_values.as_shape, "128,64", (128, 64)),
    (_values.as_shape, "128x64x2", (128, 64, 2)),
    (_values.as_shape, [3, 4], (3, 4)),
    (_values.as_shape, 5, (5,)),
    (_values.as_lengths, "1, 0.5", (1.0, 0.5)),
    (_values.as_lengths, 2, (2.0,)),
    (as_options, ["a.b=1", "a.c=x=y", "d.e=1e-3"], {"a": {"b": 1, "c": "x=y"}, "d": {"e": 1e-3}}),
    (as_options, "a.b=true", {"a": {"b": True}}),
])  # fmt: skip
def test_values(parser: Callable[[Any], Any], value: Any, expected: Any) -> None:
    assert parser(value) == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("1;k.npy; x+1", (1.0, ArrayFile(Path("in/k.npy")), "x+1")),
    (("1", "2;3"), (1.0, 2.0, 3.0)),
    ([1, "x"], (1.0, "x")),
    (True, (1.0,)),
])  # fmt: skip
def test_fields_per_axis(value: Any, expected: Any) -> None:
    assert _values.as_fields(value, Path("in")) == expected
