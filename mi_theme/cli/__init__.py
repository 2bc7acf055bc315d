"""``mi-theme``: the library from the command line."""

from mi_theme.cli.command_group import COMMANDS, main

__all__ = ["COMMANDS", "main"]
