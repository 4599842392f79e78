"""The command ``sciml predict``: outputs of a trained model, and with --refine answers with a proven residual."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sciml.solvers._guess import Refined
    from sciml.train.predict import PredictionInput
    from sciml.train.trained import Trained

__all__ = ["predict"]

EPILOG = """\b
Examples:
  sciml predict runs/mgno-1 --output u.npy
  sciml predict runs/mgno-1 coefficient.npy --output u.npy --refine 1e-8 --report u.json
  sciml predict runs/mgno-1 darcy64.h5 --part val --output predictions.h5
  sciml predict runs/mgno-1 darcy64.h5 --levels 1 --output predictions.h5
  sciml predict runs/flow-1 flow.h5 --steps 40 --output frames.h5

\b
INPUT is a data set, of which the test samples are predicted, or an .npy array (H, W) or (N, H, W) of what the model
takes, on the box of its training; without it the data of the run are taken.

\b
--refine starts multigrid (conjugate gradients where coefficients vary) from the best multiple of the prediction, and
once more from zero to tell what that saved. Exit code: 0 done, 1 not converged or failed, 2 bad input.
"""

SUFFIXES = (".npy", ".h5")

_path = click.Path(path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("run", type=_path)
@click.argument("source", required=False, type=_path, metavar="[INPUT]")
@click.option("--output", type=_path, required=True, metavar="OUT",
              help="Predictions: .npy, or .h5 as a data set with the inputs.")
@click.option("--refine", type=float, metavar="RTOL",
              help="Solve the equation of the run from the predictions, to this relative residual.")
@click.option("--steps", type=int, metavar="N",
              help="Frames to predict, of a network that steps in time.  [default: as in training]")
@click.option("--levels", type=int, default=0, metavar="N",
              help="Add N levels to MgNO, for cells 2^N times as narrow as in training.")
@click.option("--symmetrise", is_flag=True, help="Average predictions over the symmetries of data.augment.")
@click.option("--report", type=_path, metavar="FILE", help="Report as .json; - prints it.")
@click.option("--part", default="test", metavar="NAME", help="train, val or test of a data set.  [default: test]")
@click.option("--protocol", default="", metavar="NAME", help="A published split of the data set.")
@click.option("--threads", type=int, metavar="N", help="Threads of torch and the solver.  [default: those of the run]")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and what --report - prints.")
def predict(
    run: Path, source: Path | None, output: Path, refine: float | None, report: Path | None, quiet: bool, **given: Any,
) -> None:
    """Predict with the best model of RUN; with --refine solve from there and prove the residual."""
    from contextlib import ExitStack

    from sciml.cli._exit import Failure
    from sciml.train.levels import with_levels
    from sciml.train.symmetrised import symmetrised
    from sciml.train.trained import Trained

    _check(output, refine, report, given["threads"])
    trained = with_levels(Trained.of(run), given["levels"])
    if given["symmetrise"]:
        trained = symmetrised(trained)
    with ExitStack() as stack:
        inputs = _open(trained, source, stack, given)
        values, facts = _predicted(trained, inputs, refine, given["threads"], given["steps"], quiet)
        facts = {**_about(trained, source, output, inputs, given), **facts}
        _write(trained, inputs, values, output, report, facts)
    if report == Path("-"):
        click.echo(_json(facts))
    elif not quiet:
        _say(facts)
    if refine is not None and not facts["converged"]:
        worst = max(facts["residual"])
        raise Failure(f"not converged: the largest relative residual is {worst:.2e} (rtol {refine:.0e})")


def _check(output: Path, refine: float | None, report: Path | None, threads: int | None) -> None:
    from sciml._errors import InputError
    from sciml._nearest import nearest

    for name, target, known in (("output", output, SUFFIXES), ("report", report, (".json",))):
        if target is None or (target == Path("-") and name == "report"):
            continue
        if target.suffix not in known:
            raise InputError(
                f"--{name} {target}: suffix '{target.suffix}' is unknown; use {', '.join(known)}"
                f"{nearest(target.suffix, known)}"
            )
        if not target.resolve().parent.is_dir():
            raise InputError(f"--{name} {target}: there is no folder {target.parent}; create it first")
    if refine is not None and not 0 < refine < 1:
        raise InputError(f"--refine is {refine}; expected a relative residual between 0 and 1, such as 1e-8")
    if threads is not None and threads < 1:
        raise InputError(f"--threads is {threads}; expected a whole number >= 1")


def _open(trained: "Trained", source: Path | None, stack: Any, given: dict[str, Any]) -> "PredictionInput":
    from sciml.mesh.io.arrays import ArrayFile
    from sciml.train.predict import array_input, data_input

    if source is not None and source.suffix == ".npy":
        return array_input(trained, ArrayFile(source).read())
    files = [] if source is None else [source]
    return data_input(trained, files, stack, part=given["part"], protocol=given["protocol"])


def _predicted(
    trained: "Trained", inputs: "PredictionInput", refine: float | None, threads: int | None, steps: int | None,
    quiet: bool,
) -> tuple[Any, dict[str, Any]]:
    """Predictions or answers (N, channels, *spatial), and what the report says of them."""
    from sciml.cli._counting import counting
    from sciml.train.native import native_shape
    from sciml.train.predict import predict_all, refinement_facts

    if refine is not None:
        inputs.system(int(inputs.indices[0]))  # refuse what no solver can refine before anything is computed
    with counting("samples predicted", quiet) as progress:
        values, seconds = predict_all(
            trained, inputs, guess=refine is not None, threads=threads, steps=steps, progress=progress
        )
    facts: dict[str, Any] = {"seconds_per_sample": seconds}
    if trained.layout is not None:
        facts["steps"] = values.shape[1] // trained.out_channels
    if refine is not None:
        facts["predicted_at"] = list(native_shape(trained, inputs.grid))
        values, found = _refined(inputs, values, refine, threads or trained.config.train.threads, quiet)
        facts |= {"rtol": refine, "equation": inputs.equation} | refinement_facts(found)
    return values, facts


def _refined(
    inputs: "PredictionInput", values: Any, rtol: float, threads: int, quiet: bool
) -> "tuple[Any, list[Refined]]":
    from sciml.cli._compiling import watch_compilation
    from sciml.cli._counting import counting
    from sciml.cli._execute import use_threads
    from sciml.train.predict import refine_all

    def announce() -> None:
        if not quiet:
            click.echo("compiling kernels, once (cached on disk for later runs)", err=True)

    with use_threads(threads), watch_compilation(announce), counting("samples refined", quiet) as progress:
        return refine_all(inputs, values, rtol, progress=progress)


def _about(
    trained: "Trained", source: Path | None, output: Path, inputs: "PredictionInput", given: dict[str, Any]
) -> dict[str, Any]:
    return {
        "model": trained.config.model.name,
        "checkpoint": str(trained.path / "model.safetensors"),
        "input": str(source) if source is not None else list(trained.config.data.files) or trained.record["data"],
        "part": None if source is not None and source.suffix == ".npy" else given["part"],
        "samples": len(inputs),
        "indices": inputs.indices.tolist(),
        "resolution": list(inputs.grid.shape),
        "parameters": trained.parameters,
        **({"levels": given["levels"]} if given["levels"] else {}),
        **({"symmetrised": trained.config.data.augment} if given["symmetrise"] else {}),
        "output": str(output),
    }


def _write(
    trained: "Trained", inputs: "PredictionInput", values: Any, output: Path, report: Path | None, facts: dict[str, Any]
) -> None:
    """Write predictions and report, both or neither."""
    from sciml._atomic import replacing
    from sciml.train.predictions import write_array, write_data_set

    targets = [output, *([report] if report is not None and report != Path("-") else [])]
    with replacing(*targets) as partials:
        if output.suffix == ".npy":
            write_array(partials[0], trained, inputs, values)
        else:
            write_data_set(partials[0], trained, inputs, values, output.stem)
        if len(partials) > 1:
            partials[1].write_text(_json(facts) + "\n")


def _json(facts: dict[str, Any]) -> str:
    from sciml.cli._report import as_json

    return as_json(facts)


def _say(facts: dict[str, Any]) -> None:
    from sciml.cli._summary import print_pairs

    pairs = {
        "model": f"{facts['model']}, {facts['parameters']} parameters",
        "samples": f"{facts['samples']} of {' x '.join(map(str, facts['resolution']))}{_where(facts)}",
        "milliseconds a sample": f"{1e3 * facts['seconds_per_sample']:.3g}",
    }
    if "steps" in facts:
        pairs["steps in time"] = str(facts["steps"])
    if "rtol" in facts:
        mean = facts["mean"]
        saves = mean["iterations"] < mean["iterations_zero_guess"]
        pairs |= {
            "residual": f"largest {max(facts['residual']):.2e} (rtol {facts['rtol']:.0e}); of predictions "
                        f"{mean['residual_guess']:.2e} on average",
            "iterations": f"{mean['iterations']:.2f} on average, {mean['iterations_zero_guess']:.2f} from zero"
                          + ("" if saves else ": the prediction saves none"),
            "milliseconds a solve": f"{1e3 * mean['solve_seconds']:.3g}, "
                                    f"{1e3 * mean['solve_seconds_zero_guess']:.3g} from zero",
            "energy error": f"{mean['energy_error'] / (mean['energy_norm'] or 1):.2e} of the energy norm, estimated "
                            f"{mean['energy_error_estimate'] / (mean['energy_norm'] or 1):.2e}",
        }
    print_pairs(pairs | {"written": facts["output"]}, sys.stdout)


def _where(facts: dict[str, Any]) -> str:
    """On which grid the network ran, if another."""
    from sciml.cli.evaluate import levels_of

    shape = facts.get("predicted_at", facts["resolution"])
    if "levels" in facts:
        return levels_of(facts)
    return "" if shape == facts["resolution"] else f", predicted on {' x '.join(map(str, shape))} and interpolated"
