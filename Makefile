# make demo    set up, make a rendition, its sound and a picture, say how to go on
# make test    set up, lint, types, tests (a sample of the long ones)
# make docs    set up, build the site into docs/_build/html
#
# With another Python: make test PYTHON=python3.13 (in .venv-python3.13). What is installed stands in requirements.lock.

PYTHON ?= python3
VENV   := .venv$(if $(filter python3,$(notdir $(PYTHON))),,-$(notdir $(PYTHON)))
BIN    := $(VENV)/bin
LOCK   := --constraint requirements.lock
PIP    := $(BIN)/python -m pip --disable-pip-version-check install -qq
EDITABLE = $(PIP) $(LOCK) --no-build-isolation --editable .
BUILD  := hatchling hatch-fancy-pypi-readme editables
# what the oldest and the newest packages are tried on; TESTS=tests for all
TESTS  := $(addprefix tests/test_,bridges.py cli.py lineage_data.py midi.py notation.py sound.py views.py worksheets.py)

.PHONY: demo test test-all test-newest test-oldest sample lock docs dist bench fuzz golden pictures clean

demo: $(VENV)/.installed
	@mkdir -p demo
	@$(BIN)/mi-theme adapt --to 4/4
	@echo
	@$(BIN)/mi-theme render --form clayton-mullen --style jazz-combo --seed 1 -o demo/mission.mid
	@$(call try,sound demo/mission.mid -o demo/mission.wav,No sound was made)
	@$(call try,draw --to 4/4 -o demo/versions.svg,No picture was made)
	@echo
	@echo "mission: the theme's figure in 5/4, then in 4/4, in an arrangement of ours; any player opens it."
	@echo "versions: the theme above its 4/4 version; a browser opens it. To go on:"
	@echo "  $(BIN)/mi-theme adapt --to 7/8:2+2+3"
	@echo "  $(BIN)/mi-theme compare demo/mission.mid --to 3/4"
	@echo "  $(BIN)/mi-theme convert demo/mission.mid --to 6/8 -o demo/mission_68.mid --explain"

# what cannot be made is one sentence and no failure
try = export MI_THEME_SYSTEM=0; said=$$($(BIN)/mi-theme $(1) 2>&1) && echo "$$said" || echo "$(2): $${said\#mi-theme: }."

test: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2

test-all: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 --everything

test-newest:
	$(MAKE) sample VENV=$(VENV)-newest LOCK="--upgrade --upgrade-strategy eager"

test-oldest:
	$(MAKE) sample VENV=$(VENV)-oldest LOCK="--constraint requirements-oldest.lock"

sample: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -q -n 2 $(TESTS)

docs: $(VENV)/.installed-docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

dist: $(VENV)/.installed-dev
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/python -m twine check --strict dist/*

# the same work by us and by music21, mido, pretty_midi, partitura and symusic; ten minutes. SAVE=--save writes docs/explanation/speed.md
bench: $(VENV)/.installed-dev
	$(BIN)/python tests/benchmarks/side_by_side.py $(SAVE)

# hostile inputs by the thousand: make fuzz N=20000 SEED=7 KINDS="abc kern"; led by coverage, one kind at a time: GUIDED=1 KINDS=abc
fuzz: $(VENV)/.installed-dev
	$(if $(GUIDED),$(PIP) atheris)
	$(BIN)/python tests/$(if $(GUIDED),guided_fuzzing.py $(or $(KINDS),midi),fuzzing.py) $(if $(GUIDED),$(or $(N),2000) $(or $(SEED),1),$(or $(N),2000) $(or $(SEED),1) $(KINDS))

golden: $(VENV)/.installed-dev
	for script in tests/golden/regenerate*.py; do $(BIN)/python $$script || exit 1; done

pictures: $(VENV)/.installed-dev
	$(BIN)/python docs/pictures/regenerate.py

# the newest of everything, and the lowest that pyproject.toml names, for every system and Python
lock: $(BIN)/python
	$(PIP) uv
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --upgrade --resolution lowest-direct -o requirements-oldest.lock

COMPILE = $(BIN)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --extra dev pyproject.toml

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mi_theme needs Python 3.11 or later: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: EXTRAS := audio,notation
$(VENV)/.installed: OR_ELSE = 2>$(VENV)/said || $(EDITABLE)  # where those cannot be had: the demo says so
$(VENV)/.installed-dev: EXTRAS := dev
$(VENV)/.installed-docs: EXTRAS := docs
$(VENV)/.installed $(VENV)/.installed-dev $(VENV)/.installed-docs: $(BIN)/python pyproject.toml requirements.lock
	@echo "installing into $(VENV): a minute or two the first time"
	@$(PIP) $(LOCK) $(BUILD)
	@$(EDITABLE)'[$(EXTRAS)]' $(OR_ELSE)
	@touch $@

clean:
	rm -rf .venv* demo docs/_build docs/lessons build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
