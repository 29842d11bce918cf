#!/usr/bin/env bash
# The tests, in the order of what they need: none, a Node, an environment, a browser; the benchmarks last.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-all}
export PATH="$PWD/.venv/bin:$PATH"

fast() {
  (cd static && npm run --silent test)
  python -m pytest -q -m "not browser and not bench and not samples"
}

browser() {
  python -m tests.support.find_chromium
  wasm-runtime env build core data
  python -m pytest -q -m "browser and not samples"
}

samples() {
  wasm-runtime env build core data science
  python -m pytest -q -s -m samples
}

# Once each, to see that they run; what they measure on a shared machine is judged by nobody.
bench() {
  wasm-runtime env build core data
  BENCH_RUNS=1 python -m pytest -q -m bench tests/bench
}

case $part in
  fast) fast ;;
  browser) browser ;;
  samples) samples ;;
  bench) bench ;;
  all)
    make --no-print-directory check
    wasm-runtime env build core data
    fast
    browser
    bench
    ;;
  *) echo "usage: tests/run.sh [fast|browser|samples|bench|all]" >&2; exit 2 ;;
esac
