# `make help` lists what there is. Needs Python >= 3.11, git and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 8000
PROCESSES ?= 3
SECONDS ?= 600
TESTS ?=
PROOF = PYTHONPATH=tests $(BIN)/python -m
PYTEST = $(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal
TEMPLATES = $(wildcard web/templates notifications/letters/templates tests/proof/simulation/report/templates)
# Kept even where the environment says not to: else each of the many processes of a test run compiles the house anew.
export PYTHONDONTWRITEBYTECODE :=
LOCK = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11

.PHONY: help setup run browser dovecot programs test prove attack audit lint lint-code lint-types lint-form lint-layers lint-declared lint-security \
	lint-templates lint-tests format bench chaos mutants apart servers lock translations vendor clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/made ## make the environment in .venv (a second call is instant)
	@:

.venv/made: requirements/dev.txt pyproject.toml tools/make_environment.sh
	@./tools/make_environment.sh </dev/null

run: setup ## start Ventil with a demonstration municipality on http://127.0.0.1:8000
	@$(BIN)/ventil up --demo --host $(HOST) --port $(PORT)

browser: setup ## find a Chromium for the tests, or install one
	@$(BIN)/python tests/support/servers/browser_setup.py </dev/null

dovecot: setup ## find a Dovecot for the tests, or install one
	@$(BIN)/python tests/support/servers/dovecot_setup.py </dev/null

test: setup ## lint, then every test on SQLite, PostgreSQL, Redis and in a browser (TESTS=path narrows)
	@$(MAKE) --no-print-directory programs & programs=$$!; $(MAKE) --no-print-directory lint-code; linted=$$?; \
		wait $$programs && exit $$linted
	@echo "test: running every test in $(PROCESSES) processes"
	@$(PYTEST) $(TESTS) </dev/null

programs: # one after the other, since both may install
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory dovecot

prove: setup ## crash at every point on both databases, and live many lives of cases: half an hour
	@echo "prove: every crash point, and many lives of cases, in $(PROCESSES) processes"
	@VENTIL_PROOF=full $(PYTEST) tests/proof_tests/test_crash_points.py tests/proof_tests/test_life_machine.py </dev/null

lint: lint-code lint-tests ## check form, types, imports, requirements, security and templates, and that tests can be read

lint-code: setup
	@$(MAKE) --no-print-directory --jobs=2 lint-types lint-form lint-layers lint-declared lint-security lint-templates

lint-types:
	@echo "lint: types"
	@$(BIN)/mypy --no-error-summary

lint-form:
	@echo "lint: form"
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/ruff check --quiet .

lint-layers:
	@echo "lint: who may use whom"
	@PYTHONPATH=tests $(BIN)/lint-imports --no-logo >.lint-imports.log 2>&1 || { cat .lint-imports.log; rm -f .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

lint-declared:
	@echo "lint: what is declared and what is used"
	@$(BIN)/deptry . >.deptry.log 2>&1 || { cat .deptry.log; rm -f .deptry.log; exit 1; }
	@rm -f .deptry.log

lint-security:
	@echo "lint: security"
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive cases notifications workers web ventil.py
	@$(BIN)/bandit --quiet --configfile pyproject.toml --skip B105,B311,B404,B603 --recursive tests/proof

lint-templates:
	@echo "lint: templates"
	@test -z "$(TEMPLATES)" || $(BIN)/djlint --quiet --lint $(TEMPLATES)

lint-tests: setup
	@echo "lint: every test can be collected"
	@$(BIN)/python -m pytest --collect-only --quiet --quiet >.collected.log </dev/null || { cat .collected.log; rm -f .collected.log; exit 1; }
	@rm -f .collected.log

format: setup ## put the code in form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

attack: setup ## attack the API by its own document, as each kind of caller on both databases: some minutes
	@echo "attack: every answer must be one that the document promises"
	@VENTIL_ATTACK=full $(PYTEST) tests/web/api/test_attack.py </dev/null

audit: setup ## ask for known weaknesses of what we use (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements/runtime.txt

mutants: setup ## break the house in many ways, one after the other, and see each noticed: ten minutes
	@echo "mutants: each must be caught"
	@$(PROOF) proof.mutants

bench: setup ## measure how fast Ventil is on this machine
	@$(BIN)/ventil bench

chaos: setup ## live through faults with real processes for 10 minutes (SECONDS=, SEED=, CHAOS_FLAGS="--house embedded")
	@$(PROOF) proof.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(CHAOS_FLAGS)

apart: setup ## run the house with each process in a network and a folder of its own
	@$(PROOF) proof.chaos.apart

servers: setup ## start PostgreSQL and Valkey for trying things, and print their addresses
	@$(BIN)/python tests/support/servers/services.py

lock: setup ## lock what requirements/*.in name (LOCK_FLAGS=--upgrade takes the newest)
	@echo "lock: requirements/runtime.txt"
	@$(LOCK) $(LOCK_FLAGS) requirements/runtime.in --output-file requirements/runtime.txt >/dev/null
	@echo "lock: requirements/dev.txt"
	@$(LOCK) $(LOCK_FLAGS) requirements/dev.in --constraints requirements/runtime.txt --output-file requirements/dev.txt >/dev/null

translations: setup ## bring the Swedish catalogue up to date with what the pages say, and compile it
	@$(BIN)/python tools/translations.py

vendor: setup ## fetch the stylesheets, icons, fonts and scripts in web/static/vendor again
	@$(BIN)/python tools/vendor.py

clean: ## remove the environment, caches and reports (var/ stays)
	@echo "clean: environment, caches and reports"
	@rm -rf .venv .tools build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache htmlcov .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
