"""What customers bought, measured by pandas: writes ../data/purchases.csv (a log with returns, several purchases a day,
customers with one purchase, missing amounts) and ../purchases.json (the features of each customer).

    python purchases.py            the golden file
    python purchases.py big DIR    a million purchases: DIR/purchases.csv and DIR/purchases.json, for a check by hand
"""
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

golden = Path(__file__).resolve().parent.parent
AT = pd.Timestamp("2026-01-01")


def log(rows, customers, seed):
    rng = np.random.default_rng(seed)
    customer = np.minimum(customers - 1, (rng.beta(0.6, 1.2, rows) * customers).astype(int))
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 731, rows), unit="D")
    amount = np.round(rng.lognormal(3, 1, rows), 2)
    amount = np.where(rng.random(rows) < 0.08, -amount, amount)
    amount[rng.random(rows) < 0.02] = np.nan
    category = rng.choice(["food", "home", "toys"], rows, p=[0.6, 0.3, 0.1]).astype(object)
    category[rng.random(rows) < 0.03] = None
    return pd.DataFrame({"customer": [f"c{c:05d}" for c in customer], "date": day, "amount": amount, "category": category})


def features(df):
    groups = df.groupby("customer", sort=True)
    index = groups.size().index

    def within(days=None, years=None, frame=df):
        start = AT - (pd.Timedelta(days=days) if days else pd.DateOffset(years=years))
        return frame[frame.date >= start]

    def by(frame, fill=None):
        return lambda column, how: getattr(frame.groupby("customer")[column], how)().reindex(index, fill_value=fill)

    def sums(frame):
        return frame.groupby("customer").amount.sum().reindex(index, fill_value=0.0)

    def gaps(frame):
        days = frame[["customer", "date"]].drop_duplicates().sort_values(["customer", "date"])
        return days.assign(gap=days.groupby("customer").date.diff().dt.days)

    last = sums(within(days=90))
    before = sums(df[(df.date >= AT - pd.Timedelta(days=180)) & (df.date < AT - pd.Timedelta(days=90))])
    size = last.abs() + before.abs()
    bought = df[df.amount > 0]
    year = within(years=1)
    out = {
        "recency": (AT - groups.date.max()).dt.days,
        "tenure": (AT - groups.date.min()).dt.days,
        "frequency": groups.size(),
        "frequency_90d": within(days=90).groupby("customer").size().reindex(index, fill_value=0),
        "returns": df[df.amount < 0].groupby("customer").size().reindex(index, fill_value=0),
        "monetary": sums(df),
        "monetary_1y": sums(year),
        "bought_food": sums(df[(df.amount > 0) & (df.category == "food")]),
        "basket": by(df)("amount", "mean"),
        "basket_1y": by(year)("amount", "mean"),
        "middle": by(df)("amount", "median"),
        "least": by(df)("amount", "min"),
        "most": by(df)("amount", "max"),
        "kinds": groups.category.nunique(),
        "gap": gaps(df).groupby("customer").gap.median(),
        "gap_1y": within(years=1, frame=gaps(df)).groupby("customer").gap.median().reindex(index),
        "gap_bought": gaps(bought).groupby("customer").gap.median().reindex(index),
        "months": df.assign(month=df.date.dt.to_period("M")).groupby("customer").month.nunique(),
        "trend": ((last - before) / size.where(size > 0)).fillna(0),
    }
    for value in ["food", "home", "toys"]:
        of = df[df.category == value]
        out[f"share_{value}"] = of.groupby("customer").size().reindex(index, fill_value=0) / groups.size()
        spent = bought[bought.category == value].groupby("customer").amount.sum().reindex(index, fill_value=0.0)
        out[f"spent_{value}"] = spent / bought.groupby("customer").amount.sum().reindex(index)
    return index, out


big = sys.argv[1:2] == ["big"]
folder = Path(sys.argv[2]) if big else golden
df = log(1_000_000, 50_000, 2) if big else log(600, 60, 1)
index, out = features(df)
csv = folder / "purchases.csv" if big else golden / "data" / "purchases.csv"
df.to_csv(csv, index=False, date_format="%Y-%m-%d")
plain = lambda v: None if isinstance(v, float) and math.isnan(v) else v
made = {
    "made": {"pandas": version("pandas"), "numpy": version("numpy")},
    "at": str(AT.date()),
    "customers": list(index),
    "features": {name: [plain(v) for v in series.tolist()] for name, series in out.items()},
}
(folder / "purchases.json").write_text(json.dumps(made) + "\n")
