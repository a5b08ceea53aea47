#!/usr/bin/env bash
# Regenerates requirements/*.txt from pyproject.toml: every version pinned, every file by hash,
# nothing younger than a week. Pins that still fit stay; `scripts/lock.sh --upgrade` renews them.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
python=.venv/bin/python
[ -x "$python" ] || python=python3
week_ago=$("$python" -c 'from datetime import UTC, datetime, timedelta as d; print((datetime.now(UTC) - d(days=7)).date())')

lock() { # lock FILE ARGUMENT...
  local file=requirements/$1.txt
  shift
  "$uv" pip compile "$@" --generate-hashes --exclude-newer "$week_ago" --python-version 3.11 \
    --universal --quiet --custom-compile-command "make lock" --output-file "$file"
  echo "$file: $(grep -c == "$file") packages"
}

# The largest set first: the smaller ones are then held to its versions.
lock dev pyproject.toml --group dev "$@"
lock runtime pyproject.toml --constraint requirements/dev.txt "$@"
lock build --group build --constraint requirements/dev.txt "$@"
lock clients --group clients "$@"
lock semgrep --group semgrep "$@"
