"""``python -m mi_theme``: the command line."""

from mi_theme.cli import main

if __name__ == "__main__":
    main(prog_name="mi-theme")
