#!/usr/bin/env bash
# Draws the pictures, trains both networks, writes models/: some ten minutes of one core.
# Needs the workspace built, and Debian's python3-torch, python3-onnx and python3-numpy (or the same from elsewhere: PYTHON=…).
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1
node src/dump.js .data train 1500
node src/dump.js .data test 1000
"$python" train.py .data models
