# make demo    set up, render, say how to hear it
# make test    set up, lint, types, tests (a sample of the long ones)
# make docs    set up, build the site into docs/_build/html

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo test test-all docs bench golden pictures clean

demo: $(VENV)/.installed
	@mkdir -p demo
	@$(BIN)/mi-theme render --form clayton-mullen --style jazz-combo --seed 1 -o demo/mission.mid
	@$(BIN)/mi-theme info demo/mission.mid
	@echo
	@$(BIN)/mi-theme adapt --to 4/4
	@echo
	@echo "demo/mission.mid: the theme's figure in 5/4, then in 4/4, in an arrangement of ours."
	@echo "To hear it, open it in any player or notation program (MuseScore, GarageBand, VLC), or as sound:"
	@$(BIN)/mi-theme sound demo/mission.mid -o demo/mission.wav || true

test: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2

test-all: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 --everything

docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

bench: $(VENV)/.installed-dev
	$(BIN)/python tests/benchmarks/startup.py

golden: $(VENV)/.installed-dev
	for script in tests/golden/regenerate*.py; do $(BIN)/python $$script || exit 1; done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mi_theme needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@ $(VENV)/.installed

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures/regenerate.py

clean:
	rm -rf $(VENV) demo docs/_build docs/lessons build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
