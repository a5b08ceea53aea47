#!/usr/bin/env bash
# Builds the studio as files for another host than the gateway's: scripts/static.sh [FOLDER]
#   API   where the gateway is: https://gateway.example.com
#   BASE  the path that the files will have there: /studio/ (left out: any path will do)
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'static: %s\n' "$*" >&2; exit 1; }

api=${API:-}
base=${BASE:-./}
folder=${1:-build/studio-static}
case $api in
  http://?* | https://?*) ;;
  *) die "say where the gateway is: make ui-static API=https://gateway.example.com" ;;
esac
case $base in
  ./ | / | /*/) ;;
  *) die "BASE is a path from slash to slash, like /studio/, not '$base'" ;;
esac

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
if [ -n "$(ls -A "$folder")" ] && [ ! -f "$folder/index.html" ]; then
  die "$folder holds something else than a studio; empty it first"
fi
cd ui
# The gateway's address ends with a slash, so that paths are added to it.
VITE_API_BASE=${api%/}/ ../scripts/node npx vite build \
  --base "$base" --outDir "$folder" --emptyOutDir --logLevel warn
rm -rf "$folder/docs" # the API's documents are the gateway's
printf 'The studio for %s is in %s\n' "$api" "$folder"
