"""Numbers of 16 bits with the exponent of float32 (bfloat16), kept in arrays of uint16, which NumPy has no type for.

Sums are formed in float32; an instruction of some processors (AVX512-BF16) adds two products at a time to each of them.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]
from llvmlite.ir.types import _BaseFloatType  # type: ignore[import-untyped]
from numba import types
from numba.core.cgutils import get_or_insert_function

from sciml.kernels._lanes import LANES, from_kernels
from sciml.kernels._stencil import Array

__all__ = [
    "HALF", "I16", "SINGLE", "add_lanes", "as_entry", "as_half", "as_single", "dot_pairs", "has_half", "lanes_at",
    "read", "single", "write",
]


class _Half(_BaseFloatType):  # type: ignore[misc]
    """The compiler's own type, which llvmlite does not name."""

    null, intrinsic_name = "0.0", "bf16"

    def __str__(self) -> str:
        return "bfloat"


_Half._create_instance()
HALF = _Half()
SINGLE = ir.FloatType()
I16, I32, I64 = (ir.IntType(bits) for bits in (16, 32, 64))


@cache
def has_half() -> bool:
    """Whether this processor multiplies such numbers.

    Examples
    --------
    >>> isinstance(has_half(), bool)
    True
    """
    try:
        features = binding.get_host_cpu_features()
    except RuntimeError:  # where the compiler cannot tell
        return False
    return bool(features.get("avx512bf16") and features.get("avx512vl"))


def as_half(x: Array) -> Array:
    """The nearest such numbers; halfway to the even one.

    Parameters
    ----------
    x : ndarray of float32, finite

    Returns
    -------
    ndarray of uint16

    Examples
    --------
    >>> as_single(as_half(np.array([1.0, 1.00390625, 1.01171875], np.float32)))
    array([1.      , 1.      , 1.015625], dtype=float32)
    """
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def as_single(x: Array) -> Array:
    """Arrays of uint16 as the float32 they stand for.

    Examples
    --------
    >>> as_single(np.array([0x3F80], np.uint16))
    array([1.], dtype=float32)
    """
    return (x.astype(np.uint32) << 16).view(np.float32)


def lanes_at(builder: Any, first: Any, count: int) -> list[Any]:
    """Addresses of whole lanes from the address `first` on."""
    number = HALF if first.type.pointee == I16 else first.type.pointee
    kind = ir.VectorType(number, LANES).as_pointer()
    return [builder.bitcast(builder.gep(first, [I64(LANES * v)]), kind) for v in range(count)]


def read(builder: Any, place: Any) -> Any:
    """Lanes, as float32 where they are kept in half."""
    lanes, half = builder.load(place, align=2), place.type.pointee.element == HALF
    return builder.fpext(lanes, ir.VectorType(SINGLE, LANES)) if half else lanes


def write(builder: Any, lanes: Any, place: Any) -> None:
    """Store lanes, rounded where they are kept in half."""
    half = place.type.pointee.element == HALF
    builder.store(builder.fptrunc(lanes, place.type.pointee) if half else lanes, place, align=2)


def dot_pairs(builder: Any, total: Any, x: Any, y: Any) -> Any:
    """total[i] + x[2 i] y[2 i] + x[2 i + 1] y[2 i + 1]."""
    kind = ir.FunctionType(total.type, [total.type, x.type, y.type])
    name = f"llvm.x86.avx512bf16.dpbf16ps.{32 * LANES}"
    return builder.call(get_or_insert_function(builder.module, kind, name), [total, x, y])  # type: ignore[no-untyped-call]


@from_kernels
def as_entry(typing: Any, array: Any, number: Any) -> tuple[Any, Callable[..., Any]]:
    """A real number as it is kept in an array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if array.dtype != types.uint16:
            return context.cast(builder, args[1], number, array.dtype)
        one = context.cast(builder, args[1], number, types.float32)
        return builder.bitcast(builder.fptrunc(one, HALF), I16)

    return array.dtype(array, number), generate


@from_kernels
def single(typing: Any, array: Any, i: Any) -> tuple[Any, Callable[..., Any]]:
    """array[i] as float32; array of uint16."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        half = builder.load(builder.bitcast(builder.gep(data, [args[1]]), HALF.as_pointer()), align=2)
        return builder.fpext(half, SINGLE)

    return types.float32(array, types.uint64), generate


@from_kernels
def add_lanes(typing: Any, out: Any, o: Any, x: Any, i: Any) -> tuple[Any, Callable[..., Any]]:
    """out[o : o + LANES] += x[i : i + LANES]."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        to, of = (lanes_at(builder, builder.gep(context.make_array(kind)(context, builder, array).data, [place]), 1)[0]
                  for kind, array, place in zip(signature.args[::2], args[::2], args[1::2], strict=True))
        write(builder, builder.fadd(read(builder, to), read(builder, of)), to)
        return context.get_dummy_value()

    return types.void(out, types.int64, x, types.int64), generate
