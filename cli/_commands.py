"""A command group whose commands are imported only when they run."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

from sciml.cli._exit import exit_code

__all__ = ["LazyCommands"]


class LazyCommands(click.Group):
    """Commands named by module; ``--help`` of the group imports none of them.

    Parameters
    ----------
    lazy : mapping of str to (str, str)
        Command name to module and one line of help; the module holds the command under its name.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.lazy:
            return None
        command = getattr(import_module(self.lazy[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, naming the nearest command when there is none."""
        if args and not args[0].startswith("-") and args[0] not in self.lazy:
            from sciml._nearest import nearest

            raise click.UsageError(
                f"no command '{args[0]}'; use one of {', '.join(self.lazy)}{nearest(args[0], self.lazy)}", ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and exit with 0, 1 or 2; a failure is one line on stderr, never a traceback or a usage block."""
        given = sys.argv[1:] if args is None else list(args)
        name = prog_name or "sciml"
        self._main_shell_completion(extra, name, complete_var)

        def run() -> None:
            with self.make_context(name, given, **extra) as ctx:
                self.invoke(ctx)

        sys.exit(exit_code(run))
