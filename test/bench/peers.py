"""The scikit-learn side of the benchmarks: python3 peers.py <function> <folder> <data>."""
import json
import os
import statistics
import sys
import time

import numpy as np
import sklearn
from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.manifold import TSNE
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

COUNTS = range(2, 11)


def silhouette(x, labelings):
    """Three labelings, counted fifteen times; the quality is of those three."""
    chosen = [5, 20, 35]
    return float(np.mean([silhouette_score(x, labelings[l]) for l in chosen])), 15


def centre_indices(x, labelings):
    scores = [davies_bouldin_score(x, l) for l in labelings[:45]]
    for l in labelings[:45]:
        calinski_harabasz_score(x, l)
    return float(np.mean(scores)), 1


def kmeans_sweep(x, labelings):
    return sum(KMeans(k, n_init=10, random_state=0).fit(x).inertia_ for k in COUNTS), 1


def kmeans_eight(x, labelings):
    return KMeans(8, n_init=10, random_state=0).fit(x).inertia_, 1


def kmeans_once(x, labelings):
    return KMeans(8, n_init=1, random_state=0).fit(x).inertia_, 1


class FromLabels(GaussianMixture):
    def _initialize_parameters(self, x, random_state):
        r = np.zeros((len(x), self.n_components))
        r[np.arange(len(x)), self.labels] = 1
        self._initialize(x, r)


def mixtures(kind):
    def run(x, labelings):
        total = 0
        for i, k in enumerate(COUNTS):
            model = FromLabels(k, covariance_type=kind)
            model.labels = labelings[i]
            total += model.fit(x).lower_bound_
        return total, 1

    return run


mixtures_full, mixtures_tied = mixtures("full"), mixtures("tied")
mixtures_diag, mixtures_spherical = mixtures("diag"), mixtures("spherical")


def tree(linkage):
    def run(x, labelings):
        model = AgglomerativeClustering(n_clusters=2, linkage=linkage, compute_distances=True)
        return float(np.sum(model.fit(x).distances_)), 1

    return run


def fast_tree(linkage):
    def run(x, labelings):
        import fastcluster

        of = fastcluster.linkage_vector if linkage in ("ward", "single") else fastcluster.linkage
        return float(np.sum(of(x, linkage)[:, 2])), 1

    return run


tree_ward, fastcluster_ward = tree("ward"), fast_tree("ward")
tree_complete, fastcluster_complete = tree("complete"), fast_tree("complete")
tree_average, fastcluster_average = tree("average"), fast_tree("average")
tree_single, fastcluster_single = tree("single"), fast_tree("single")


def dbscan_sweep(x, labelings):
    radii = [(0.02 + 0.01 * k) * (3 if x.shape[1] > 2 else 1) for k in COUNTS]
    return sum(int((DBSCAN(eps=r, min_samples=10).fit(x).labels_ < 0).sum()) for r in radii), 1


def neighbours(k):
    def run(x, labelings):
        return float(NearestNeighbors(n_neighbors=k).fit(x).kneighbors()[0].sum()), 1

    return run


neighbours_9, neighbours_90 = neighbours(9), neighbours(90)


def tsne_map(x, labelings):
    model = TSNE(init="pca", learning_rate="auto", random_state=0, n_iter=1000)
    model.fit_transform(x)
    return model.kl_divergence_, 1


def main():
    if sys.argv[1] == "versions":
        print(f"Python {sys.version.split()[0]}, scikit-learn {sklearn.__version__}, NumPy {np.__version__}")
        return
    name, folder, data = sys.argv[1:4]
    with open(f"{folder}/{data}.json") as file:
        shape = json.load(file)
    x = np.fromfile(f"{folder}/{data}.f64").reshape(shape["rows"], shape["cols"])
    path = f"{folder}/{data}.i32"
    labelings = np.fromfile(path, dtype=np.int32).reshape(-1, len(x)) if os.path.exists(path) else None
    times = []
    while len(times) < 2 or (sum(times) < 4000 and len(times) < 10):
        start = time.process_time()
        quality, scale = globals()[name](x, labelings)
        times.append((time.process_time() - start) * 1000)
        if times[0] > 20000:
            break
    try:
        with open("/proc/self/status") as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    except OSError:
        peak = 0
    warm = statistics.median(times[1:]) if len(times) > 1 else times[0]
    print(json.dumps({"cold": times[0] * scale, "warm": warm * scale, "quality": float(quality), "peak": peak}))


main()
