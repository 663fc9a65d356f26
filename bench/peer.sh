#!/usr/bin/env bash
# Installs the peer (HF Trainer on PyTorch) in bench/.venv and prints its Python. Does nothing when it is there already.
# With --deepspeed also DeepSpeed, with --predict ONNX Runtime and OpenVINO. Needs python3 with the venv module, and pip's usual access to a package index; about
# 6 GB on disk.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv="$here/.venv"

# install FILE MODULES: one requirements file, once; its copy in the venv says that it is done.
install() {
    local stamp="$venv/$(basename "$1").installed"
    cmp -s "$1" "$stamp" && return
    command -v python3 >/dev/null || { echo "peer: python3 is not on PATH; install Python 3.10 or newer" >&2; exit 2; }
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    echo "peer: installing $1 into $venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$1" >&2
    "$venv/bin/python" -c "$2" >&2
    cp "$1" "$stamp"
}

install "$here/requirements.txt" 'from transformers import GPT2ForSequenceClassification, BertTokenizerFast, Trainer'
if [ "${1:-}" = --deepspeed ]; then
    command -v g++ >/dev/null || { echo "peer: DeepSpeed compiles operators and needs g++; install it" >&2; exit 2; }
    install "$here/requirements-deepspeed.txt" 'import deepspeed'
fi
[ "${1:-}" != --predict ] || install "$here/requirements-predict.txt" 'import onnx, onnxruntime, openvino'
echo "$venv/bin/python"
