#!/usr/bin/env bash
# Bills of materials (CycloneDX) from the lock files alone, nothing is installed or fetched:
# build/sbom/python.cdx.json is what the gateway runs with, studio.cdx.json what its bundle is made of.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/sbom

.venv/bin/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml \
  --mc-type application --output-reproducible --of JSON -o build/sbom/python.cdx.json
(cd ui && ../scripts/node npm sbom --sbom-format cyclonedx --sbom-type application \
  --package-lock-only --omit dev) >build/sbom/studio.cdx.json
ls build/sbom/*.json
