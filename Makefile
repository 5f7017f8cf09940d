# Everything a newcomer types. `make demo` and `make test` set up what they need by themselves.
#
#   make demo [INFLUX=url] [SPEED=10] [SITE=...] [ARGS="..."]   the data center, live in a browser
#   make test [JOBS=2] [ARGS="tests/unit -k house"]              servers, then the whole suite
#   make score [JOBS=2] [ARGS="--seeds 100-119"]                 the twin against a hidden plant for 72 days; goes on where it was cut; figures into docs/score.md
#   make whatif-truth                                         what-ifs against hidden plants; figures into docs/whatif.md (some minutes)
#   make fuzz [ARGS="--hypothesis-seed=1"]                     two thousand hostile requests at every door (some minutes)
#   make env | lock | lint | bench | grafana | servers | clean

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/boucle
BIN := .venv/bin
ARGS ?=
JOBS ?= 2
INFLUX ?=
SPEED ?=
SITE ?=
DEMO_OPTIONS = $(if $(INFLUX),--influx $(INFLUX)) $(if $(SPEED),--speed $(SPEED)) $(if $(SITE),--site $(SITE)) $(ARGS)

# compiled kernels outlive the clone, and compiled modules the first start
export NUMBA_CACHE_DIR ?= $(CACHE)/numba
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help env env-test grafana demo test servers bench score whatif-truth fuzz lint lock clean

help:
	@sed -n 's/^#   //p' Makefile

env:
	@deploy/env.sh run

env-test:
	@deploy/env.sh test

grafana:
	@deploy/env.sh grafana

demo: env
	@exec $(BIN)/boucle demo $(DEMO_OPTIONS)

servers:
	@deploy/servers/install.sh

test: env-test servers
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

bench: env
	@exec $(BIN)/boucle bench $(ARGS)

score: env
	@mkdir -p $(CACHE)
	@exec $(BIN)/boucle score --jobs $(JOBS) --keep $(CACHE)/score.jsonl --write docs/score.md $(or $(ARGS),--site valence --seeds 100-171)

whatif-truth: env-test
	@exec $(BIN)/python -m tests.foreseen $(ARGS)

fuzz: env-test
	@BOUCLE_FUZZ=full exec $(BIN)/python -m pytest tests/fuzz --timeout 3000 $(ARGS)

lint: env-test
	@$(BIN)/ruff check .

lock:
	@deploy/lock.sh

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
