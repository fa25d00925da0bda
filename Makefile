# Every target sets up what it needs. A fresh machine needs Python 3.11 or newer, and nothing else.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo dev test lint bench setup

demo: ## Start Taskyard with data to play with
	@$(PYTHON) tools/setup.py ui
	@exec $(BIN)/taskyard demo $(ARGS)

dev: ## Start the server and the UI, both reloading when their sources change
	@$(PYTHON) tools/setup.py packages
	@exec $(BIN)/python tools/dev.py

test: ## Everything that can say no: style, types, import rules, UI, and the whole of pytest
	@$(PYTHON) tools/setup.py ui browser
	@exec $(BIN)/python tools/check.py test --workers $(WORKERS)

lint: ## The quick part of `make test`
	@$(PYTHON) tools/setup.py packages
	@exec $(BIN)/python tools/check.py lint

bench: ## The figures of benchmarks/, on this machine
	@$(PYTHON) tools/setup.py ui
	@exec $(BIN)/python benchmarks/run.py $(ARGS)

setup: ## All that the other targets need, and nothing else
	@$(PYTHON) tools/setup.py ui browser
