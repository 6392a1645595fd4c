#!/bin/sh
# Shows an export with DVC itself: tests/export/dvc_trial.sh CROSSFOLD RESULTS OTHER-RESULTS. Wants dvc and git on
# PATH; compares two records as if one were the next commit of the other.
set -eu
crossfold=$(realpath "$1") first=$(realpath "$2") second=$(realpath "$3")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
git init -q . && git config user.email trial@localhost && git config user.name trial
dvc init -q && dvc config core.analytics false
"$crossfold" export "$first" --to dvc -o .
git add -A && git commit -qm first
dvc metrics show --md
"$crossfold" export "$second" --to dvc -o .
dvc metrics diff --md
dvc plots show -o shown
dvc plots diff HEAD -o compared
for page in shown compared; do
    grep -q 'confusion of' "$page/index.html"
    grep -q 'accuracy of each fold' "$page/index.html"
    echo "$page: $(grep -o 'vega-lite' "$page/index.html" | wc -l) plots"
done
dvc --version
