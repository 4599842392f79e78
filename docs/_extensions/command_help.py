"""Directive ``command-help``: what ``sciml COMMAND --help`` prints, taken from the code."""

from typing import Any

import click
from docutils import nodes
from docutils.parsers.rst import Directive

from sciml.cli.main import cli


class CommandHelp(Directive):
    """Insert the help text of the command whose words are the arguments, e.g. ``bench run``."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The help text as a literal block."""
        context = click.Context(cli, info_name="sciml", max_content_width=100, terminal_width=100)
        command: click.Command = cli
        for word in self.arguments:
            assert isinstance(command, click.Group)
            found = command.get_command(context, word)
            assert found is not None, word
            command = found
            context = click.Context(command, parent=context, info_name=word, max_content_width=100, terminal_width=100)
        text = command.get_help(context)
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Any) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}
