#!/usr/bin/env bash
# Installs into the virtual environment of PYTHON with what this machine has, uv or any pip:
#   scripts/install.sh PYTHON ARGUMENT...      (the arguments are pip's)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=$1
shift

pip_options=(-qq --disable-pip-version-check)

with_pip() { # the target's own, this repository's, or the one of the Python behind the target
  local behind
  behind=$("$target" -c 'import sys; print(sys._base_executable)')
  if "$target" -m pip --version >/dev/null 2>&1 || "$target" -m ensurepip >/dev/null 2>&1; then
    exec "$target" -m pip install "${pip_options[@]}" "$@"
  fi
  for python in "$root/.venv/bin/python" "$behind"; do
    if "$python" -m pip --version >/dev/null 2>&1; then
      exec "$python" -m pip --python "$target" install "${pip_options[@]}" "$@"
    fi
  done
}

# Debian keeps pip and ensurepip in a package of their own.
bring_pip() {
  local help='apt-get install -y python3-venv'
  command -v apt-get >/dev/null || help='python3 -m ensurepip (or install uv)'
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    [ "$(id -u)" = 0 ] || help="sudo $help"
    echo "setup: this Python has no pip. One command helps: $help" >&2
    exit 1
  fi
  echo "==> This Python has no pip: $help"
  mkdir -p "$root/build"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $help -qq; } >"$root/build/apt.log" 2>&1 || {
    echo "setup: that failed (build/apt.log). Run it yourself: $help" >&2
    exit 1
  }
}

if uv --version >/dev/null 2>&1; then
  exec uv pip install --quiet --python "$target" "$@"
fi
with_pip "$@"
bring_pip
with_pip "$@"
echo 'setup: pip is still missing' >&2
exit 1
