#!/bin/sh
# Everything from the phrasebook to translation-service/models/starter-nllb. Stopped, it goes on where it was.
set -eu
cd "$(dirname "$0")"
target=../../translation-service/models/starter-nllb
export OPENBLAS_NUM_THREADS=1 PYTHONUNBUFFERED=1
python=/usr/bin/python3 # Debian's, which has Debian's PyTorch and ONNX

if ! $python -c 'import torch, onnx' 2>/dev/null; then
  packages='python3-torch python3-onnx libopenblas0-pthread'
  if [ "$(id -u)" != 0 ]; then
    echo "Please install as root: apt-get install $packages" >&2
    exit 1
  fi
  apt-get update
  # shellcheck disable=SC2086
  apt-get install --yes --no-install-recommends $packages
fi

$python phrasebook.py check
$python -m unittest --quiet
$python train.py "$@"
$python export.py "$target"
cp ../../LICENSE "$target/"
$python evaluate.py "$target"
