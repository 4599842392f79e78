"""Products of small matrices whose points lie anywhere: tiles of convolutions of any shape, stride and continuation.

A table names, for each tile, each entry and each of its `POINTS` points, the point of the source that enters, or -1 for
zeros. No field is padded or copied, and what lies past a side is whatever the table says. Fields in half precision are
multiplied by pairs of channels, or of points: two products an instruction.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types

from sciml.kernels._half import HALF, I16, SINGLE, dot_pairs, lanes_at, read, write
from sciml.kernels._lanes import LANES, from_kernels

__all__ = ["POINTS", "gather_tile", "outer_tile", "pair_lanes"]

# Points of a tile. With 3 lanes of channels the sums take 24 registers of 32.
POINTS = 8

I64, I32 = ir.IntType(64), ir.IntType(32)


class _Body:
    """Short names for what both generators do."""

    def __init__(self, context: Any, builder: Any, names: tuple[str, ...], kinds: Any, args: Any) -> None:
        self.b, self.given = builder, dict(zip(names, args, strict=True))
        self.data = {
            name: context.make_array(kind)(context, builder, value).data
            for name, kind, value in zip(names, kinds, args, strict=True) if isinstance(kind, types.Array)
        }
        number = self.data["x"].type.pointee
        self.half = number == I16
        self.vector = ir.VectorType(SINGLE if self.half else number, LANES)
        self.pairs = ir.VectorType(HALF, 2 * LANES)

    def at(self, array: str, *terms: Any) -> Any:
        """The address of an entry."""
        place = terms[0]
        for term in terms[1:]:
            place = self.b.add(place, term)
        return self.b.gep(self.data[array], [place])

    def read(self, first: Any, count: int) -> list[Any]:
        """Lanes from `first` on."""
        return [read(self.b, place) for place in lanes_at(self.b, first, count)]

    def write(self, lanes: list[Any], first: Any) -> None:
        """Store them from `first` on."""
        for value, place in zip(lanes, lanes_at(self.b, first, len(lanes)), strict=True):
            write(self.b, value, place)

    def point(self, entry: Any) -> Any:
        """The address of the first channel of the source at a table's entry, or of zeros."""
        b = self.b
        i = b.sext(b.load(entry), I64)
        inside = b.icmp_signed(">=", i, I64(0))
        place = b.gep(b.gep(self.data["x"], [self.given["x0"]]), [b.mul(i, self.given["pitch"])])
        return b.select(inside, place, self.data["zeros"])

    def spread(self, place: Any) -> Any:
        """The number there, or the pair from there on, in all lanes."""
        b = self.b
        number = b.load(b.bitcast(place, I32.as_pointer()) if self.half else place, align=2)
        kind = ir.VectorType(number.type, LANES)
        one = b.insert_element(ir.Constant(kind, ir.Undefined), number, I32(0))
        lanes = b.shuffle_vector(one, one, ir.Constant(ir.VectorType(I32, LANES), None))
        return b.bitcast(lanes, self.pairs) if self.half else lanes

    def weights(self, first: Any, count: int) -> list[Any]:
        """Of one input, or of a pair, for lanes of outputs."""
        if not self.half:
            return self.read(first, count)
        places = [self.b.gep(first, [I64(2 * LANES * v)]) for v in range(count)]
        return [self.b.load(self.b.bitcast(place, self.pairs.as_pointer()), align=2) for place in places]

    def multiply_add(self, total: Any, x: Any, y: Any) -> Any:
        if self.half:
            return dot_pairs(self.b, total, x, y)
        return self.b.fadd(total, self.b.fmul(x, y, flags=["contract"]), flags=["contract"])


GATHER = ("x", "x0", "pitch", "count", "zeros", "table", "t0", "s0", "p0", "entries", "w", "w0", "K", "base", "b0",
          "apart", "bias", "k", "out", "o0", "lanes")


@from_kernels
def gather_tile(
    typing: Any, x: Any, x0: Any, pitch: Any, count: Any, zeros: Any, table: Any, t0: Any, s0: Any, p0: Any,
    entries: Any, w: Any, w0: Any, K: Any, base: Any, b0: Any, apart: Any, bias: Any, k: Any, out: Any, o0: Any,
    lanes: Any,
) -> tuple[Any, Callable[..., Any]]:
    """Outputs of `POINTS` points in `LANES` len(lanes) channels from k on.

    out[o0 + q K + k] = base[b0 + q apart + k] + bias[k] + sum x[x0 + i pitch + c] w[w0 + (j pitch + c) K + k] over
    s < entries and c < count, with i = table[t0 + s POINTS + p], j = table[s0 + s] and q = table[p0 + p] for point p.
    In half precision w[w0 + j pitch K + c / 2 2 K + 2 k + c % 2].
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
    bases = [body.at("base", given["b0"], given["k"], b.mul(q, given["apart"])) for q in places]
    outs = [body.at("out", given["o0"], given["k"], b.mul(q, given["K"])) for q in places]
    constants = body.read(body.at("bias", given["k"]), width)
    start = [b.fadd(lanes, constant) for place in bases
             for lanes, constant in zip(body.read(place, width), constants, strict=True)]
    volume, pair = b.mul(given["pitch"], given["K"]), 1 + body.half
    block = b.mul(given["k"], I64(pair))
    before, outer, inner, after, end = b.block, *(b.append_basic_block() for _ in range(4))
    b.branch(outer)

    b.position_at_end(outer)
    s, sums = b.phi(I64), [b.phi(body.vector) for _ in start]
    s.add_incoming(I64(0), before)
    for phi, value in zip(sums, start, strict=True):
        phi.add_incoming(value, before)
    row = body.at("table", given["t0"], b.mul(s, I64(POINTS)))
    points = [body.point(b.gep(row, [I64(p)])) for p in range(POINTS)]
    tap = b.sext(b.load(body.at("table", given["s0"], s)), I64)
    first = body.at("w", given["w0"], block, b.mul(tap, volume))
    b.branch(inner)

    b.position_at_end(inner)
    c, w, running = b.phi(I64), b.phi(first.type), [b.phi(body.vector) for _ in sums]
    for phi, value in zip((c, w, *running), (I64(0), first, *sums), strict=True):
        phi.add_incoming(value, outer)
    weights = body.weights(w, width)
    new = []
    for p, point in enumerate(points):
        number = body.spread(b.gep(point, [c]))
        for v, weight in enumerate(weights):
            new.append(body.multiply_add(running[p * width + v], number, weight))
    following = b.add(c, I64(pair)), b.gep(w, [b.mul(given["K"], I64(pair))])
    for phi, value in zip((c, w, *running), (*following, *new), strict=True):
        phi.add_incoming(value, inner)
    b.cbranch(b.icmp_signed("<", following[0], given["count"]), inner, after)

    b.position_at_end(after)
    next_s = b.add(s, I64(1))
    for phi, value in zip((s, *sums), (next_s, *new), strict=True):
        phi.add_incoming(value, after)
    b.cbranch(b.icmp_signed("<", next_s, given["entries"]), outer, end)

    b.position_at_end(end)
    for p, place in enumerate(outs):
        body.write(new[p * width : (p + 1) * width], place)


OUTER = ("x", "x0", "pitch", "zeros", "table", "t0", "p0", "step", "lo", "hi", "g", "g0", "K", "k", "out",
         "o0", "lanes")


@from_kernels
def outer_tile(
    typing: Any, x: Any, x0: Any, pitch: Any, zeros: Any, table: Any, t0: Any, p0: Any, step: Any, lo: Any, hi: Any,
    g: Any, g0: Any, K: Any, k: Any, out: Any, o0: Any,
    lanes: Any,
) -> tuple[Any, Callable[..., Any]]:
    """Sums over points lo to hi for `LANES` channels of x and `LANES` len(lanes) of g from k on.

    out[o0 + c K + k] += sum x[x0 + i pitch + c] g[g0 + q K + k], with q = table[p0 + p] and i = table[t0 + (p / POINTS)
    step + p % POINTS] for point p. In half precision x and g are pairs of points as `pair_lanes` makes them, that of x
    for points p and p + 1 number table[t0 + p / 2], that of g number p / 2; lo is even, out of single precision.
    """
    i = types.int64
    width = len(lanes)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _outer(_Body(context, builder, OUTER, signature.args, args), width)
        return context.get_dummy_value()

    return types.void(x, i, i, zeros, table, i, i, i, i, i, g, i, i, i, out, i, lanes), generate


def _outer(body: _Body, width: int) -> None:
    """One loop over points, or pairs of them, around straight code."""
    b, given = body.b, body.given
    rows = [body.at("out", given["o0"], given["k"], b.mul(given["K"], I64(c))) for c in range(LANES)]
    old = [lanes for row in rows for lanes in body.read(row, width)]
    before, inner, end = b.block, *(b.append_basic_block() for _ in range(2))
    b.branch(inner)

    b.position_at_end(inner)
    p, sums = b.phi(I64), [b.phi(body.vector) for _ in old]
    for phi, value in zip((p, *sums), (given["lo"], *old), strict=True):
        phi.add_incoming(value, before)
    points, right = _paired(body, p, width) if body.half else _single(body, p, width)
    new = []
    for c, point in enumerate(points):
        number = body.spread(point)
        new += [body.multiply_add(sums[c * width + v], number, row) for v, row in enumerate(right)]
        if body.half:
            _keep_order(b)
    following = b.add(p, I64(1 + body.half))
    for phi, value in zip((p, *sums), (following, *new), strict=True):
        phi.add_incoming(value, inner)
    b.cbranch(b.icmp_signed("<", following, given["hi"]), inner, end)

    b.position_at_end(end)
    for c, row in enumerate(rows):
        body.write(new[c * width : (c + 1) * width], row)


def _single(body: _Body, p: Any, width: int) -> tuple[list[Any], list[Any]]:
    b, given = body.b, body.given
    entry = b.add(b.mul(b.lshr(p, I64(POINTS.bit_length() - 1)), given["step"]), b.and_(p, I64(POINTS - 1)))
    x, q = body.point(body.at("table", given["t0"], entry)), b.sext(b.load(body.at("table", given["p0"], p)), I64)
    g = body.at("g", given["g0"], given["k"], b.mul(q, given["K"]))
    return [b.gep(x, [I64(c)]) for c in range(LANES)], body.read(g, width)


def _paired(body: _Body, p: Any, width: int) -> tuple[list[Any], list[Any]]:
    """Points p and p + 1, channel by channel."""
    b, given = body.b, body.given
    i = b.sext(b.load(body.at("table", given["t0"], b.lshr(p, I64(1)))), I64)
    x = body.at("x", given["x0"], b.mul(i, b.mul(given["pitch"], I64(2))))
    g = body.at("g", b.mul(p, given["K"]), b.mul(given["k"], I64(2)))
    return [b.gep(x, [I64(2 * c)]) for c in range(LANES)], body.weights(g, width)


def _keep_order(b: Any) -> None:
    """Have the compiler load nothing ahead: with all numbers loaded first the sums leave the registers."""
    b.asm(ir.FunctionType(ir.VoidType(), []), "", "~{memory}", [], side_effect=True)


def _interleaved(b: Any, first: Any, second: Any) -> Any:
    """`LANES` numbers of 16 bits from each of two places, in turns."""
    kind = ir.VectorType(I16, LANES).as_pointer()
    left, right = (b.load(b.bitcast(place, kind), align=2) for place in (first, second))
    turns = [i for c in range(LANES) for i in (c, LANES + c)]
    return b.shuffle_vector(left, right, ir.Constant(ir.VectorType(I32, 2 * LANES), turns))


@from_kernels
def pair_lanes(
    typing: Any, out: Any, o: Any, x: Any, first: Any, second: Any, zeros: Any
) -> tuple[Any, Callable[..., Any]]:
    """out[o + 2 c], out[o + 2 c + 1] = x[first + c], x[second + c] for c < `LANES`, zeros for places < 0; of uint16."""
    i = types.int64

    def generate(context: Any, b: Any, signature: Any, args: Any) -> Any:
        to, of, none = (context.make_array(kind)(context, b, array).data
                        for kind, array in zip(signature.args, args, strict=True) if isinstance(kind, types.Array))
        places = [b.select(b.icmp_signed("<", place, I64(0)), none, b.gep(of, [place])) for place in args[3:5]]
        pairs = _interleaved(b, *places)
        b.store(pairs, b.bitcast(b.gep(to, [args[1]]), pairs.type.as_pointer()), align=2)
        return context.get_dummy_value()

    return types.void(out, i, x, i, i, zeros), generate
