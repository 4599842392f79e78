"""Flow through heterogeneous rock: the effective permeability of a geostatistical field of contrast 10^6.

    python examples/permeability.py                         # a vertical section, 512 x 256
    python examples/permeability.py --shape 160,160,80      # a block

Water flows from a pressure of 1 bar at x- to 0 at x+; nothing passes the other sides. With the mobility k / mu as
coefficient, pressure and Darcy velocity are the solution and the flux of ``-div(k/mu grad p) = 0``. Written to
the folder of this file, or to --folder: the mobility, the pressure, and a plot.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.fields import permeability
from sciml.mesh import Boundary, Grid
from sciml.mesh.faces import faces_to_unknowns
from sciml.pde import boundary_balance, flux, poisson
from sciml.solvers import solve

Array = NDArray[np.float64]

CELL = (0.5, 0.5, 0.5)  # m
TYPICAL = 1e-13  # geometric middle of the permeabilities [m^2], about 0.1 darcy
VISCOSITY = 1e-3  # water [Pa s]
BAR = 1e5  # Pa
PRESSURE = 1.0 * BAR  # at x-
CONTRAST = 1e6


def main(arguments: Sequence[str] | None = None) -> float:
    """Solve and return the effective permeability [m^2]."""
    options = _options(arguments)
    grid = rock(options.shape)
    # Beds: correlated over 40 m along them, 4 m across.
    k = TYPICAL * permeability(grid.shape, CONTRAST, length=(*[80.0] * (grid.ndim - 1), 8.0), seed=options.seed)
    system = poisson(grid, coefficient=k / VISCOSITY, source=0.0)
    solution = solve(system.A, system.b, raise_on_failure=True)
    balance = boundary_balance(system, solution.x)
    effective = effective_permeability(grid, float(balance.terms["x-"]))
    lowest, highest = bounds(k)
    harmonic, arithmetic = float(1 / np.mean(1 / k)), float(k.mean())
    assert harmonic <= lowest <= effective <= highest <= arithmetic

    np.save(options.folder / "mobility.npy", k / VISCOSITY)
    np.save(options.folder / "pressure.npy", solution.x)
    _plot(options.folder / "permeability.png", grid, k, solution.x, flux(system, solution.x))
    print(f"{grid.shape}: {system.A.unknowns} cells, {solution.iterations} iterations of {solution.method}")
    print(f"set-up {solution.setup_seconds:.2f} s, solve {solution.solve_seconds:.2f} s")
    print(f"permeability from {k.min():.1e} to {k.max():.1e} m^2; inflow and outflow differ by {balance.defect:.1e}")
    print(f"effective permeability {effective:.4e} m^2")
    for name, low, high in (("means", harmonic, arithmetic), ("rows and columns", lowest, highest)):
        print(f"  bounds by {name}: {low:.4e} .. {high:.4e} m^2")
    print(f"the same from the command line:\n  {command(options.folder, grid)}")
    return effective


def rock(shape: tuple[int, ...]) -> Grid:
    """A box with given pressures at the ends of x and closed sides."""
    sides = {"x-": Boundary("dirichlet", PRESSURE), "x+": Boundary("dirichlet", 0.0)}
    closed = dict.fromkeys(("y", "z")[: len(shape) - 1], Boundary("neumann"))
    return Grid(shape, tuple(n * h for n, h in zip(shape, CELL, strict=False)), boundary={**sides, **closed})


def effective_permeability(grid: Grid, inflow: float) -> float:
    """k of the homogeneous rock with the same flow [m^3/s, per metre of depth in 2-D]."""
    area = float(np.prod(grid.extent[1:]))
    return inflow * VISCOSITY * grid.extent[0] / (area * PRESSURE)


def bounds(k: Array) -> tuple[float, float]:
    """Bounds of the effective permeability along x.

    Rows that exchange nothing conduct less: the arithmetic mean over rows of their harmonic means.
    Columns of one pressure conduct more: the harmonic mean over columns of their arithmetic means. Both hold for
    the discrete problem exactly, as restrictions of its two variational principles.

    W. T. Cardwell and R. L. Parsons, "Average permeabilities of heterogeneous oil sands", Transactions of
    the AIME 160, 1945.
    """
    rows = 1 / np.mean(1 / k, axis=0)
    columns = k.mean(axis=tuple(range(1, k.ndim)))
    return float(rows.mean()), float(1 / np.mean(1 / columns))


def command(folder: Path, grid: Grid) -> str:
    """The solve as a user types it."""
    extent = ",".join(f"{length:g}" for length in grid.extent)
    return (
        f"sciml solve --coefficient {folder / 'mobility.npy'} --source 0 --extent {extent} "
        f"--bc 'neumann; x-=dirichlet:{PRESSURE:g}; x+=dirichlet:0' --output {folder / 'pressure.npy'}"
    )


def _plot(path: Path, grid: Grid, k: Array, pressure: Array, faces: list[Array]) -> None:
    """Permeability, pressure and speed, in the plane in the middle of y in 3-D."""
    from matplotlib.figure import Figure

    plane: tuple[Any, ...] = (slice(None), grid.shape[1] // 2) if grid.ndim == 3 else (...,)
    up = grid.ndim - 1
    box = (0.0, grid.extent[0], 0.0, grid.extent[up])
    speed = np.sqrt(np.square(faces_to_unknowns(grid, faces)).sum(axis=0))
    figure = Figure(figsize=(7.0, 9.6), dpi=120, layout="constrained")
    panels = figure.subplots(3, 1, sharex=True)
    for panel, title, field, colours in (
        (panels[0], "log10 of permeability [m$^2$]", np.log10(k), "cividis"),
        (panels[1], "pressure [bar]", pressure / BAR, "viridis"),
        (panels[2], "log10 of Darcy velocity [m/s]", np.log10(speed), "magma"),
    ):
        shown = field[plane]
        low = float(np.percentile(shown, 2)) if panel is panels[2] else None
        picture = panel.imshow(shown.T, origin="lower", extent=box, cmap=colours, vmin=low, interpolation="nearest")
        panel.set(title=title, ylabel=f"{'xyz'[up]} [m]")
        figure.colorbar(picture, ax=panel)
    x, y = (grid.coordinates()[axis].ravel() for axis in ("x", "xyz"[up]))
    panels[1].contour(x, y, pressure[plane].T / BAR, levels=np.linspace(0.05, 0.95, 19), colors="white", linewidths=0.5)
    panels[2].set_xlabel("x [m]")
    figure.savefig(path)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=_cells, default=(512, 256), help="cells on 2 or 3 axes, as in 512,256")
    parser.add_argument("--seed", type=int, default=5, help="start of the random field")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where files are written")
    return parser.parse_args(arguments)


def _cells(text: str) -> tuple[int, ...]:
    numbers = text.split(",")
    if len(numbers) not in (2, 3) or not all(n.strip().isdecimal() and int(n) > 1 for n in numbers):
        raise argparse.ArgumentTypeError(f"'{text}' given; expected two or three numbers of cells, as in 512,256")
    return tuple(map(int, numbers))


if __name__ == "__main__":
    main()
