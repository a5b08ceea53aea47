#!/usr/bin/env bash
# The browser tests need a Chromium: brings Debian's where it may, else says what would bring it.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done

help='apt-get install -y --no-install-recommends chromium fonts-liberation'
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "No Chromium here: the browser tests are skipped. One command brings it: sudo $help"
  exit 0
fi
echo "==> Bringing Chromium for the browser tests: $help"
mkdir -p build
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive $help -qq; } >build/chromium.log 2>&1 ||
  echo "That failed (build/chromium.log): the browser tests are skipped."
