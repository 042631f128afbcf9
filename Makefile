# Everything a person or a schedule does with this project, in one word each.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.complete


.DEFAULT_GOAL := help
.PHONY: help setup report test lab lint format types check bench lock data clean

help: ## list what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk 'BEGIN{FS=":.*## "}{printf "  make %-8s %s\n",$$1,$$2}'

# The stamp is written last, so that an interrupted set-up is taken up again instead of believed.
$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "erqi needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Say which one to use: make setup PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP) ## make the environment in .venv, with the command erqi in it

report: setup ## clean the plan, run the notebooks, write reports/latest/index.html
	@$(BIN)/erqi build
	@$(BIN)/erqi report run

test: setup ## run all tests
	@$(BIN)/python -m pytest -n auto

lab: setup ## open JupyterLab on the notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

data: setup ## rebuild data/processed from data/raw
	@$(BIN)/erqi build

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy
	$(BIN)/mypy

check: lint types test ## lint, types and tests

format: setup ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure speed and memory, as ratios in one run
	@$(BIN)/python -m tests.bench

lock: setup ## pin the dependencies of pyproject.toml again
	$(BIN)/uv pip compile --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --all-extras --upgrade --quiet \
	  pyproject.toml -o requirements.txt

clean: ## remove the environment and what was built, never data/raw
	rm -rf $(VENV) reports/latest reports/history reports/.cache .pytest_cache .mypy_cache .ruff_cache
