#!/usr/bin/env bash
# `make test`: sets up what it needs, then checks, pytest and vitest, whatever fails on the way.
# Under CI=true nothing may be skipped (for pytest, tests/conftest.py sees to it).
set -uo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh dev || exit 1
scripts/chromium.sh || exit 1
scripts/postgres.sh || exit 1

export NO_COLOR=1
logs=build/test
mkdir -p "$logs"
failed=()

run() { # run NAME COMMAND...
  local name=$1
  shift
  printf '\n==> %s\n' "$name"
  "$@" 2>&1 </dev/null | tee "$logs/$name.log" || failed+=("$name")
}

run check .venv/bin/python -m scripts.check
# Many tests wait for servers rather than compute, so three at a time suit two cores. Browser tests
# have a run of their own: Playwright's event loop stays in its thread, where others need theirs.
run pytest .venv/bin/python -m pytest --no-header -rs -m 'not browser' -n 3 --dist worksteal
run browser .venv/bin/python -m pytest --no-header -rs -m browser -n 2 --dist loadfile
run vitest scripts/node npm --prefix ui test --silent
if [ "${CI:-}" = true ] && grep -qE '^ *Tests .*(skipped|todo)' "$logs/vitest.log"; then
  failed+=('vitest (CI=true, and tests were skipped)')
fi

printf '\n==> closing lines\n'
tail -n 1 "$logs/check.log"
tail -n 1 "$logs/pytest.log"
tail -n 1 "$logs/browser.log"
grep -E '^ *(Test Files|Tests) ' "$logs/vitest.log"
[ ${#failed[@]} = 0 ] || { echo "failed: ${failed[*]}"; exit 1; }
