"""Directive ``command-help``: what ``sciml COMMAND --help`` prints, taken from the code."""

from typing import Any, ClassVar

import click
from docutils import nodes
from docutils.parsers.rst import Directive

from sciml.cli.main import main


class CommandHelp(Directive):
    """Insert the help text of the command named in the argument."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """The help text as a literal block."""
        name = self.arguments[0]
        top = click.Context(main, info_name="sciml", max_content_width=100, terminal_width=100)
        command = main.get_command(top, name)
        assert command is not None, name
        text = command.get_help(click.Context(command, parent=top, info_name=name))
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
