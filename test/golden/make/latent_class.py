"""Latent classes of a made table of numbers and texts: EM of two starts in NumPy, densities and shares by SciPy, the start
labels fixed; posteriors of new rows. Writes ../latent-class.json.

    python latent_class.py
"""
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

golden = Path(__file__).resolve().parent.parent
rng = np.random.default_rng(2002)
rows, k = 150, 3
truth = rng.integers(0, k, rows)
numbers = np.column_stack([rng.normal(2 * truth, 1), rng.normal(-truth, 0.5 + truth)])
plans, regions = ["basic", "plus", "pro"], ["north", "south", "east", "west"]
plan = [plans[g] if rng.random() < 0.75 else plans[rng.integers(3)] for g in truth]
region = [regions[rng.integers(4)] for _ in truth]
plan = [None if i % 17 == 0 else value for i, value in enumerate(plan)]
texts = {"plan": plan, "region": region}


def em(start, rounds, regCovar=1e-6):
    r = np.eye(k)[start]
    overall = {t: {v: sum(x == v for x in col) / sum(x is not None for x in col) for v in set(col) - {None}} for t, col in texts.items()}
    trace = []
    for _ in range(rounds + 1):
        w = r.sum(0)
        mean = (r.T @ numbers) / w[:, None]
        var = np.array([(r[:, c, None] * (numbers - mean[c]) ** 2).sum(0) / w[c] for c in range(k)]) + regCovar
        score = np.log(w / rows) + np.array([[norm.logpdf(x, mean[c], np.sqrt(var[c])).sum() for c in range(k)] for x in numbers])
        shares = {}
        for t, col in texts.items():
            present = np.array([x is not None for x in col])
            shares[t] = {v: ((r * np.array([x == v for x in col])[:, None]).sum(0) + overall[t][v]) / ((r * present[:, None]).sum(0) + 1) for v in overall[t]}
            score += np.array([np.log(shares[t][x]) if x is not None else np.zeros(k) for x in col])
        log_likelihood = logsumexp(score, axis=1)
        trace.append(log_likelihood.mean())
        r = np.exp(score - log_likelihood[:, None])
    return w / rows, mean, var, {t: {v: s.tolist() for v, s in of.items()} for t, of in shares.items()}, r, trace


start = [int(g) if rng.random() < 0.7 else int(rng.integers(k)) for g in truth]
w, mean, var, shares, r, trace = em(start, 40)
free = (k - 1) + k * (2 * 2 + (3 - 1) + (4 - 1))
out = {
    "made": {"numpy": version("numpy"), "scipy": version("scipy")},
    "k": k,
    "numbers": numbers.tolist(),
    "texts": texts,
    "start": start,
    "rounds": 40,
    "weights": w.tolist(),
    "means": mean.tolist(),
    "variances": var.tolist(),
    "shares": shares,
    "trace": trace,
    "posteriors": r.tolist(),
    "bic": float(-2 * rows * trace[-1] + free * np.log(rows)),
}
(golden / "latent-class.json").write_text(json.dumps(out) + "\n")
