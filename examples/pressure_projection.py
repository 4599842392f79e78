"""Make a velocity field around obstacles free of divergence: the pressure step of a fluid solver.

    python examples/pressure_projection.py                          # 512 x 256
    python examples/pressure_projection.py --shape 128,128,128
    python examples/pressure_projection.py --mask my_obstacles.npy  # 1 = fluid, 0 = obstacle

Velocities live on the faces of cells (a staggered grid). A stream with gusts, closed at obstacles and walls,
enters at x- and leaves through x+. The pressure p that solves

    -div(grad p) = -div(velocity),    dp/dn = 0 where the velocity is known,    p = 0 at x+,

turns it into ``velocity - grad p`` without divergence. Written to the folder of this file, or to --folder: the
obstacles, the right-hand side, the pressure, and a plot.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.datasets.fields import gaussian_field, obstacles
from sciml.mesh import Boundary, Grid
from sciml.pde import flux, poisson
from sciml.solvers import Solution, solve

Array = NDArray[np.float64]
RTOL = 1e-9


def main(arguments: Sequence[str] | None = None) -> float:
    """Project and return the divergence left, relative to that at the start."""
    options = _options(arguments)
    mask = np.load(options.mask).astype(bool) if options.mask else scattered(options.shape, seed=4)
    grid = channel(reaching_outlet(mask))
    before = gusty_stream(grid, seed=3)
    source = -divergence(grid, before)
    system = poisson(grid, source=source)
    solution = solve(system.A, system.b, rtol=RTOL, raise_on_failure=True)
    # The flux of the pressure problem is -grad p on every face: 0 at obstacles, one-sided at x+.
    after = [v + q for v, q in zip(before, flux(system, solution.x), strict=True)]
    left = float(np.linalg.norm(divergence(grid, after)) / np.linalg.norm(source))
    assert left < 10 * RTOL, f"divergence dropped to {left:.1e} only"

    _write(options.folder, grid, source, after, solution)
    print(f"{grid.shape}: {system.A.unknowns} cells of fluid, {solution.iterations} iterations of {solution.method}")
    print(f"set-up {solution.setup_seconds:.2f} s, solve {solution.solve_seconds:.2f} s")
    print(f"divergence left {left:.1e} of that at the start")
    print(f"the same from the command line:\n  {command(options.folder, grid)}")
    return left


def scattered(shape: tuple[int, ...], seed: int) -> NDArray[np.bool_]:
    """Balls and boxes of a tenth to a quarter of the height, none at inlet and outlet."""
    height = shape[1] / max(shape)
    mask = obstacles(shape, count=7 * len(shape), seed=seed, size=(0.05 * height, 0.12 * height))
    margin = shape[0] // 10
    mask[:margin] = mask[-margin:] = True
    return mask


def reaching_outlet(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The fluid without pockets: what enters at x- could not leave them."""
    from scipy.ndimage import label

    labels, _ = label(mask)
    return np.asarray(mask & np.isin(labels, labels[-1]))


def channel(mask: NDArray[np.bool_]) -> Grid:
    """A channel of height 1 with cubic cells, open at x+, walls elsewhere; at x- the velocity is given."""
    extent = tuple(n / mask.shape[1] for n in mask.shape)
    walls = dict.fromkeys(("x-", "y", "z")[: mask.ndim], Boundary("neumann"))
    return Grid(mask.shape, extent, mask=mask, boundary={**walls, "x+": Boundary("dirichlet", 0.0)})


def gusty_stream(grid: Grid, seed: int) -> list[Array]:
    """Velocity on the faces, 1 along x with gusts of 0.3, 0 on faces of obstacles and walls."""
    velocity = []
    for axis, is_open in enumerate(open_faces(grid)):
        gusts = 0.3 * gaussian_field(is_open.shape, length=grid.shape[1] / 16, seed=seed + axis)
        velocity.append(np.where(is_open, gusts + (axis == 0), 0.0))
    velocity[0][0] = open_faces(grid)[0][0]  # what enters
    return velocity


def open_faces(grid: Grid) -> list[NDArray[np.bool_]]:
    """Faces with fluid on both sides, and those of the fluid at x- and x+."""
    assert grid.mask is not None
    found = []
    for axis in range(grid.ndim):
        around = [(0, 0)] * grid.ndim
        around[axis] = (1, 1)
        padded = np.pad(grid.mask, around, mode="edge" if axis == 0 else "constant")
        n = padded.shape[axis]
        found.append(padded.take(range(n - 1), axis) & padded.take(range(1, n), axis))
    return found


def divergence(grid: Grid, velocity: Sequence[Array]) -> Array:
    """Outflow of every cell divided by its volume."""
    total = np.zeros(grid.shape)
    for axis, (v, h) in enumerate(zip(velocity, grid.spacing, strict=True)):
        total += np.diff(v, axis=axis) / h
    return total


def command(folder: Path, grid: Grid) -> str:
    """The solve as a user types it."""
    extent = ",".join(f"{length:.15g}" for length in grid.extent)
    return (
        f"sciml solve --mask {folder / 'mask.npy'} --source {folder / 'source.npy'} --extent {extent} "
        f"--bc 'neumann; x+=dirichlet:0' --rtol {RTOL:g} --output {folder / 'pressure.npy'}"
    )


def _write(folder: Path, grid: Grid, source: Array, velocity: list[Array], solution: Solution) -> None:
    np.save(folder / "mask.npy", np.asarray(grid.mask))
    np.save(folder / "source.npy", source)
    np.save(folder / "pressure.npy", solution.x)
    _plot(folder / "pressure_projection.png", grid, source, velocity, solution.x)


def _plot(path: Path, grid: Grid, source: Array, velocity: list[Array], pressure: Array) -> None:
    """Divergence before, pressure, and the flow after, in the plane in the middle of z."""
    from matplotlib.figure import Figure

    plane: tuple[Any, ...] = (..., grid.shape[2] // 2) if grid.ndim == 3 else (...,)
    at_cells = [
        (v.take(range(n), axis) + v.take(range(1, n + 1), axis)) / 2
        for axis, (v, n) in enumerate(zip(velocity, grid.shape, strict=True))
    ]
    speed = np.sqrt(sum(v**2 for v in at_cells))
    mask = np.asarray(grid.mask)[plane]
    is_long = grid.extent[0] > 1.5
    figure = Figure(figsize=(7.0, 9.6) if is_long else (14.0, 4.0), dpi=120, layout="compressed")
    panels = figure.subplots(*((3, 1) if is_long else (1, 3)), sharex=True, sharey=True)
    strongest = float(np.quantile(np.abs(source[plane][mask]), 0.99))
    for panel, title, field, style in (
        (panels[0], "divergence before", -source, {"cmap": "RdBu_r", "vmin": -strongest, "vmax": strongest}),
        (panels[1], "pressure", pressure, {"cmap": "viridis"}),
        (panels[2], "speed and streamlines after", speed, {"cmap": "magma"}),
    ):
        box = (0.0, grid.extent[0], 0.0, grid.extent[1])
        shown = np.where(mask, field[plane], np.nan).T
        picture = panel.imshow(shown, origin="lower", extent=box, interpolation="nearest", **style)
        panel.set(title=title, xlabel="x", ylabel="y", facecolor="0.8")
        figure.colorbar(picture, ax=panel)
    x, y = (points.ravel() for points in list(grid.coordinates().values())[:2])
    u, v = (np.where(mask, w[plane], np.nan).T for w in at_cells[:2])
    panels[2].streamplot(x, y, u, v, color="white", linewidth=0.5, arrowsize=0.6, density=1.4)
    for panel in panels:
        panel.label_outer()
    panels[2].set(xlim=(0, grid.extent[0]), ylim=(0, grid.extent[1]))
    figure.savefig(path)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=_cells, default=(512, 256), help="cells on 2 or 3 axes, as in 512,256")
    parser.add_argument("--mask", type=Path, help=".npy file of obstacles; gives the shape")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where files are written")
    return parser.parse_args(arguments)


def _cells(text: str) -> tuple[int, ...]:
    numbers = text.split(",")
    if len(numbers) not in (2, 3) or not all(n.strip().isdecimal() and int(n) > 1 for n in numbers):
        raise argparse.ArgumentTypeError(f"'{text}' given; expected two or three numbers of cells, as in 512,256")
    return tuple(map(int, numbers))


if __name__ == "__main__":
    main()
