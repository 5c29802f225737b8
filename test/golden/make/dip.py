"""Dips of small columns by the Python package diptest (a port of R's): writes ../dip.json.

    python dip.py
"""
import json
from importlib.metadata import version
from pathlib import Path

import diptest
import numpy as np

r = np.random.default_rng(20)
columns = {
    "two values": [0.0] * 5 + [1.0] * 5,
    "worked by hand": [1.0, 2.0, 3.0, 10.0, 11.0, 12.0],
    "with ties": sorted(r.integers(0, 9, 60).tolist()),
}
for n in (7, 30, 101, 400):
    columns[f"uniform {n}"] = r.random(n).round(6)
    columns[f"normal {n}"] = r.normal(size=n).round(6)
    columns[f"two groups {n}"] = np.r_[r.normal(size=n // 2), r.normal(5, 1, n - n // 2)].round(6)
    columns[f"skewed {n}"] = np.exp(2 * r.normal(size=n)).round(6)
cases = []
for name, values in columns.items():
    values = np.sort(np.asarray(values, dtype=float))
    cases.append({"name": name, "values": values.tolist(), "dip": float(diptest.dipstat(values))})
golden = Path(__file__).resolve().parent.parent
(golden / "dip.json").write_text(
    json.dumps({"diptest": version("diptest"), "cases": cases}, separators=(",", ":")) + "\n"
)
