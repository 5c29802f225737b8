"""DBCV of the Python package hdbscan on the reference sets and labelings, some with noise: writes ../dbcv.json.

    python dbcv.py

Core distances make many edges of the mutual reachability graph equally long, and which of them the spanning tree has
decides which rows are inner. hdbscan takes the lowest row, so its answer moves with the order of rows ("shuffled": its
range over ten shuffles). "nearest" is hdbscan with one function replaced: its tree prefers the nearer of two equal edges.
Labelings with duplicate rows inside a cluster are left out: hdbscan skips distances of zero, where the paper's core
distance tends to 0.
"""
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from hdbscan import validity
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.metrics import pairwise_distances

golden = Path(__file__).resolve().parent.parent
theirs = validity.internal_minimum_spanning_tree
theirDistances = validity.distances_between_points


def reaching(X, labels, cluster, metric="euclidean", d=None, **rest):
    global raw
    raw = pairwise_distances(X[labels == cluster])
    return theirDistances(X, labels, cluster, metric, d, **rest)


def nearestTree(reach):
    tree = minimum_spanning_tree(reach * (1 + 1e-7 * raw / raw.max())).tocoo()
    edges = np.column_stack([tree.row, tree.col, reach[tree.row, tree.col]])
    degree = np.bincount(edges[:, :2].astype(int).ravel(), minlength=len(reach))
    inner = np.flatnonzero(degree > 1)
    chosen = np.isin(edges[:, 0], inner) & np.isin(edges[:, 1], inner)
    return (inner if len(inner) else np.arange(len(reach))), (edges[chosen] if chosen.any() else edges)


def nearest(x, labels):
    validity.internal_minimum_spanning_tree, validity.distances_between_points = nearestTree, reaching
    value = validity.validity_index(x, labels)
    validity.internal_minimum_spanning_tree, validity.distances_between_points = theirs, theirDistances
    return float(value)


def shuffled(x, labels):
    random = np.random.RandomState(0)
    orders = [random.permutation(len(x)) for _ in range(10)]
    values = [float(validity.validity_index(x[order], labels[order])) for order in orders]
    return [min(values), max(values)]


out = {"versions": {"hdbscan": version("hdbscan"), "numpy": np.__version__, "python": sys.version.split()[0]}, "cases": []}
for name in ["iris", "blobs", "moons"]:
    x = np.loadtxt(golden / "data" / f"{name}.csv", delimiter=",", skiprows=1)
    labelings = json.loads((golden / name / "metrics.json").read_text())["labelings"]
    for labeling in ["truth", "kmeans_2", "kmeans_5", "ward_4"]:
        for every in [0, 7]:
            labels = np.array(labelings[labeling])
            if every:
                labels[::every] = -1
            if any(len(np.unique(x[labels == c], axis=0)) < (labels == c).sum() for c in set(labels) - {-1}):
                continue
            out["cases"].append({
                "set": name, "labeling": labeling, "noiseEvery": every,
                "nearest": nearest(x, labels), "hdbscan": float(validity.validity_index(x, labels)),
                "shuffled": None if every else shuffled(x, labels),
            })
(golden / "dbcv.json").write_text(json.dumps(out, indent=1) + "\n")
