"""Several numbers as one value that stays in registers, for kernels over many columns or over slices of rows.

A loop over columns inside the loop over a row's entries keeps its sums in memory, and every entry waits for the
store of the one before. Sums in vector registers do not: `LANES` columns are one value of the compiler's vector type.
For one column, `LANES` rows are.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic, models, register_model

from sciml.kernels._stencil import Array

__all__ = ["LANES", "fetch", "fits", "gather", "load", "no_lanes", "padded", "plus", "store"]

LANES = 8


def fits(x: Array) -> bool:
    """Whether `x` is one vector, or columns of whole lanes."""
    return x.ndim == 1 or x.shape[1] % LANES == 0


def padded(x: Any) -> Any:
    """Columns (n, k) with zeros up to whole lanes, themselves where there is nothing to fill."""
    missing = -x.shape[1] % LANES
    return np.pad(x, ((0, 0), (0, missing))) if missing else x


def from_kernels(function: Any) -> Any:
    """Generate code for calls from kernels, which leave the first argument out."""
    return intrinsic(function)


def modelled(kind: type) -> Any:
    """How the compiler stores values of a kind."""
    return register_model(kind)


class Lanes(types.Type):
    """`LANES` numbers of one dtype."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@modelled(Lanes)
class LanesModel(models.PrimitiveModel):
    """A vector of LLVM."""

    def __init__(self, manager: Any, kind: Lanes) -> None:
        super().__init__(manager, kind, ir.VectorType(manager.lookup(kind.dtype).get_value_type(), LANES))  # type: ignore[no-untyped-call]


def _pointer(context: Any, builder: Any, kind: Any, array: Any, i: Any, q: Any) -> Any:
    """Where the lanes from array[i, q], in a vector array[i + q], lie; the array is C-contiguous."""
    fields = context.make_array(kind)(context, builder, array)
    if kind.ndim == 2:
        i = builder.mul(i, builder.extract_value(fields.shape, 1))
    place = builder.gep(fields.data, [builder.add(i, q)])
    lanes = ir.VectorType(context.get_value_type(kind.dtype), LANES)
    return builder.bitcast(place, lanes.as_pointer())


def _bytes(context: Any, kind: Any) -> int:
    size: int = context.get_abi_sizeof(context.get_value_type(kind.dtype))
    return size


@from_kernels
def load(typing: Any, array: Any, i: Any, q: Any) -> tuple[Any, Callable[..., Any]]:
    """The lanes array[i, q : q + LANES], of a vector those from i + q."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *args)
        return builder.load(place, align=_bytes(context, signature.args[0]))

    return Lanes(array.dtype)(array, types.uint64, types.uint64), generate


@from_kernels
def store(typing: Any, array: Any, i: Any, q: Any, lanes: Any) -> tuple[Any, Callable[..., Any]]:
    """Assign to array[i, q : q + LANES], in a vector from i + q."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = _pointer(context, builder, signature.args[0], *args[:3])
        builder.store(args[3], place, align=_bytes(context, signature.args[0]))
        return context.get_dummy_value()

    return types.void(array, types.uint64, types.uint64, Lanes(array.dtype)), generate


@from_kernels
def no_lanes(typing: Any, array: Any) -> tuple[Any, Callable[..., Any]]:
    """Zeros of the dtype of an array."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return ir.Constant(context.get_value_type(signature.return_type), None)

    return Lanes(array.dtype)(array), generate


@from_kernels
def gather(typing: Any, array: Any, places: Any, p: Any) -> tuple[Any, Callable[..., Any]]:
    """The lanes array[places[p]], array[places[p + 1]], ...; single loads are faster than gather instructions."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind, index = signature.args[:2]
        data = context.make_array(kind)(context, builder, args[0]).data
        first = _pointer(context, builder, index, args[1], args[2], ir.IntType(64)(0))
        first = builder.bitcast(first, context.get_value_type(index.dtype).as_pointer())
        lanes = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
        for k in range(LANES):
            place = builder.load(builder.gep(first, [ir.IntType(64)(k)]))
            number = builder.load(builder.gep(data, [builder.zext(place, ir.IntType(64))]))
            lanes = builder.insert_element(lanes, number, ir.IntType(32)(k))
        return lanes

    return Lanes(array.dtype)(array, places, types.uint64), generate


@from_kernels
def fetch(typing: Any, array: Any, p: Any) -> tuple[Any, Callable[..., Any]]:
    """Have array[p] brought into cache; places outside the array do no harm."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = _pointer(context, builder, signature.args[0], args[0], args[1], ir.IntType(64)(0))
        kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
        prefetch = get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]
        builder.call(prefetch, [builder.bitcast(place, byte), whole(0), whole(3), whole(1)])  # read, all caches, data
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


@from_kernels
def plus(typing: Any, total: Any, weight: Any, lanes: Any) -> tuple[Any, Callable[..., Any]]:
    """``total + weight * lanes`` in the precision of `total`; the weight is a number or lanes of them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target = context.get_value_type(signature.return_type)
        total, weight, lanes = args
        if lanes.type != target:
            lanes = (builder.fpext if signature.return_type.dtype == types.float64 else builder.fptrunc)(lanes, target)
        if weight.type != target:
            first = builder.insert_element(ir.Constant(target, ir.Undefined), weight, ir.IntType(32)(0))
            weight = builder.shuffle_vector(first, first, ir.Constant(ir.VectorType(ir.IntType(32), LANES), None))
        return builder.fadd(total, builder.fmul(weight, lanes, flags=["fast"]), flags=["fast"])

    return total(total, total if isinstance(weight, Lanes) else total.dtype, lanes), generate
