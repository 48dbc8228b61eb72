# Set-up, tests and the demonstration. Needs make and any Python from 3.11 on; everything else
# comes from the package registry into .venv/ of this checkout. On Windows see README.md.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-benchmark
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

# The first of these that is new enough and can make virtual environments is used;
# `make PYTHON=/path/to/python …` decides otherwise.
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3 python)

# Many tests start the program anew. Compiling its modules for each start costs half a second, so an
# environment that forbids keeping them is not followed here.
unexport PYTHONDONTWRITEBYTECODE

title = printf '\n== %s ==\n'

.PHONY: help setup demo test fuzz live check bench wheel constraints clean

help:
	@echo 'make demo         run the demonstration on the simulated bench'
	@echo 'make test         all checks, then all tests'
	@echo 'make check        the checks alone: ruff, mypy, import contracts'
	@echo 'make fuzz         all tests, with new random examples'
	@echo 'make live         every procedure of a car live over slcan, beside a pile, and in virtual time: same verdicts'
	@echo 'make bench        measure speed against the baselines'
	@echo 'make wheel        build dist/*.whl'
	@echo 'make constraints  pin the newest versions that pyproject.toml allows'
	@echo 'make clean        remove .venv/ and everything that was built (runs/ stays)'

demo: $(STAMP)
	@$(BIN)/harness demo

# Pytest comes last: its summary closes the output.
test: check
	@$(title) pytest
	@$(BIN)/pytest --numprocesses auto --dist worksteal

# Verdicts of `make test` are repeatable: its random examples are the same each time.
fuzz: $(STAMP)
	@HARNESS_FUZZ=1 $(BIN)/pytest --numprocesses auto --dist worksteal

live: $(STAMP)
	@$(BIN)/python tests/live_against_virtual.py

check: $(STAMP)
	@$(title) 'ruff check'
	@$(BIN)/ruff check .
	@$(title) 'ruff format --check'
	@$(BIN)/ruff format --check .
	@$(title) 'mypy --strict'
	@$(BIN)/mypy
	@$(title) lint-imports
	@$(BIN)/lint-imports

bench: $(BENCH_STAMP)
	@$(BIN)/python benchmarks/run_all.py

wheel: $(STAMP)
	@$(BIN)/python -m build --wheel --no-isolation

setup: $(STAMP)

# An environment belongs to one folder and one Python. A moved checkout, or a Python that is
# gone, is set up again.
ifneq ($(shell $(BIN)/python -c '' 2>/dev/null && cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

$(STAMP): pyproject.toml constraints.txt
	@if [ -f $(STAMP) ] && [ "$$(cat $(STAMP))" != "$(CURDIR)" ]; then rm -rf $(VENV); fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  found=; incomplete=; \
	  for python in $(PYTHONS); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	    incomplete=$${incomplete:-$$python}; \
	  done; \
	  if [ -z "$$found" ] && [ -n "$$incomplete" ]; then \
	    echo "$$incomplete cannot make virtual environments: its module venv or ensurepip is missing." >&2; \
	    echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; \
	    exit 1; \
	  elif [ -z "$$found" ]; then \
	    echo 'Python 3.11 or later is needed; none was found (looked for: $(PYTHONS)).' >&2; \
	    echo 'Install one, or name it: make PYTHON=/path/to/python …' >&2; \
	    exit 1; \
	  fi; \
	  echo "Setting up $(VENV)/ with $$("$$found" --version) …"; \
	  "$$found" -m venv --clear $(VENV) || exit 1; \
	else \
	  echo 'Bringing $(VENV)/ up to date …'; \
	fi; \
	$(PIP) install --editable '.[test,dev]' --constraint constraints.txt
	@printf '%s\n' "$(CURDIR)" >$(STAMP)

$(BENCH_STAMP): $(STAMP)
	@echo 'Installing what the benchmarks compare with …'
	@$(PIP) install --use-pep517 --editable '.[benchmark]' --constraint constraints.txt
	@touch $(BENCH_STAMP)

# Resolved in an environment of its own, so that nothing slips in that pyproject.toml does not
# ask for.
constraints: $(STAMP)
	@rm -rf build/pins
	@$(BIN)/python -m venv build/pins
	@build/pins/bin/python -m pip --quiet --disable-pip-version-check install \
	  --use-pep517 --editable '.[test,dev,benchmark]'
	@echo '# Made by `make constraints`: the newest versions that pyproject.toml allowed then.' \
	  >build/constraints.txt
	@build/pins/bin/python -m pip --disable-pip-version-check freeze --exclude-editable \
	  >>build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/pins

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find benchmarks harness simulators tests -name __pycache__ -type d -prune -exec rm -rf {} +
