#!/usr/bin/env bash
# Installs the peer (HF Trainer on PyTorch) in bench/.venv and prints its Python. Does nothing when it is there already.
# Needs python3 with the venv module, and pip's usual access to a package index; about 6 GB on disk.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv="$here/.venv"
stamp="$venv/requirements.installed"

if ! cmp -s "$here/requirements.txt" "$stamp"; then
    command -v python3 >/dev/null || { echo "peer: python3 is not on PATH; install Python 3.10 or newer" >&2; exit 2; }
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    echo "peer: installing $here/requirements.txt into $venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
    "$venv/bin/python" -c 'from transformers import GPT2ForSequenceClassification, BertTokenizerFast, Trainer' >&2
    cp "$here/requirements.txt" "$stamp"
fi
echo "$venv/bin/python"
