#!/usr/bin/env bash
# Makes the clone ready: scripts/setup.sh [dev]
#   (nothing)  .venv with the runtime, the package itself and the built studio
#   dev        the same, and every tool that `make test` and `make check` use
# Each step leaves a stamp of what it was made from, so a second run does nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

with_dev=${1:-}
stamps=.venv/.aquatint
mkdir -p build

die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
say() { printf '==> %s\n' "$*"; }

digest() { # of the named files and folders, and of where the clone stands
  { pwd; find "$@" \( -name node_modules -o -name dist \) -prune -o \
      -type f ! -name '*.tsbuildinfo' -print0 | sort -z | xargs -0 cksum; } | cksum
}

fresh() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; } # fresh STAMP DIGEST
stamp() { mkdir -p "$stamps" && printf '%s\n' "$2" >"$stamps/$1"; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  die "needs Python 3.11 or newer${PYTHON:+, and $PYTHON is not}. Name one: make PYTHON=/path/to/python3"
}

# The virtual environment is made without pip, because Debian keeps that in a package of its own.
make_venv() {
  if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    return
  fi
  local python
  python=$(find_python)
  say "Creating .venv ($("$python" --version))"
  rm -rf .venv
  "$python" -m venv --without-pip .venv || die "$python cannot make a virtual environment"
}

install() { # install MESSAGE FILE...
  local message=$1 files=() file
  shift
  for file; do files+=(--requirement "$file"); done
  say "$message"
  scripts/install.sh .venv/bin/python --require-hashes "${files[@]}"
}

install_python() {
  local dev base project
  dev=$(digest requirements/dev.txt)
  base=$(digest requirements/runtime.txt requirements/build.txt)
  project=$(digest pyproject.toml)
  if [ -n "$with_dev" ] && ! fresh dev "$dev"; then
    install 'Installing the locked requirements, development tools included' requirements/dev.txt
    stamp dev "$dev"
    stamp base "$base"
  elif ! fresh base "$base"; then
    install 'Installing the locked requirements' requirements/runtime.txt requirements/build.txt
    stamp base "$base"
  fi
  if ! fresh project "$project"; then
    scripts/install.sh .venv/bin/python --no-deps --no-build-isolation --editable .
    stamp project "$project"
  fi
}

install_packages() { # install_packages STAMP FOLDER MESSAGE
  local lock
  lock=$(digest "$2/package.json" "$2/package-lock.json")
  if [ ! -d "$2/node_modules" ] || ! fresh "$1" "$lock"; then
    say "$3"
    scripts/node npm --prefix "$2" ci --no-progress >"build/$1.log" 2>&1 || {
      grep 'npm error' "build/$1.log" | head -n 8 >&2
      die "npm ci failed; all it said is in build/$1.log"
    }
    stamp "$1" "$lock"
  fi
}

install_apart() { # install_apart NAME MESSAGE: requirements/NAME.txt into build/NAME
  local lock
  lock=$(digest "requirements/$1.txt")
  if [ ! -x "build/$1/bin/python" ] || ! fresh "$1" "$lock"; then
    say "$2"
    rm -rf "build/$1"
    .venv/bin/python -m venv --without-pip "build/$1"
    scripts/install.sh "build/$1/bin/python" --require-hashes --requirement "requirements/$1.txt"
    stamp "$1" "$lock"
  fi
}

build_studio() {
  install_packages npm ui "Installing the studio's packages"
  if [ ! -f src/aquatint/static/index.html ] || ! fresh studio "$(digest ui)"; then
    say 'Building the studio'
    scripts/node npm --prefix ui run --silent build -- --logLevel warn
    stamp studio "$(digest ui)" # afterwards, for the build adds vendored files
  fi
}

# Programs of other people that the tests let speak to the gateway.
install_clients() {
  install_packages npm-clients tests/clients/vercel 'Installing the Vercel AI SDK, for the tests'
  install_apart clients 'Installing LiteLLM into build/clients, for the tests'
}

make_venv
install_python
build_studio
if [ -n "$with_dev" ]; then
  install_clients
  install_apart semgrep 'Installing Semgrep into build/semgrep, for the checks'
fi
