# One runner for everything. Each target makes $(VENV) and installs what it needs: python3 >= 3.11, make and a package
# registry are enough. Choose another interpreter with `make test PYTHON=python3.13`, another place with VENV=.venv-3.13.

.DEFAULT_GOAL := help
PYTHON ?=
VENV ?= .venv
ARGS ?=
BIN := $(VENV)/bin

# The commit chooses the sample of the long sweeps: one commit is always tested in the same way, the next in another.
MAILKIT_SEED ?= $(shell git rev-parse --short=8 HEAD 2>/dev/null || echo 00000000)
export MAILKIT_SEED
MAILKIT_SWEEP ?= sample
# The sweeps of `make proof` share the cores.
PROCESSES ?= 2
# mkdocs-material prints a page about its own future otherwise.
export NO_MKDOCS_2_WARNING := 1

# The demo needs no development tools; where they are installed already, their environment serves it too.
DEMO_READY := $(if $(wildcard $(VENV)/.dev),$(VENV)/.dev,$(VENV)/.demo)

.PHONY: help demo servers test proof check bench score fuzz docs fmt footprint clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(DEMO_READY) ## the whole road with in-process servers; the exit code is its verdict (ARGS=--break=ingest sabotages it)
	$(BIN)/mailkit demo $(ARGS)

servers: ## Dovecot, Postfix, PostgreSQL, PgBouncer for the tests: Debian's packages unpacked in .servers/, nothing installed
	$(or $(PYTHON),python3) tools/servers.py $(ARGS)

test: $(VENV)/.dev ## the whole suite, long sweeps sampled by the commit (MAILKIT_SWEEP=full: every point, for hours)
	@$(BIN)/python tools/servers.py --quiet
	MAILKIT_SWEEP=$(MAILKIT_SWEEP) $(BIN)/python -m pytest --hypothesis-seed=$(MAILKIT_SEED) $(ARGS)

proof: $(VENV)/.dev ## every sweep in full, in PROCESSES=2 processes; a table at the end
	@$(BIN)/python tools/servers.py --quiet
	MAILKIT_SWEEP=full $(BIN)/python -m pytest --hypothesis-seed=$(MAILKIT_SEED) -m proof -n $(PROCESSES) --dist worksteal $(ARGS)

check: $(VENV)/.dev ## lint, format, types, layers, sizes, documentation
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/sizes.py
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/mypy tests/typing tools benchmarks examples
	$(BIN)/pyright --pythonpath $(abspath $(BIN))/python tests/typing
	$(BIN)/python tools/publictypes.py
	$(BIN)/mkdocs build --strict --site-dir $(VENV)/site

bench: $(VENV)/.dev ## speed, as ratios to the standard library and the bare database driver; import time
	$(BIN)/python tools/importtime.py
	$(BIN)/python benchmarks/bench_parse.py $(ARGS)
	$(BIN)/python benchmarks/bench_content.py $(ARGS)
	$(BIN)/python benchmarks/bench_ingest.py $(ARGS)

score: $(VENV)/.dev ## quality on the corpora that MAILKIT_CORPORA names
	$(BIN)/python benchmarks/score_message.py $(ARGS)
	$(BIN)/python benchmarks/score_content.py $(ARGS)
	$(BIN)/python benchmarks/score_bombs.py
	$(BIN)/python benchmarks/score_growth.py
	$(BIN)/python benchmarks/score_sweep.py

fuzz: $(VENV)/.dev ## everything that reads strangers' bytes, fuzzed for ARGS="--minutes 2" each (CPython on Linux)
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check "atheris>=3"
	$(BIN)/python tools/fuzz.py $(ARGS)

docs: $(VENV)/.dev ## the documentation, strict, in site/
	$(BIN)/mkdocs build --strict --site-dir site
	@echo "site/index.html"

fmt: $(VENV)/.dev ## format and sort imports
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

footprint: $(VENV)/.dev ## packages and megabytes of a core install in a fresh environment
	$(BIN)/python tools/footprint.py

clean: ## remove what the targets made
	rm -rf $(VENV) .servers site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.demo: pyproject.toml tools/venv.sh
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV) demo

$(VENV)/.dev: pyproject.toml tools/venv.sh
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV) dev

# An interpreter named on the command line must be the one of an environment that is there already.
ifneq ($(PYTHON),)
.PHONY: same-python
same-python:
	@PYTHON="$(PYTHON)" sh tools/venv.sh $(VENV) same
$(VENV)/.demo $(VENV)/.dev: | same-python
endif
