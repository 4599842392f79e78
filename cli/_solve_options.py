"""Options of ``sciml solve``, as text; their meaning is given where they are parsed."""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeVar

import click

__all__ = ["EPILOG", "solve_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

EPILOG = """\b
Examples:
  sciml solve --shape 128,128,128 --report -
  sciml solve --coefficient k.npy --source run.h5:f --bc "x=periodic; y+=neumann:1" --output u.vti
  sciml solve sink.toml --rtol 1e-10 --plot sink.png
  sciml solve part.msh --coefficient "steel=50; copper=400" --bc "inlet=dirichlet:1; wall=neumann:0" --output u.vtu
  sciml solve A.mtx --rhs b.mtx --output x.npy

\b
Fields are a number, an expression in x, y, z ("sin(pi*x)*(y>0.5)"), or a file: .npy, .npz, .h5, .mat;
FILE:NAME picks one array of several. Axis 0 is x; cell centres lie at (i + 1/2) h.

\b
Problem file (TOML), file names relative to it; every key may be left out:
  title, coefficient, source, mask, shift, fixed, fixed_value, project, rhs
  [grid]      shape, extent, location;  or  [mesh]  file, refine;  or  [matrix]  file
  [[region]]  name, x = [low, high], y, z, where = "expression", and any field to paint, in order
  [boundary]  all, x, "x-", "x+", ... = "robin:10,300" or {type = "robin", transfer = 10, value = 300}
  [solver]    method, rtol, atol, maxiter, dtype, device, threads, x0, guess;  [solver.multigrid] cycle = "W"
  [labels]    u, length, flow (texts for plot and summary)
  [output]    field, report, plot, matrix

\b
Exit code: 0 converged, 1 not converged or interrupted, 2 bad input.
"""


def _text(*names: str, metavar: str, help: str, **more: Any) -> Callable[[Command], Command]:
    return click.option(*names, metavar=metavar, help=help, **more)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    _text("--shape", metavar="N,N,N", help="Cells (or nodes) per axis, 1 to 3 axes."),
    _text("--extent", metavar="L,L,L", help="Edge lengths of the box.  [default: 1 on every axis]"),
    _text("--location", metavar="cell|node", help="Where the unknowns sit.  [default: cell]"),
    _text("--coefficient", metavar="FIELD", multiple=True,
          help="k > 0; repeated, or joined by ';', one per axis.  [default: 1]"),
    _text("--source", metavar="FIELD", help="f; a leading axis in a file counts right-hand sides.  [default: 1]"),
    _text("--mask", metavar="FIELD", help="1 = active, 0 = obstacle without flux through its faces."),
    _text("--bc", metavar="SIDE=TYPE:VALUE", multiple=True,
          help="dirichlet:g, neumann:q (k du/dn = q), robin:H,g (k du/dn + H (u - g) = 0) or periodic, on a side "
               "(x-), an axis (x), a boundary of the mesh or, without SIDE=, everywhere; joined by ';' or repeated.  "
               "[default: dirichlet:0]"),
    _text("--shift", metavar="FIELD", help="sigma >= 0.  [default: 0]"),
    _text("--fixed", metavar="FIELD", help="1 where u is prescribed inside the domain."),
    _text("--fixed-value", metavar="FIELD", help="What u is there.  [default: 0]"),
    click.option("--project", is_flag=True, help="Drop the mean of a source that does not balance when u floats."),
    _text("--method", metavar="METHOD",
          help="auto, fft, direct, cg, pcg, fcg, minres, gmres, multigrid, fmg, amg or dcdm.  [default: auto]"),
    _text("--set", "options", metavar="METHOD.KEY=VALUE", multiple=True,
          help="An option of a method, e.g. multigrid.cycle=W or fmg.only=true (stop after one full multigrid pass, at "
               "discretisation accuracy; exit code 1 where its residual misses rtol)."),
    _text("--rtol", metavar="R", help="Stop at ||b - A u|| <= max(R ||b||, atol).  [default: 1e-8]"),
    _text("--atol", metavar="R", help="Absolute tolerance.  [default: 0]"),
    _text("--maxiter", metavar="N", help="Largest number of iterations.  [default: set by the method]"),
    _text("--dtype", metavar="float32|float64",
          help="Precision of cycles; iterate and residual stay float64.  [default: float64]"),
    _text("--device", metavar="cpu|cuda", help="[default: cpu]"),
    _text("--threads", metavar="N", help="Threads of kernels, transforms and BLAS.  [default: usable cores]"),
    _text("--rhs", metavar="FILE", help="Right-hand side of a matrix: .mtx, .npy, .npz, .h5, .mat or PETSc.  "
                                        "[default: stored with it, else 1]"),
    _text("--refine", metavar="N", help="Refine a mesh N times.  [default: 0]"),
    _text("--x0", metavar="FIELD", help="Initial guess."),
    _text("--guess", metavar="RUN",
          help="Initial guess from the network of a run of sciml train; the report tells what it saves."),
    _text("--weights", metavar="RUN",
          help="Weights for method dcdm: folder of a run of sciml train dcdm.  [default: those that come with sciml]"),
    _text("--output", metavar="FILE",
          help="Solution u: .npy, .npz, .h5, .vti (box), .vtu (mesh); the last three with flux -k grad u."),
    _text("--report", metavar="FILE", help="Report as .json; - prints it."),
    _text("--plot", metavar="FILE", help="Residual history and slices of u: .png, .pdf or .svg."),
    _text("--write-matrix", metavar="FILE", help="Matrix in Matrix Market form, .mtx."),
    click.option("--explain", is_flag=True, help="Say what would run, why, and the memory it needs; do not solve."),
    click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and what --report - prints."),
    click.option("-v", "--verbose", count=True, help="A line an iteration and the table of levels; -vv for debugging."),
)


def solve_options(command: Command) -> Command:
    """Add every option to a command, in the order of the list."""
    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), command)
