# Two commands to know:  make run  and  make test.   `make help` lists the rest.
# Everything lives in .venv and ui/node_modules; Node too comes from PyPI (docs/adr/0004).

PYTHON ?= python3
BIN    := .venv/bin
NPM    := $(BIN)/python tools/node.py npm
PIP    := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

UI_SOURCES := $(shell find ui -type f -not -path '*/node_modules/*' -not -path '*/tests/*' 2>/dev/null) $(wildcard svyaz/locale/*.toml)

.DEFAULT_GOAL := help
.PHONY: help run setup test check fix quick pictures survive bench build lock clean
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: .venv/.run svyaz/static/index.html  ## a ready CRM with sample data at http://127.0.0.1:8000
	$(BIN)/svyaz serve --home data --demo

setup: .venv/.dev ui/node_modules/.package-lock.json svyaz/static/index.html  ## all that developing and testing needs
	$(PYTHON) tools/need.py postgresql chromium firefox samba slapd openssl

test: setup check  ## prove everything: checks, interface, SQLite and PostgreSQL, wheel, browser
	$(NPM) test
	$(PYTEST)

check: .venv/.dev ui/node_modules/.package-lock.json  ## format, lint, types, import contracts, words (half a minute)
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports
	$(BIN)/python tools/check_house.py
	$(BIN)/python tools/check_words.py
	$(BIN)/mypy
	$(NPM) run check

fix: .venv/.dev  ## put right what ruff can: format, order of imports
	$(BIN)/ruff check --quiet --fix --exit-zero .
	$(BIN)/ruff format --quiet .

quick: .venv/.dev  ## the edit loop: tests on SQLite only, under a minute
	$(PYTEST) -q -m "not postgres and not story and not wheel and not e2e" $(LONG:%=--ignore=%)
# What proves much and takes its time: random calls, trees and histories, real processes.
LONG := tests/api/test_schemathesis.py tests/api/test_strangers_words.py tests/command tests/live \
	tests/expression/test_sql_agrees.py tests/records/test_undo_of_random_histories.py tests/search tests/survival

pictures: setup  ## the screens look otherwise and it is meant: keep them as they are; git shows what changed
	SVYAZ_PICTURES=keep $(BIN)/python -m pytest -n 0 tests/e2e/test_pictures.py

survive: .venv/.dev  ## kill server, worker and PostgreSQL under load: 20 rounds on each database (half an hour)
	$(PYTHON) tools/need.py postgresql
	$(BIN)/python -m tests.survival.rounds
	$(PYTEST) -n 0 tests/survival/test_outages.py
	SVYAZ_DEATHS_APART=1 $(PYTEST) -n 0 tests/configurator/test_killed_while_changing.py

bench: .venv/.dev  ## the marks of speed, on SQLite and a PostgreSQL that syncs; docs/performance.md says how long
	$(PYTHON) tools/need.py postgresql
	$(BIN)/python tools/test_postgres.py --durable -- $(BIN)/python -m bench $(BENCH)
	$(BIN)/python bench/bench_expression.py
	$(BIN)/python bench/bench_query.py

build: .venv/.run svyaz/static/index.html  ## the wheel, in dist/
	$(BIN)/hatchling build -t wheel -d dist

lock:  ## choose exact versions anew, within the ranges of pyproject.toml
	$(PIP) 'uv>=0.13,<0.14'
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCKING) pyproject.toml -c requirements-dev.lock -o requirements.lock
	$(BIN)/uv pip compile $(LOCKING) --group build -c requirements-dev.lock -o requirements-build.lock
LOCKING := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header

clean:  ## remove what was built and installed; data/ stays
	rm -rf .venv ui/node_modules svyaz/static dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---- what the commands above wait for; a file says that it is done

.venv/.python:
	$(PYTHON) tools/need.py python
	$(PYTHON) -m venv .venv
	touch $@

.venv/.run: .venv/.python requirements.lock requirements-build.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: .venv/.run requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

ui/node_modules/.package-lock.json: ui/package-lock.json | .venv/.run
	$(NPM) ci --ignore-scripts --no-audit --no-fund
	touch $@

svyaz/static/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	$(NPM) run build -- --outDir ../svyaz/static --emptyOutDir
	touch $@
