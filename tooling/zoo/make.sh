#!/usr/bin/env bash
# Everything that packages/zoo holds, from the drawing to the index: about half an hour of two cores.
# Needs Node, and Debian's python3-torch, python3-onnx and python3-numpy (or the same from elsewhere: PYTHON=…).
#   tooling/zoo/make.sh            all of it
#   tooling/zoo/make.sh publish    only what follows from the trained networks
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
zoo=../../packages/zoo
export OMP_NUM_THREADS=1
# glibc gives large tensors back to the system after every step, which then has to clear them again: half the time goes there.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=4000000000
npx -y pnpm@12.21.0 exec tsc -b

case ${1:-all} in
  all)
    echo 'Drawing …'
    node dist/dump.js .data train-honest & honest=$!
    node dist/dump.js .data train-biased test-any test-usual test-swapped
    wait $honest
    echo 'Training …'
    "$python" train.py .data honest .data/honest & honest=$!
    "$python" train.py .data biased .data/cheating
    wait $honest
    ;;
  publish) ;;
  *)
    echo "What is \`$1\`? Give \`publish\`, or nothing." >&2
    exit 2
    ;;
esac

echo 'Asking where each network looked …'
"$python" check.py .data
echo 'Choosing the samples …'
"$python" pick.py .data $zoo/assets/index.json
echo 'Publishing …'
"$python" export.py .data $zoo/assets/models
node dist/publish.js .data $zoo
du -sh $zoo/assets
