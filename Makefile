# Everything a newcomer runs; `make help` lists it. PYTHON picks the interpreter.
PYTHON ?= python3
VENV = .venv/bin/python
SHARED ?= ../shared/data
EDITION_DAY ?= 2026-11-24

.PHONY: help run test edition readme screenshots format

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run:  ## set everything up and open the observatory (http://localhost:8501)
	@$(PYTHON) -m etl.launch run

test:  ## set everything up, then linter and all tests
	@$(PYTHON) -m etl.launch test

edition:  ## rebuild data/shipped from the dated listing sets (SHARED=folder)
	@$(VENV) -m etl edition --from $(SHARED) --published-on $(EDITION_DAY)

readme:  ## rewrite the generated tables of README.md
	@$(VENV) -m etl readme

screenshots:  ## photograph every page, with the shipped edition, into docs/screenshots
	@$(VENV) -m benchmarks.screenshots

format:  ## format the code
	@$(VENV) -m ruff check --fix . && $(VENV) -m ruff format .
