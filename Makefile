# Three commands work on a clean clone with nothing but Python >= 3.11 and make: demo, tour, test.
PYTHON ?= python3
PORT ?= 8765
OUT ?=
MINUTES ?= 60
VENV := .venv
unexport PYTHONDONTWRITEBYTECODE
PY := $(VENV)/bin/python

.PHONY: help run check doctor key demo tour test proof cover lint types imports tests format generated races soak bench clean

help:
	@echo "make demo [PORT=8765]   the bot on a built-in Slack and a built-in Claude organization, with a page to act in"
	@echo "make tour [OUT=folder]  a scripted story through the same running pieces, as a transcript"
	@echo "make key                a new value for ENCRYPTION_KEYS"
	@echo "make check              settings, policy and manifest, offline: the line of every fault"
	@echo "make doctor             asks Slack and the Claude API what is missing"
	@echo "make run                the bot, as the settings in .env or the environment say"
	@echo "make test               one story of everything that must hold: tests, lint, import contracts, types"
	@echo "make proof              all stories, at full size: 200 rounds of each race, thousands of forged inputs, worlds on PostgreSQL"
	@echo "make generated          what is made from the code: README's tables, manifest.yml, docs/texts.md, dashboards and more"
	@echo "make races              200 rounds of twenty people who approve at the same instant (6 minutes)"
	@echo "make soak [MINUTES=60]   replicas that are killed, faults on both sides, a jumping clock; the proof does it for some minutes"
	@echo "make cover              what the tests reach; fails below 92 %"
	@echo "make bench              ratios against bare counterparts"

# The locks are complete, so nothing is left to resolve: --no-deps keeps later releases of a dependency from mattering.
$(VENV)/.run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "installing the pinned packages into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing the development packages into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run
	@$(PY) -m bot demo --port $(PORT)

tour: $(VENV)/.run
	@$(PY) -m bot tour $(if $(OUT),--out "$(OUT)")

run: $(VENV)/.run
	@exec $(PY) -m bot run

check doctor key: $(VENV)/.run
	@$(PY) -m bot $@

lint: $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: $(VENV)/.dev
	$(VENV)/bin/pyright

imports: $(VENV)/.dev
	$(VENV)/bin/lint-imports

tests: $(VENV)/.dev
	$(PY) -m pytest -n 5

# Lint, import contracts and types run beside the tests; pytest's closing line comes last.
test: $(VENV)/.dev
	@$(PY) -m tests.run -n 5

proof: $(VENV)/.dev
	@QM_PROOF=1 $(PY) -m tests.run -n 2

cover: $(VENV)/.dev
	$(PY) -m pytest -n 3 --cov --cov-report=term:skip-covered --cov-fail-under=92

format: $(VENV)/.dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

generated: $(VENV)/.dev
	$(PY) -m tests.generated

races: $(VENV)/.dev
	QM_PROOF=1 $(PY) -m pytest -n 2 tests/races/test_at_once.py -k twenty

soak: $(VENV)/.dev
	QM_PROOF=1 QM_SOAK_MINUTES=$(MINUTES) $(PY) -m pytest -n 2 tests/soak

bench: $(VENV)/.dev
	$(PY) -m benchmarks

clean:
	rm -rf $(VENV) build dist *.egg-info
