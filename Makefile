# ISP Platform. `make run` starts everything on this machine, `make test` proves it.
# Needs Python 3.11 or newer and make, no root and no service: the rest is brought into .venv.

PYTHON  ?= $(shell command -v python3.11 || command -v python3)
VENV    := .venv
BIN     := $(VENV)/bin
MANAGE  := $(BIN)/python manage.py
# For commands that only look at the code.
IN_MEMORY := DATABASE_URL=sqlite:///:memory:
WORKERS ?= auto
ARGS    ?=

# An environment is good for one content of its requirements file: the stamp's name is its sum.
sum = $(firstword $(shell cat $(1) | cksum))
RUN_STAMP := $(VENV)/.run-$(call sum,requirements.txt)
DEV_STAMP := $(VENV)/.dev-$(call sum,requirements-dev.txt)
PYTHON_STAMP := $(VENV)/.python

.DEFAULT_GOAL := help
.SUFFIXES:
MAKEFLAGS += --no-print-directory
# Every process reads what the first one compiled; else each compiles 3,000 files when it starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
		awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

# ----------------------------------------------------------------------------- environment

$(PYTHON_STAMP):
	@test -n "$(PYTHON)" || { echo "Python is missing: install Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is too old: Python 3.11 or newer is needed (PYTHON=/path/to/python)."; exit 1; }
	@echo "setup: making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || \
		{ echo "Python's venv module is incomplete: install it (Debian: apt install python3-venv)."; exit 1; }
	@touch $@

define install
	@echo "setup: installing $(1)"
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv || true
	@if test -x $(BIN)/uv; then \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement $(1); \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $(1); \
	fi
	@rm -f $(VENV)/.$(2)-*
	@touch $@
endef

$(RUN_STAMP): | $(PYTHON_STAMP)
	$(call install,requirements.txt,run)

$(DEV_STAMP): | $(PYTHON_STAMP)
	$(call install,requirements-dev.txt,dev)

.PHONY: setup
setup: $(DEV_STAMP) ## make .venv with everything that development needs

.PHONY: requirements
requirements: $(DEV_STAMP) ## pin requirements*.in again, to the newest that fit together
	@for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --python-version 3.11 --no-header \
			--annotation-style line --no-emit-index-url --no-emit-find-links \
			$$name.in --output-file $$name.txt || exit 1; \
	done

# ------------------------------------------------------------------------------------- run

.PHONY: run
run: $(RUN_STAMP) ## start everything on this machine (PORT=8000 BIND=127.0.0.1 DATA_DIR=./var)
	@exec $(BIN)/python -m ispplatform.run

.PHONY: manage
manage: $(RUN_STAMP) ## a management command beside `make run`, on its data and keys (ARGS="...")
	@exec $(BIN)/python -m ispplatform.run manage $(ARGS)

.PHONY: company
company: $(RUN_STAMP) ## make a live, empty company beside `make run`; asks what it needs to know
	@exec $(BIN)/python -m ispplatform.run manage company $(ARGS)

.PHONY: backup
backup: $(RUN_STAMP) ## write all data to one file while it runs, the keys to another (TO=dir KEYS_TO=dir)
	@exec $(BIN)/python -m ispplatform.run manage backup $(if $(TO),--to "$(TO)") $(if $(KEYS_TO),--keys-to "$(KEYS_TO)")

.PHONY: backup-prove
backup-prove: $(RUN_STAMP) ## load a backup apart from the data and count it, while it runs (FILE=the backup)
	@test -n "$(FILE)" || { echo "Say which backup: make backup-prove FILE=isp-....tar.gz"; exit 1; }
	@exec $(BIN)/python -m ispplatform.run manage backup_prove "$(FILE)"

.PHONY: restore
restore: $(RUN_STAMP) ## put a backup in its place (FILE=the backup KEYS=the copy of the keys REPLACE=1)
	@test -n "$(FILE)" || { echo "Say which backup: make restore FILE=isp-....tar.gz"; exit 1; }
	@exec $(BIN)/python -m ispplatform.run restore "$(FILE)" $(if $(KEYS),--keys "$(KEYS)") $(if $(REPLACE),--replace)

.PHONY: upgrade
upgrade: $(RUN_STAMP) ## after new code: back up, migrate, check; on failure the former state returns
	@exec $(BIN)/python -m ispplatform.run manage upgrade $(if $(TO),--to "$(TO)")

.PHONY: worker
worker: $(RUN_STAMP) ## one Celery worker with the environment's settings
	@exec $(BIN)/celery --app ispplatform worker --loglevel INFO

.PHONY: beat
beat: $(RUN_STAMP) ## Celery's beat with the environment's settings
	@exec $(BIN)/celery --app ispplatform beat --loglevel INFO

# ----------------------------------------------------------------------------------- tests

.PHONY: test
test: $(DEV_STAMP) ## every test that needs nothing but Python (SQLite, embedded broker)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(ARGS)

.PHONY: test-fast
test-fast: $(DEV_STAMP) ## the same without the slow ones
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) -m "not slow" $(ARGS)

.PHONY: texts
texts: $(DEV_STAMP) ## compile the German texts (docs/adding-a-text.md)
	@$(BIN)/pybabel --quiet compile --domain django --directory locale --locale de
	@$(BIN)/pybabel --quiet compile --domain django --directory ispplatform/core/locale --locale de

.PHONY: pictures
pictures: $(DEV_STAMP) ## every mail, refusal and empty list in every view, to be looked at (needs Chromium)
	@PICTURES=$(CURDIR)/build/pictures TEST_CHROMIUM=$${TEST_CHROMIUM:-chromium} $(BIN)/python -m pytest -n 0 -q tests/pages/test_album.py

.PHONY: page-pictures
page-pictures: $(DEV_STAMP) ## pictures of the pages of a running installation (ARGS="--base-url ... --cookie ...")
	@$(BIN)/python -m tests.pages.pictures --base-url http://127.0.0.1:8000 --out build/pictures $(ARGS)

.PHONY: manual-pictures
manual-pictures: $(DEV_STAMP) ## take the pictures of docs/manual anew (needs Chromium; TEST_CHROMIUM=chromium)
	@MANUAL_PICTURES=1 TEST_CHROMIUM=$${TEST_CHROMIUM:-chromium} $(BIN)/python -m pytest -n 0 -q -k test_day_of tests/e2e

.PHONY: bench
bench: $(DEV_STAMP) ## measure lists, log-in, documents and memory against yardsticks (about 3 minutes)
	@$(BIN)/python -m bench $(ARGS)

# ------------------------------------------------------------------------------------ laws

.PHONY: lint
lint: $(DEV_STAMP) ## ruff, and the format as ruff writes it
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || \
		{ echo "Some files are not formatted: make format"; exit 1; }

.PHONY: format
format: $(DEV_STAMP) ## write the format, and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

.PHONY: types
types: $(DEV_STAMP) ## mypy with django-stubs
	@$(BIN)/mypy

.PHONY: imports
imports: $(DEV_STAMP) ## import contracts: who may import whom
	@$(BIN)/lint-imports --no-logo

.PHONY: migrations-check
migrations-check: $(DEV_STAMP) ## fails when a model has changed without a migration
	@$(IN_MEMORY) $(MANAGE) makemigrations --check --dry-run

.PHONY: openapi
openapi: $(DEV_STAMP) ## write build/openapi.json and fail on any warning
	@mkdir -p build
	@$(IN_MEMORY) $(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file build/openapi.json
	@echo "build/openapi.json is valid"

.PHONY: security
security: $(DEV_STAMP) ## bandit
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml .

.PHONY: check
check: lint types imports migrations-check openapi security test ## what a commit has to pass

.PHONY: ci
ci: ## everything on a Debian 12 machine as root (installs PostgreSQL, Redis, PowerDNS and Chromium)
	@.ci/run
