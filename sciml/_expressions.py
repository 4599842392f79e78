"""Arithmetic expressions in x, y, z, evaluated on arrays without `eval`."""

import ast
import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError

__all__ = ["Expression"]

MAX_LENGTH = 2000
MAX_DEPTH = 40

CONSTANTS: Mapping[str, float] = {"pi": np.pi, "e": np.e, "inf": np.inf}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in (
        "sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh",
        "exp", "log", "log2", "log10", "sqrt", "cbrt", "floor", "ceil", "sign", "hypot",
        "minimum", "maximum", "where", "clip",
    )},
    "abs": np.abs,
    "min": np.minimum,
    "max": np.maximum,
}
# Checked, since a further argument of a NumPy function is an array to write to.
_ARGUMENTS: Mapping[str, int] = {
    "arctan2": 2, "hypot": 2, "minimum": 2, "maximum": 2, "min": 2, "max": 2, "where": 3, "clip": 3,
}  # fmt: skip

_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
    ast.FloorDiv: np.floor_divide,
    ast.BitAnd: np.logical_and,
    ast.BitOr: np.logical_or,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: np.logical_not,
    ast.Not: np.logical_not,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


class Expression:
    """A checked arithmetic expression, e.g. ``"sin(pi*x) * (y > 0.5)"``.

    Numbers, the names given in `names`, ``pi``, ``e``, the operators ``+ - * / // % **``,
    comparisons, ``and``, ``or``, ``not`` (also ``& | ~``) and the functions of `FUNCTIONS`
    are allowed, nothing else.

    Parameters
    ----------
    text : str
        The expression.
    names : tuple of str
        Variables it may use.

    Raises
    ------
    InputError
        On a syntax error, an unknown name, or anything that is not arithmetic.

    Examples
    --------
    >>> Expression("x**2 + 1")({"x": np.array([0.0, 2.0])})
    array([1., 5.])
    """

    def __init__(self, text: str, names: tuple[str, ...] = ("x", "y", "z")) -> None:
        self.text = text
        self.names = names
        if len(text) > MAX_LENGTH:
            raise InputError(f"expression of {len(text)} characters; at most {MAX_LENGTH} are accepted")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise InputError(
                f"expression '{_short(text)}' has a syntax error ({getattr(error, 'msg', error)}); "
                "write arithmetic in x, y, z such as 'sin(pi*x)*y'"
            ) from None
        self._check(tree.body, 0)
        self._body = tree.body

    def __call__(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Evaluate on arrays that broadcast against each other.

        Returns
        -------
        ndarray of float64
            Not checked for NaN: the caller knows where values must be finite.
        """
        with np.errstate(all="ignore"):
            try:
                return np.asarray(self._evaluate(self._body, values), dtype=np.float64)
            except (TypeError, ValueError, OverflowError) as error:
                raise InputError(f"expression '{_short(self.text)}' cannot be evaluated ({error})") from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def _fail(self, what: str) -> InputError:
        return InputError(f"expression '{_short(self.text)}': {what}")

    def _check(self, node: ast.AST, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._fail(f"nested deeper than {MAX_DEPTH} levels; simplify it")
        match node:
            case ast.Constant(value=bool() | int() | float()):
                return
            case ast.Name(id=name):
                self._check_name(name)
                return
            case ast.BinOp(op=op) if type(op) in _BINARY:
                parts: list[ast.expr] = [node.left, node.right]
            case ast.UnaryOp(op=op) if type(op) in _UNARY:
                parts = [node.operand]
            case ast.Compare(ops=ops) if all(type(op) in _COMPARE for op in ops):
                parts = [node.left, *node.comparators]
            case ast.BoolOp():
                parts = list(node.values)
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                if name not in FUNCTIONS:
                    raise self._fail(f"function '{name}' is not allowed{_nearest(name, FUNCTIONS)}")
                parts = list(node.args)
                wanted = _ARGUMENTS.get(name, 1)
                if len(parts) != wanted or any(isinstance(part, ast.Starred) for part in parts):
                    raise self._fail(f"{name} takes {wanted} argument{'s' * (wanted > 1)}, {len(parts)} given")
            case ast.BinOp(op=ast.BitXor()):
                raise self._fail("'^' is no operator here; write a power as x**2")
            case _:
                raise self._fail(f"'{_short(ast.unparse(node))}' is not arithmetic; the docs list the functions")
        for part in parts:
            self._check(part, depth + 1)

    def _check_name(self, name: str) -> None:
        if name in FUNCTIONS:
            raise self._fail(f"'{name}' is a function; write {name}(...)")
        if name not in self.names and name not in CONSTANTS:
            allowed = ", ".join([*self.names, *CONSTANTS])
            raise self._fail(f"name '{name}' is not allowed; use {allowed}{_nearest(name, FUNCTIONS)}")

    def _evaluate(self, node: ast.AST, values: Mapping[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return float(value)  # type: ignore[arg-type]  # _check admits numbers only
            case ast.Name(id=name):
                return values[name] if name in self.names else CONSTANTS[name]
            case ast.BinOp(left=left, op=op, right=right):
                return _BINARY[type(op)](self._evaluate(left, values), self._evaluate(right, values))
            case ast.UnaryOp(op=op, operand=operand):
                return _UNARY[type(op)](self._evaluate(operand, values))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                terms = [self._evaluate(term, values) for term in (left, *comparators)]
                result: Any = True
                for comparison, a, b in zip(ops, terms[:-1], terms[1:], strict=True):
                    result = np.logical_and(result, _COMPARE[type(comparison)](a, b))
                return result
            case ast.BoolOp(op=op, values=terms):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                result = self._evaluate(terms[0], values)
                for term in terms[1:]:
                    result = join(result, self._evaluate(term, values))
                return result
            case ast.Call(func=ast.Name(id=name), args=args):
                return FUNCTIONS[name](*(self._evaluate(arg, values) for arg in args))
        raise AssertionError("checked in the constructor")


def _short(text: str, width: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 3] + "..."


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
