"""Writes a small model by docs/python/fastweights.py and prints the rows of some events."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[8] / "docs" / "python"))
import fastweights  # noqa: E402

SCHEMA = {
    "key": "user",
    "time": "time",
    "fields": [
        {"name": "category", "encoder": "categorical", "vocabulary": ["books", "wine"]},
        {"name": "price", "encoder": "numeric", "mean": 20, "deviation": 15},
        {"name": "since", "encoder": "elapsed"},
        {"name": "hour", "encoder": "timeOfDay", "buckets": 24},
        {"name": "quarter", "encoder": "timeOfDay", "buckets": 4, "smooth": False},
        {"name": "day", "encoder": "dayOfWeek"},
    ],
    "target": {"name": "clicked", "encoder": "binary"},
}
DIM = 4


def filled(rows, columns=None):
    line = [i / 8 - 0.25 for i in range(columns or rows)]
    return line if columns is None else [line] * rows


block = "layers.0."
tensors = {
    block + "0.norm.weight": filled(DIM),
    block + "0.norm.bias": filled(DIM),
    block + "0.fn.to_qkv.weight": filled(3 * DIM, DIM),
    block + "0.fn.to_beta.weight": filled(1, DIM),
    block + "0.fn.to_beta.bias": filled(1),
    block + "0.fn.to_out.weight": filled(DIM, DIM),
    block + "0.fn.to_out.bias": filled(DIM),
    block + "1.norm.weight": filled(DIM),
    block + "1.norm.bias": filled(DIM),
    block + "1.fn.net.0.weight": filled(DIM, DIM),
    block + "1.fn.net.0.bias": filled(DIM),
    block + "1.fn.net.3.weight": filled(DIM, DIM),
    block + "1.fn.net.3.bias": filled(DIM),
    "head.weight": [[0.5, -0.25, 2, 0.1]],
    "head.bias": [0.125],
    "embedding.lag.target.clicked.weight": filled(2, DIM),
}
for name, ids in fastweights.ids(SCHEMA).items():
    tensors[f"embedding.{name}.weight"] = filled(ids, DIM)
    tensors[f"embedding.lag.{name}.weight"] = filled(ids, DIM)
fastweights.write(sys.argv[1], tensors, schema=SCHEMA, nu=1)

read, metadata = fastweights.read(sys.argv[1])
assert metadata["nu"] == "1" and json.loads(metadata["schema"]) == SCHEMA
assert read["head.weight"][0] == [1, 4] and read["head.weight"][1][:3] == [0.5, -0.25, 2.0]
assert set(read) == set(tensors)

events, before = [], None
for values, millis in [
    ({"category": "wine", "price": 12.5}, 1_767_225_600_000),
    ({"category": "books", "price": 500}, 1_767_225_604_000),
    ({"category": "toys", "price": 20}, 1_767_292_199_999),
    ({"category": "wine", "price": -3}, 1_767_398_399_000),
]:
    rows = fastweights.rows(SCHEMA, values, millis, before)
    events.append({"values": values, "millis": millis, "before": before, "rows": rows})
    before = millis
print(json.dumps({"events": events}))
