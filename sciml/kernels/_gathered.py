"""Products of small matrices whose points lie anywhere: tiles of convolutions of any shape, stride and continuation.

A table names, for each tile, each entry and each of its `POINTS` points, the point of the source that enters, or -1 for
zeros. No field is padded or copied, and what lies past a side is whatever the table says.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types

from sciml.kernels._lanes import LANES, from_kernels

__all__ = ["POINTS", "gather_tile", "outer_tile"]

# Points of a tile. With 3 lanes of channels the sums take 24 registers of 32.
POINTS = 8

I64, I32, BYTE = ir.IntType(64), ir.IntType(32), ir.IntType(8).as_pointer()


class _Body:
    """Short names for what both generators do."""

    def __init__(self, context: Any, builder: Any, names: tuple[str, ...], kinds: Any, args: Any) -> None:
        self.b, self.given = builder, dict(zip(names, args, strict=True))
        self.data = {
            name: context.make_array(kind)(context, builder, value).data
            for name, kind, value in zip(names, kinds, args, strict=True) if isinstance(kind, types.Array)
        }
        self.number = self.data["x"].type.pointee
        self.vector = ir.VectorType(self.number, LANES)

    def at(self, array: str, *terms: Any) -> Any:
        """The address of an entry."""
        place = terms[0]
        for term in terms[1:]:
            place = self.b.add(place, term)
        return self.b.gep(self.data[array], [place])

    def lanes(self, first: Any, count: int) -> list[Any]:
        """Addresses of whole lanes from `first` on."""
        return [self.b.bitcast(self.b.gep(first, [I64(LANES * v)]), self.vector.as_pointer()) for v in range(count)]

    def load(self, place: Any) -> Any:
        return self.b.load(place, align=4)

    def point(self, entry: Any) -> Any:
        """The address of the first channel of the source at a table's entry, or of zeros."""
        b = self.b
        i = b.sext(b.load(entry), I64)
        inside = b.icmp_signed(">=", i, I64(0))
        place = b.gep(b.gep(self.data["x"], [self.given["x0"]]), [b.mul(i, self.given["pitch"])])
        return b.select(inside, place, self.data["zeros"])

    def spread(self, number: Any) -> Any:
        b = self.b
        one = b.insert_element(ir.Constant(self.vector, ir.Undefined), number, I32(0))
        return b.shuffle_vector(one, one, ir.Constant(ir.VectorType(I32, LANES), None))

    def multiply_add(self, total: Any, x: Any, y: Any) -> Any:
        return self.b.fadd(total, self.b.fmul(x, y, flags=["contract"]), flags=["contract"])

    def zero(self) -> Any:
        return ir.Constant(self.vector, None)


GATHER = ("x", "x0", "pitch", "count", "zeros", "table", "t0", "s0", "p0", "entries", "w", "w0", "K", "base", "b0",
          "apart", "bias", "c0", "out", "o0", "lanes")


@from_kernels
def gather_tile(
    typing: Any, x: Any, x0: Any, pitch: Any, count: Any, zeros: Any, table: Any, t0: Any, s0: Any, p0: Any,
    entries: Any, w: Any, w0: Any, K: Any, base: Any, b0: Any, apart: Any, bias: Any, c0: Any, out: Any, o0: Any,
    lanes: Any,
) -> tuple[Any, Callable[..., Any]]:
    """Outputs of `POINTS` points in `LANES` len(lanes) channels.

    out[o0 + q K + k] = base[b0 + q apart + k] + bias[c0 + k] + sum x[x0 + i pitch + c] w[w0 + (j pitch + c) K + k] over
    s < entries and c < count, with i = table[t0 + s POINTS + p], j = table[s0 + s] and q = table[p0 + p] for point p.
    """
    i = types.int64
    width = len(lanes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _gather(_Body(context, builder, GATHER, signature.args, args), width)
        return context.get_dummy_value()

    return types.void(x, i, i, i, zeros, table, i, i, i, i, w, i, i, base, i, i, bias, i, out, i, lanes), generate


def _gather(body: _Body, width: int) -> None:
    """Two nested loops around straight code: over entries, and over the channels of each."""
    b, given = body.b, body.given
    places = [b.sext(b.load(body.at("table", given["p0"], I64(p))), I64) for p in range(POINTS)]
    bases = [body.at("base", given["b0"], b.mul(q, given["apart"])) for q in places]
    outs = [body.at("out", given["o0"], b.mul(q, given["K"])) for q in places]
    constants = [body.load(v) for v in body.lanes(body.at("bias", given["c0"]), width)]
    start = [b.fadd(body.load(v), constant) for place in bases
             for v, constant in zip(body.lanes(place, width), constants, strict=True)]
    volume = b.mul(given["pitch"], given["K"])
    before, outer, inner, after, end = b.block, *(b.append_basic_block() for _ in range(4))
    b.branch(outer)

    b.position_at_end(outer)
    s, sums = b.phi(I64), [b.phi(body.vector) for _ in start]
    s.add_incoming(I64(0), before)
    for phi, value in zip(sums, start, strict=True):
        phi.add_incoming(value, before)
    row = body.at("table", given["t0"], b.mul(s, I64(POINTS)))
    points = [body.point(b.gep(row, [I64(p)])) for p in range(POINTS)]
    first = body.at("w", given["w0"], b.mul(b.sext(b.load(body.at("table", given["s0"], s)), I64), volume))
    b.branch(inner)

    b.position_at_end(inner)
    c, w, running = b.phi(I64), b.phi(first.type), [b.phi(body.vector) for _ in sums]
    for phi, value in zip((c, w, *running), (I64(0), first, *sums), strict=True):
        phi.add_incoming(value, outer)
    weights = [body.load(v) for v in body.lanes(w, width)]
    new = []
    for p, point in enumerate(points):
        number = body.spread(b.load(b.gep(point, [c])))
        for v, weight in enumerate(weights):
            new.append(body.multiply_add(running[p * width + v], number, weight))
    following = b.add(c, I64(1)), b.gep(w, [given["K"]])
    for phi, value in zip((c, w, *running), (*following, *new), strict=True):
        phi.add_incoming(value, inner)
    b.cbranch(b.icmp_signed("<", following[0], given["count"]), inner, after)

    b.position_at_end(after)
    next_s = b.add(s, I64(1))
    for phi, value in zip((s, *sums), (next_s, *new), strict=True):
        phi.add_incoming(value, after)
    b.cbranch(b.icmp_signed("<", next_s, given["entries"]), outer, end)

    b.position_at_end(end)
    for value, target in zip(new, [v for place in outs for v in body.lanes(place, width)], strict=True):
        b.store(value, target, align=4)


OUTER = ("x", "x0", "pitch", "zeros", "table", "t0", "p0", "step", "lo", "hi", "g", "g0", "K", "out", "o0", "lanes")


@from_kernels
def outer_tile(
    typing: Any, x: Any, x0: Any, pitch: Any, zeros: Any, table: Any, t0: Any, p0: Any, step: Any, lo: Any, hi: Any,
    g: Any, g0: Any, K: Any, out: Any, o0: Any, lanes: Any,
) -> tuple[Any, Callable[..., Any]]:
    """Sums over points lo to hi for `LANES` channels of x and `LANES` len(lanes) of g.

    out[o0 + c K + k] += sum x[x0 + i pitch + c] g[g0 + q K + k], with q = table[p0 + p] and i = table[t0 + (p / POINTS)
    step + p % POINTS] for point p.
    """
    i = types.int64
    width = len(lanes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _outer(_Body(context, builder, OUTER, signature.args, args), width)
        return context.get_dummy_value()

    return types.void(x, i, i, zeros, table, i, i, i, i, i, g, i, i, out, i, lanes), generate


def _outer(body: _Body, width: int) -> None:
    """One loop over points around straight code."""
    b, given = body.b, body.given
    rows = [body.at("out", given["o0"], b.mul(given["K"], I64(c))) for c in range(LANES)]
    outs = [v for row in rows for v in body.lanes(row, width)]
    old = [body.load(v) for v in outs]
    before, inner, end = b.block, *(b.append_basic_block() for _ in range(2))
    b.branch(inner)

    b.position_at_end(inner)
    p, sums = b.phi(I64), [b.phi(body.vector) for _ in old]
    for phi, value in zip((p, *sums), (given["lo"], *old), strict=True):
        phi.add_incoming(value, before)
    entry = b.add(b.mul(b.lshr(p, I64(POINTS.bit_length() - 1)), given["step"]), b.and_(p, I64(POINTS - 1)))
    point = body.point(body.at("table", given["t0"], entry))
    q = b.sext(b.load(body.at("table", given["p0"], p)), I64)
    right = [body.load(v) for v in body.lanes(body.at("g", given["g0"], b.mul(q, given["K"])), width)]
    new = []
    for c in range(LANES):
        number = body.spread(b.load(b.gep(point, [I64(c)])))
        new += [body.multiply_add(sums[c * width + v], number, row) for v, row in enumerate(right)]
    following = b.add(p, I64(1))
    for phi, value in zip((p, *sums), (following, *new), strict=True):
        phi.add_incoming(value, inner)
    b.cbranch(b.icmp_signed("<", following, given["hi"]), inner, end)

    b.position_at_end(end)
    for value, target in zip(new, outs, strict=True):
        b.store(value, target, align=4)
