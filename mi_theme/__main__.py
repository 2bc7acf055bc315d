"""``python -m mi_theme``: the command line."""

from mi_theme.cli import main

main(prog_name="mi-theme")
