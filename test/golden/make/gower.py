"""Gower's distances (1971) of a small table of numbers and texts, their trees by SciPy and their best two medoids by
trying all pairs: writes ../gower.json.

    python gower.py
"""
import json
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import silhouette_score

golden = Path(__file__).resolve().parent.parent
rng = np.random.default_rng(1971)
rows = 60
group = rng.integers(0, 3, rows)
columns = {
    "spend": np.round(rng.normal(100 + 60 * group, 20), 2).tolist(),
    "visits": rng.poisson(3 + 4 * group).tolist(),
    "region": [str(x) for x in rng.choice(["north", "south", "east", "west"], rows, p=[0.4, 0.3, 0.2, 0.1])],
    "plan": ["abc"[g] if rng.random() < 0.8 else "d" for g in group],
}


def gower(columns):
    total = np.zeros((rows, rows))
    for values in columns.values():
        if isinstance(values[0], str):
            total += np.array([[a != b for b in values] for a in values])
        else:
            v = np.array(values, dtype=float)
            total += np.abs(v[:, None] - v[None, :]) / (v.max() - v.min())
    return total / len(columns)


def firstAppearance(labels):
    seen = {}
    return [seen.setdefault(label, len(seen)) for label in labels]


d = gower(columns)
trees = {}
for method in ["average", "complete", "single"]:
    tree = linkage(squareform(d, checks=False), method)
    k3 = firstAppearance(fcluster(tree, 3, "maxclust").tolist())
    score = silhouette_score(d, k3, metric="precomputed")
    trees[method] = {"heights": tree[:, 2].tolist(), "k3": k3, "silhouette": float(score)}
deviation, best = min((np.minimum(d[a], d[b]).sum(), (a, b)) for a, b in combinations(range(rows), 2))
out = {
    "made": {"numpy": version("numpy"), "scipy": version("scipy"), "scikit-learn": version("scikit-learn")},
    "columns": columns,
    "first": d[0].tolist(),
    "trees": trees,
    "medoids": {"rows": list(best), "deviation": float(deviation)},
}
(golden / "gower.json").write_text(json.dumps(out) + "\n")
