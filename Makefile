# Aquatint's machinery. The work is done by scripts/; `make` alone lists what there is.

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check format bench crash docs screenshots ui-static lock sbom clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## Install everything into .venv and build the studio
	@scripts/setup.sh

demo: setup ## Gateway, studio and simulated providers on http://127.0.0.1:8080, no keys needed
	@.venv/bin/aquatint demo

run: setup ## The gateway with your settings (.env) and the real providers
	@.venv/bin/aquatint serve

test: ## Everything: checks, Python tests, browser tests, studio tests
	@scripts/test.sh

check: ## Format, lint, types, layers, sizes, bundle budget, locks, generated documents
	@scripts/setup.sh dev
	@.venv/bin/python -m scripts.check

format: ## Put code into shape: Ruff for Python, Biome for the studio
	@scripts/setup.sh dev
	@.venv/bin/ruff format --quiet && .venv/bin/ruff check --quiet --fix
	@cd ui && ../scripts/node npm run --silent format

bench: ## Measure the gateway beside direct calls, and what faults make it buy (bench/README.md)
	@scripts/setup.sh dev
	@.venv/bin/python -m bench
	@.venv/bin/python -m bench.failover

crash: ## Kill gateways at random moments, 200 times, and compare the books
	@scripts/setup.sh dev
	@.venv/bin/python -m tests.crash.loop --rounds 200

docs: ## Regenerate docs/reference from the code and build the site into build/site
	@scripts/setup.sh dev
	@.venv/bin/python -m scripts.reference
	@.venv/bin/zensical build --strict

screenshots: ## Photograph every state of the studio into docs/images/studio
	@scripts/setup.sh dev
	@.venv/bin/python -m scripts.screenshots

ui-static: ## The studio as files for any host, into build/studio-static (API=https://... BASE=/path/)
	@scripts/setup.sh dev
	@API="$(API)" BASE="$(BASE)" scripts/static.sh

lock: ## Regenerate the hash-locked requirements from pyproject.toml
	@scripts/lock.sh

sbom: ## Bills of materials (CycloneDX) from the lock files, in build/sbom
	@scripts/setup.sh dev
	@scripts/sbom.sh

clean: ## Remove what was built; .venv and data stay
	@rm -rf build dist src/aquatint/static ui/node_modules ui/dist tests/clients/vercel/node_modules
