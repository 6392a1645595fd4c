"""Opens an export with MLflow itself: python tests/export/mlflow_trial.py FOLDER RECORD.

FOLDER is what `crossfold export RECORD --to mlflow -o FOLDER` wrote; wants MLflow and crossfold's record.
"""

import json
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow
from mlflow import MlflowClient

folder, record = os.path.abspath(sys.argv[1]), json.load(open(f"{sys.argv[2]}/record.json"))
mlflow.set_tracking_uri(f"file://{folder}/mlruns")
client = MlflowClient()
experiment = client.get_experiment_by_name(record["experiment"]["name"])
runs = mlflow.search_runs([experiment.experiment_id])
contenders = {contender["name"]: contender for contender in record["contenders"]}
assert sorted(runs["tags.mlflow.runName"]) == sorted(contenders)
best = client.search_runs(
    [experiment.experiment_id], "metrics.accuracy > 0", order_by=["metrics.accuracy DESC"]
)
for run in best:
    name = run.info.run_name
    contender = contenders[name]
    number = record["contenders"].index(contender)
    assert run.info.status == "FINISHED"
    assert run.data.params["model"] == contender["model"]
    for key, value in contender["parameters"].items():
        expected = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        found = run.data.params[key]
        assert found == expected or float(found) == float(expected), (name, key, found, expected)
    folds = client.get_metric_history(run.info.run_id, "fold/accuracy")
    assert [metric.step for metric in folds] == list(range(len(record["folds"])))
    cells = [cell for cell in record["cells"] if cell["contender"] == number]
    if cells[0]["history"]:
        of = "epoch/r{}-f{}/train_loss".format(cells[0]["repeat"] + 1, cells[0]["fold"] + 1)
        history = client.get_metric_history(run.info.run_id, of)
        assert [metric.value for metric in history] == [it["train_loss"] for it in cells[0]["history"]]
        assert [metric.step for metric in history] == list(range(1, len(history) + 1))
    figures = {artifact.path for artifact in client.list_artifacts(run.info.run_id, "figures")}
    assert "figures/accuracy.png" in figures
    local = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="predictions.csv")
    assert open(local).readline().startswith("contender,repeat,fold")
    print(f"{name:16} {run.data.metrics['accuracy']:.3f} {len(folds)} folds, {len(figures)} figures")
print(f"MLflow {mlflow.__version__}: {len(runs)} runs read")
