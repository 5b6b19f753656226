# What one types here. Everything Python lands in .venv; Debian's own packages are seen to by .ci/need, which
# installs them as root and otherwise says in one line what to install.

PYTHON  ?= $(or $(shell for p in python3.11 python3.12 python3.13; do command -v $$p && break; done),python3)
CORPORA := $(or $(MAILAGENT_CORPORA),../shared/corpora)
HERE    := .venv/bin
PANGO   := '/usr/lib/*/libpangoft2-1.0.so.0=libpangoft2-1.0-0' '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core'
PAGES   := chromium-headless-shell=chromium-headless-shell
DUTCH   := '/usr/share/tesseract-ocr/*/tessdata/nld.traineddata=tesseract-ocr-nld'
PYTEST  := $(HERE)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help install run servers test check lint corpus bench clean
help:
	@echo "make run     start the demo: mail, melders and agents on this machine alone"
	@echo "make test    every test, against real servers it starts and stops itself"
	@echo "make check   what a change must pass: format, lint, types, imports, tests"
	@echo "make corpus  the tests on the shared corpora of real mail, which must be there"
	@echo "make bench   what it costs to take, read and answer mail and to show a page, beside Postfix and others"

install: .venv/installed

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/need python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mailagent needs Python 3.11 or newer; name one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@echo "Installing into .venv …"
	@$(HERE)/pip install --quiet --disable-pip-version-check --no-input --editable '.[dev]'
	@touch $@

run: install
	@$(HERE)/mailagent demo

servers: install
	@.ci/need initdb=postgresql imap=dovecot-imapd $(PAGES) postfix=postfix openssl=openssl neomutt=neomutt tesseract=tesseract-ocr $(DUTCH) $(PANGO)

lint: install
	$(HERE)/ruff format --check .
	$(HERE)/ruff check .
	$(HERE)/mypy
	$(HERE)/lint-imports --no-logo

test: servers
	$(PYTEST)

check: lint test

# Beside `test` or `check` it only sees to it that the corpora are there, for those run their tests as well.
corpus: servers
	@[ -d "$(CORPORA)/mails" ] || { echo "There are no corpora at $(CORPORA); name their folder in MAILAGENT_CORPORA." >&2; exit 1; }
ifeq ($(filter test check,$(MAKECMDGOALS)),)
	$(PYTEST) -m corpus
endif

bench: install
	@.ci/need smtp-sink=postfix initdb=postgresql
	$(HERE)/python -m tests.bench

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist var
