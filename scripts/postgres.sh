#!/usr/bin/env bash
# The tests run on a PostgreSQL server of their own: brings Debian's where it may. Without it they
# take the one that the locked requirements carry.
set -euo pipefail

command -v postgres >/dev/null && exit 0
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null && exit 0

help='apt-get install -y --no-install-recommends postgresql'
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
echo "==> Bringing PostgreSQL for the tests: $help"
mkdir -p build
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive $help -qq; } >build/postgres.log 2>&1 ||
  echo "That failed (build/postgres.log): the tests take PyPI's server."
