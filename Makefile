# Every target prepares what it needs the first time. Needs: Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export MUSIC
export DAGSTER_HOME := $(CURDIR)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
.PHONY: help ingest ui test lint check bench reference clean
.DEFAULT_GOAL := help

help:  ## what can be asked for
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(VENV)/python: 
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Linernotes needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Say which one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "This Python lacks its venv module. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing what Linernotes needs (once; a few minutes on a slow line) …"
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "Installing what the tests need (once) …"
	@PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet -e '.[dev]'
	@touch $@

ingest: $(VENV)/ready  ## look at MUSIC=folder (without it: a small demo library) and write down what is found
	@if [ -n "$$MUSIC" ]; then $(BIN)/linernotes ingest -- "$$MUSIC"; else $(BIN)/linernotes ingest --or-demo; fi

ui: $(VENV)/ready  ## the Dagster UI on http://localhost:3000, watching the folders
	@$(BIN)/linernotes ui

test: $(VENV)/ready-dev  ## the tests
	@$(BIN)/python -m pytest -q -n auto --cov --cov-report=
	@$(BIN)/coverage report --include='music/*,lake/*' --fail-under=98
	@$(BIN)/coverage report --include='ingest_assets/*,sensors/*,resources/*' --fail-under=90

lint: $(VENV)/ready-dev  ## ruff, format, types, imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

check: lint test  ## all that must be green before a change is done

bench: $(VENV)/ready-dev  ## speed and memory, as ratios in one run
	@$(BIN)/python -m benchmarks

reference: $(VENV)/ready  ## write README's tables anew from the code
	@$(BIN)/python -m ingest_assets.reference

clean:  ## forget the environment (never the lake)
	@rm -rf $(VENV)
