# Every target is a script in scripts/; this file is the list of them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PROFILE ?= release

.PHONY: help run build client server release fmt lint test e2e shots kills attack bench setup

help: ## what there is
	@sed -n 's/^\([a-z0-9]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: ## build what changed and serve the demo company on http://localhost:3000
	@scripts/run.sh

setup: ## install what building and testing need
	@scripts/setup.sh tests

build: client server ## client and server

client: ## the browser's side into dist/ (PROFILE=debug is quicker)
	@scripts/setup.sh run
	@scripts/client.sh $(PROFILE)

server: client ## the server with that client embedded
	@scripts/server.sh $(if $(filter debug,$(PROFILE)),dev,$(PROFILE))

release: ## release/tributary: one self-contained, optimised file
	@scripts/release.sh

fmt: ## format everything
	@. scripts/env.sh && cargo fmt --all

lint: ## formatting and lints of everything
	@scripts/setup.sh tests
	@scripts/lint.sh

test: ## lints and every test, with real databases and a real browser
	@scripts/test.sh

e2e: ## the browser tests (ARGS go to Playwright: ARGS="sign-in --project=phone")
	@scripts/e2e.sh $(ARGS)

shots: ## screenshots of every screen, into var/shots
	@scripts/shots.sh $(ARGS)

kills: ## faults at every statement, full disks, four workers killed at random moments (ARGS="200 SEED")
	@scripts/kills.sh $(ARGS)

attack: ## every payload on every page and every endpoint fuzzed, on both databases and in a browser (ARGS=SEED)
	@scripts/attack.sh $(ARGS)

bench: ## the benchmarks, results into docs/
	@bench/run.sh $(ARGS)
