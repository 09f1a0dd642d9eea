#!/usr/bin/env bash
# Reads a sample archive, or files of your own, on all cores of this machine: see --help.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
. "$root/scripts/environment.sh"

usage() {
  cat <<'END'
usage: run_local.sh                          make a sample archive in ./samples, read it into ./out
       run_local.sh INPUT OUTPUT [options]   read files of your own

INPUT     a folder, a file, a glob in quotes, or manifests (.jsonl, .csv, .parquet)
OUTPUT    the folder for tables, searchable PDFs and the report

Needs Python 3.10, 3.11 or 3.12. The first start installs into .venv beside this script, later ones install nothing.
Every option: run_local.sh INPUT OUTPUT --help, or README.md.
END
}

case "${1-}" in
  -h | --help)
    usage
    exit
    ;;
esac
if [ $# -eq 1 ] || { [ $# -gt 1 ] && [[ "$1" == --* || "$2" == --* ]]; }; then
  usage >&2
  exit 2
fi

install .
export PYTHONSAFEPATH=1 # a folder of yours that is called `models` is not ours (Python 3.11 and later)
if [ $# -eq 0 ]; then
  if [ ! -e samples/truth.jsonl ]; then # which is written last
    "$python" -m pipelines.make_samples samples
  fi
  set -- samples/files out
fi
exec "$python" -m pipelines.backfill --input="$1" --output="$2" "${@:3}"
