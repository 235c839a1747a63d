"""Logs a run to an MLflow server and prints all runs that are there, by MLflow's own client. Arguments: address, name."""

import json
import os
import socket
import sys
import tempfile
from urllib.parse import urlsplit

address, name = sys.argv[1:]
found = socket.getaddrinfo
# The stack's name is this machine's.
here = lambda host, *rest, **more: found("127.0.0.1" if host == urlsplit(address).hostname else host, *rest, **more)
socket.getaddrinfo = here

import mlflow

mlflow.set_tracking_uri(address)
mlflow.set_experiment("proof")
with mlflow.start_run(run_name=name), tempfile.TemporaryDirectory() as folder:
    mlflow.log_metric("loss", 0.25)
    path = os.path.join(folder, "model.txt")
    with open(path, "w") as file:
        file.write(f"{name}'s model")
    mlflow.log_artifact(path)

client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("proof")
runs = {}
for run in client.search_runs([experiment.experiment_id]):
    with open(client.download_artifacts(run.info.run_id, "model.txt")) as file:
        runs[run.info.run_name] = {"loss": run.data.metrics["loss"], "file": file.read()}
print(json.dumps(runs))
