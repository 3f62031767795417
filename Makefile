# Two commands matter: `make demo` shows the worker at work, `make test` checks everything.
# Nothing is installed outside .venv; the servers they start are in .venv too, and end with them.

PYTHON ?= python3
LOOPS ?= asyncio,uvloop
SCALE ?= ci
MINUTES ?= 20
PROCESSES ?= 3
EXTRAS := uvloop reload jobs tui embedded dev

# A virtual environment belongs to one Python and one place: the stamp names both, and lies within.
BASE := $(shell $(PYTHON) -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))' 2>/dev/null)
OWNER := $(shell $(PYTHON) -c 'import hashlib, sys; \
	print(hashlib.sha256(repr((sys.version, sys.base_prefix, sys.argv[1])).encode()).hexdigest()[:12])' \
	'$(CURDIR)' 2>/dev/null)
BIN := .venv/bin
STAMP := .venv/installed-$(OWNER)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup check test mutants guards demo dev dev-worker worker lock clean faults soak evidence smoke peers bench bench-full

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

setup: $(STAMP)  ## .venv with everything that requirements.lock names; does nothing if it is there
	@:

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) found: install Python 3.11 or later, or make PYTHON=/path/to/python"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is $$($(PYTHON) -V): Python 3.11 or later is needed, give it by make PYTHON=/path/to/python"; exit 2; }
	@if ! ls .venv/installed-$(OWNER) >/dev/null 2>&1; then \
		rm -rf .venv; \
		$(BASE) -m venv .venv || { rm -rf .venv; echo "cannot make .venv: on Debian and Ubuntu install python3-venv"; exit 2; }; \
	fi
	@echo "installing into .venv"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

check: setup  ## lint, format, types and import contracts
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary & mypy=$$!; \
		$(BIN)/basedpyright --level error; code=$$?; \
		wait $$mypy && exit $$code
	@contracts=$$($(BIN)/lint-imports --no-logo) || { echo "$$contracts"; exit 1; }

# Hundreds of its processes import the same files: without compiled ones each would compile them anew.
test: check  ## the checks, then all tests against real servers, by PROCESSES=3 at once; LOOPS=uvloop for one loop only
	@PYTHONDONTWRITEBYTECODE= ENGINE_TEST_LOOP=$(LOOPS) $(BIN)/pytest --quiet --numprocesses $(PROCESSES) --dist worksteal

mutants: setup  ## every deliberate fault and each guard of the Lua taken out, in copies; 1 if no test saw one
	@$(BIN)/python -m tests.mutants $(ARGS)

guards: setup  ## docs/guards.md anew: each promise of the README, its test and its guard
	@$(BIN)/python -m tests.mutants list

demo: setup  ## the whole line at work: servers, migrations, simulator, worker, ingest, scores
	@$(BIN)/python -m jobs.demo

dev: setup  ## everything to develop with: servers if none are configured, simulator, a worker that reloads
	@$(BIN)/python -m jobs.development $(ARGS)

dev-worker: setup  ## a worker that reloads on changes of the source, with the servers that are configured
	@$(BIN)/python -m engine run --reload --reload-dir engine --reload-dir jobs $(ARGS)

worker: export LOG_FORMAT ?= json
worker: setup  ## a worker as in production: configured servers, no reload, JSON logs
	@$(BIN)/python -m engine run $(ARGS)

faults: setup  ## counted faults, at most 12 minutes; SCALE=release for the full counts, SEED=n to replay
	@mkdir -p .data
	@$(BIN)/python -m tests.faults $(ROWS) --scale $(SCALE) $(if $(SEED),--seed $(SEED)) --json .data/faults-$(SCALE).json

soak: setup  ## a worker under mixed faults for MINUTES=20: does what it takes come to rest
	@mkdir -p .data
	@$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) --json .data/soak.json

evidence: setup  ## docs/evidence.md anew from the figures in docs/evidence
	@$(BIN)/python -m tests.faults.page

smoke: setup  ## the benchmarks' smoke set, under a minute: fails only where ours fell below half of its baseline
	@$(BIN)/python -m benchmarks run --set smoke --baseline --anew --json .data/benchmarks/smoke.json

peers: setup  ## what ours is compared with, each in an environment of its own below .data/peers
	@$(BIN)/python -m benchmarks install

bench: setup  ## the benchmarks beside BullMQ and two Python peers, those that are installed
	@$(BIN)/python -m benchmarks run --set bench --json .data/benchmarks/bench.json
	@$(BIN)/python -m benchmarks report .data/benchmarks/bench.json

bench-full: setup  ## all cases and all peers, backlogs to 5 million, into docs/benchmarks; goes on if it was cut off
	@$(BIN)/python -m benchmarks run --set full --json docs/benchmarks/full.json
	@$(BIN)/python -m benchmarks report docs/benchmarks/full.json --into docs/benchmarks

lock:  ## requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		$(addprefix --extra ,$(EXTRAS)) --output-file requirements.lock pyproject.toml

clean:  ## nothing is left of setup, demo, checks and tests
	rm -rf .venv .data .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
