# Curator. `make` alone prints what there is. Everything is set up on the way by scripts/setup.sh, which says what it
# installs; everything that runs keeps its state under var/ (CURATOR_VAR names another folder).
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo run smoke test faults check clean
.NOTPARALLEL:

PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON_HERE = .venv/bin/python

# Homebrew's libraries are not on the loader's path on Apple's own processors.
ifeq ($(shell uname -s),Darwin)
export DYLD_FALLBACK_LIBRARY_PATH := /opt/homebrew/lib:/usr/local/lib:$(DYLD_FALLBACK_LIBRARY_PATH)
endif

help: ## What there is to make
	@awk 'BEGIN { FS = ":.*## " } /^[a-zA-Z_%-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8001 make demo takes another port than 8000."

setup: ## Install what is missing (the others do this first)
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test

demo: setup ## The bundled sample, all the way through, at http://127.0.0.1:8000 until Ctrl-C
	@$(PYTHON_HERE) -m curator.embedded --demo --bind $(HOST):$(PORT)

run: setup ## The same without the sample: real feeds, your own editions
	@$(PYTHON_HERE) -m curator.embedded --bind $(HOST):$(PORT)

smoke: setup ## The demo without a reader, to the end; the last line counts what each stage made
	@$(PYTHON_HERE) -m curator.embedded --smoke

test: setup-test ## All checks and all tests
	@sh scripts/check.sh
	@$(PYTHON_HERE) -m pytest

faults: setup-test ## Kill, restart and starve everything, fifty times over (minutes)
	@FAULTS=50 $(PYTHON_HERE) -m pytest tests/faults

check: setup ## The checks alone: style, types, imports, migrations, deployment
	@sh scripts/check.sh

bench-%: setup ## One measurement beside its peer: bench/NAME.py
	@$(PYTHON_HERE) -m bench.$(subst -,_,$*)

clean: ## Remove what tools and test runs leave behind (not your data)
	rm -rf var/smoke var/test .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
