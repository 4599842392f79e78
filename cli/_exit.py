"""From exceptions to exit codes and one line on stderr, for every command alike."""

import logging
import warnings
from collections.abc import Callable

import click

from sciml._errors import ConvergenceError, FloatingWarning, InputError, MissingDependencyError

__all__ = ["BAD_INPUT", "FAILED", "Failure", "exit_code"]

FAILED = 1
BAD_INPUT = 2


class Failure(Exception):
    """A command ran, wrote what it could, and did not reach its goal."""


def exit_code(run: Callable[[], object]) -> int:
    """Run a command: 0 = done, 1 = ran but failed, 2 = bad input; the last two with one line on stderr.

    Parameters
    ----------
    run : callable
        Called without arguments.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FloatingWarning)  # the summary and the report name what floats
            run()
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        return _say(_usage(error), BAD_INPUT)
    except (InputError, MissingDependencyError) as error:
        return _say(error, BAD_INPUT)
    except (Failure, ConvergenceError) as error:
        return _say(error, FAILED)
    except (KeyboardInterrupt, EOFError, click.Abort):
        return _say("interrupted; nothing was written", FAILED)
    except MemoryError as error:
        return _say(f"out of memory ({error or 'allocation failed'}); use a smaller shape or a leaner method", FAILED)
    except BrokenPipeError:
        return FAILED  # whoever read our output has gone, there is no one to tell
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _say(f"input or output failed:{where} ({error.strerror or error}); nothing was written", FAILED)
    except Exception as error:
        logging.getLogger("sciml.cli").debug("unexpected error", exc_info=True)
        return _say(
            f"internal error, {type(error).__name__}: {error}; this is a defect of sciml, "
            "please report it with the output of -vv",
            FAILED,
        )
    return 0


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see: {context.command_path} --help)" if context is not None else ""
    return error.format_message().rstrip(".") + hint


def _say(text: object, code: int) -> int:
    click.echo("sciml: " + " ".join(str(text).split()), err=True)
    return code
