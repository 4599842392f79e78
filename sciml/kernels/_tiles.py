"""Products of small matrices whose sums stay in registers: a few points, all their channels."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types

from sciml.kernels._lanes import LANES, from_kernels

__all__ = ["TILE", "tile"]

# Points of a tile. With 6 lanes of channels the sums take 24 registers of 32.
TILE = 4

I64, I32 = ir.IntType(64), ir.IntType(32)


@from_kernels
def tile(
    typing: Any, x: Any, x0: Any, step: Any, along: Any, starts: Any, w: Any, w0: Any, count: Any, out: Any, o0: Any,
    across: Any, keep: Any, lanes: Any,
) -> tuple[Any, Callable[..., Any]]:
    """out[o0 + p across + k] = sum x[x0 + starts[s] + p step + c along] w[w0 + (s count + c) K + k], added if `keep`.

    Over all s and c < count, for p < `TILE` and k < K = `LANES` len(lanes); arrays of one axis. `lanes` is a tuple
    whose length alone counts, so that it is known to the compiler.
    """
    K, i = LANES * len(lanes), types.int64

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = dict(zip(NAMES, signature.args, strict=True))
        given = dict(zip(NAMES, args, strict=True))
        data = {name: context.make_array(kinds[name])(context, builder, given[name]) for name in ARRAYS}
        _generate(builder, {name: array.data for name, array in data.items()},
                  builder.extract_value(data["starts"].shape, 0), given, K)
        return context.get_dummy_value()

    return types.void(x, i, i, i, starts, w, i, i, out, i, i, types.boolean, lanes), generate


NAMES = ("x", "x0", "step", "along", "starts", "w", "w0", "count", "out", "o0", "across", "keep", "lanes")
ARRAYS = ("x", "starts", "w", "out")


def _generate(builder: Any, data: dict[str, Any], stretches: Any, given: dict[str, Any], K: int) -> None:
    """Two nested loops around straight code: over `starts`, and over the channels of each."""
    b, number = builder, data["x"].type.pointee
    vector = ir.VectorType(number, LANES)
    pieces = range(0, K, LANES)

    def vectors(first: Any) -> list[Any]:
        return [b.bitcast(b.gep(first, [I64(k)]), vector.as_pointer()) for k in pieces]

    def multiples(step: Any) -> list[Any]:
        return [b.mul(step, I64(p)) for p in range(TILE)]

    outs = [place for o in multiples(given["across"])
            for place in vectors(b.gep(data["out"], [b.add(given["o0"], o)]))]
    before, found, outer, inner, after, end = b.block, *(b.append_basic_block() for _ in range(5))
    b.cbranch(b.trunc(given["keep"], ir.IntType(1)), found, outer)
    b.position_at_end(found)
    old = [b.load(place, align=4) for place in outs]
    b.branch(outer)

    b.position_at_end(outer)
    s, w0 = b.phi(I64), b.phi(I64)
    sums = [b.phi(vector) for _ in outs]
    for block, values in ((before, [ir.Constant(vector, None)] * len(outs)), (found, old)):
        for phi, value in zip((s, w0, *sums), (I64(0), given["w0"], *values), strict=True):
            phi.add_incoming(value, block)
    first = b.add(given["x0"], b.load(b.gep(data["starts"], [s])))
    points = [b.gep(data["x"], [b.add(first, p)]) for p in multiples(given["step"])]
    b.branch(inner)

    b.position_at_end(inner)
    c, place, w = b.phi(I64), b.phi(I64), b.phi(I64)
    running = [b.phi(vector) for _ in outs]
    for phi, value in zip((c, place, w, *running), (I64(0), I64(0), w0, *sums), strict=True):
        phi.add_incoming(value, outer)
    weights = [b.load(v, align=4) for v in vectors(b.gep(data["w"], [w]))]
    new = []
    for p, point in enumerate(points):
        x = _spread(b, b.load(b.gep(point, [place])), vector)
        for v, weight in enumerate(weights):
            product = b.fmul(x, weight, flags=["contract"])
            new.append(b.fadd(running[p * len(weights) + v], product, flags=["contract"]))
    following = b.add(c, I64(1)), b.add(place, given["along"]), b.add(w, I64(K))
    for phi, value in zip((c, place, w, *running), (*following, *new), strict=True):
        phi.add_incoming(value, inner)
    b.cbranch(b.icmp_signed("<", following[0], given["count"]), inner, after)

    b.position_at_end(after)
    next_s = b.add(s, I64(1))
    for phi, value in zip((s, w0, *sums), (next_s, following[2], *new), strict=True):
        phi.add_incoming(value, after)
    b.cbranch(b.icmp_signed("<", next_s, stretches), outer, end)

    b.position_at_end(end)
    for value, target in zip(new, outs, strict=True):
        b.store(value, target, align=4)


def _spread(builder: Any, number: Any, vector: Any) -> Any:
    """The same number in all lanes."""
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, I32(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(I32, LANES), None))
