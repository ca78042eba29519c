#!/usr/bin/env bash
# Everything that packages/zoo holds, from the drawing to the index: about an hour of two cores.
# Needs Node, and Debian's python3-torch, python3-onnx and python3-numpy (or the same from elsewhere: PYTHON=…).
#   tooling/zoo/make.sh            all of it
#   tooling/zoo/make.sh publish    only what follows from the trained networks
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1
npx -y pnpm@12.21.0 exec tsc -b

if [ "${1:-all}" = all ]; then
  echo 'Drawing …'
  node dist/dump.js .data train-honest & honest=$!
  node dist/dump.js .data train-biased test-any test-usual test-swapped
  wait $honest
  echo 'Training …'
  "$python" train.py .data honest .data/honest & honest=$!
  "$python" train.py .data biased .data/cheating
  wait $honest
fi

echo 'Asking where each network looked …'
"$python" check.py .data
"$python" pick.py .data
echo 'Publishing …'
"$python" export.py .data ../../packages/zoo/assets/models
node dist/publish.js .data ../../packages/zoo
du -sh ../../packages/zoo/assets
