"""Files and functions stay short, signatures are annotated, public names are documented."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("sciml", "solvers", "datasets", "cli")
LINKS = ("solvers", "datasets", "cli")
# Backends of a kernel are documented once, at the function its folder exports.
BACKENDS = ("numpy.py", "numba.py", "cuda.py", "torch.py", "spec.py")
SYNONYMS = {
    "tol": "rtol or atol", "reltol": "rtol", "rel_tol": "rtol", "abstol": "atol", "abs_tol": "atol",
    "max_iter": "maxiter", "maxit": "maxiter", "max_iters": "maxiter", "max_iterations": "maxiter", "niter": "maxiter",
    "nthreads": "threads", "num_threads": "threads", "n_jobs": "threads", "random_state": "seed",
    "bcs": "boundary", "boundary_conditions": "boundary", "diffusivity": "coefficient",
    "modes": "n_modes", "rcut": "cutoff",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files() -> list[Path]:
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not (folder == "sciml" and path.relative_to(ROOT / "sciml").parts[0] in LINKS):
                found.append(path)
    return found


TREES = {path: ast.parse(path.read_text()) for path in files()}


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function) -> int:
    """Lines from ``def`` to the end, docstring not counted."""
    assert function.end_lineno is not None
    count = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        count -= first.end_lineno - first.lineno + 1
    return count


def percentile(values: list[int], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def exported(tree: ast.Module) -> set[str]:
    """The names in ``__all__``."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def is_overload(node: ast.AST) -> bool:
    """A signature beside the function itself, which has the documentation."""
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(decorator, ast.Name) and decorator.id == "overload" for decorator in decorators)


def undocumented(tree: ast.Module) -> Iterator[str]:
    public = exported(tree)
    for node in tree.body:
        if isinstance(node, (*Function.__args__, ast.ClassDef)) and node.name in public and not is_overload(node):
            if not ast.get_docstring(node):
                yield node.name
            for part in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(part, Function) and not part.name.startswith("_") and not ast.get_docstring(part):
                    yield f"{node.name}.{part.name}"


def identifier(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_file_lengths() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in TREES}
    too_long = {identifier(path): n for path, n in lengths.items() if n > 600}
    assert not too_long
    assert statistics.median(lengths.values()) <= 150
    assert percentile(list(lengths.values()), 90) <= 400


def test_function_lengths() -> None:
    lengths = [code_lines(function) for tree in TREES.values() for function in functions(tree)]
    assert statistics.median(lengths) <= 12
    assert percentile(lengths, 90) <= 40


@pytest.mark.parametrize("path", TREES, ids=identifier)
def test_file_is_documented_and_annotated(path: Path) -> None:
    tree = TREES[path]
    assert ast.get_docstring(tree), "module docstring"
    if path.name not in BACKENDS:
        assert not list(undocumented(tree)), "public names without a docstring"
    for function in functions(tree):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        assert not bare, f"{function.name} has arguments without annotation"
        assert function.returns is not None, f"{function.name} has no return annotation"


@pytest.mark.parametrize("path", TREES, ids=identifier)
def test_file_keeps_to_the_house_rules(path: Path) -> None:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
        if isinstance(node, Function):
            used = {a.arg for a in (*node.args.args, *node.args.kwonlyargs)} & SYNONYMS.keys()
            assert not used, f"{node.name}: say {[SYNONYMS[name] for name in used]}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec"), "eval"
            assert node.func.id != "print" or path.parent == ROOT / "cli", "print outside the command line"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            assert "pickle" not in names, "pickle"


def test_glossary_explains_the_preferred_words() -> None:
    text = (ROOT / "docs" / "glossary.rst").read_text()
    for word in ("rtol", "atol", "maxiter", "threads", "seed", "boundary", "coefficient"):
        assert f"\n{word}\n" in text or f"\n   {word}\n" in text, word
