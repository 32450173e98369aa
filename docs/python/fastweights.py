"""Weights files for fastweights, from Python. One file, the standard library alone: copy it.

    import fastweights
    fastweights.write("model.safetensors", model.state_dict(), schema=SCHEMA, nu=1)

docs/from-pytorch.md says which tensors a model has and what its metadata may say.
Apache License, Version 2.0.
"""

import json
import math
import struct
from array import array
from datetime import datetime, timezone

DAY_MILLIS = 86_400_000


def write(path, tensors, schema=None, **metadata):
    """Writes tensors as a safetensors file, in F32.

    tensors: names and values: of PyTorch, of numpy, or nested lists of numbers.
    schema: a dict as a schema's JSON, or None.
    metadata: hyper-parameters, such as nu=1 (needed for a transformer), rule="delta".
    """
    texts = {name: str(value) for name, value in metadata.items()}
    texts["format"] = "pt"
    if schema is not None:
        texts["schema"] = json.dumps(schema)
    header, blobs, end = {"__metadata__": texts}, [], 0
    for name in sorted(tensors):
        shape, numbers = _flat(name, tensors[name])
        blob = array("f", numbers)
        if struct.pack("=H", 1) != struct.pack("<H", 1):
            blob.byteswap()
        begin, end = end, end + 4 * len(numbers)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
        blobs.append(blob.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for blob in blobs:
            file.write(blob)


def read(path):
    """The tensors of an F32 file, as (shape, numbers) by name, and its metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"tensor {name} has dtype {entry['dtype']}, must have F32")
        begin, end = entry["data_offsets"]
        numbers = struct.unpack(f"<{(end - begin) // 4}f", data[begin:end])
        tensors[name] = (entry["shape"], list(numbers))
    return tensors, metadata


def ids(schema):
    """How many rows the embedding of each field has."""
    return {field["name"]: _ids(field) for field in schema["fields"]}


def rows(schema, values, millis, before=None):
    """(row, weight) pairs of each field for an event, as the schema's encoders make them.

    values: of the columns; millis: the event's time since 1970-01-01 UTC; before: the time of the
    key's observed event before, or None.
    """
    return {f["name"]: _rows(f, values.get(f["name"]), millis, before) for f in schema["fields"]}


def _ids(field):
    encoder = field["encoder"]
    if encoder == "categorical":
        return 1 + len(field["vocabulary"])
    if encoder == "numeric":
        return 1
    if encoder in ("elapsed", "timeOfDay"):
        return field.get("buckets", 24)
    if encoder == "dayOfWeek":
        return 7
    raise ValueError(f"field {field['name']}: no encoder {encoder} here, make it categorical")


def _rows(field, value, millis, before):
    encoder, size = field["encoder"], _ids(field)
    if encoder == "categorical":
        known = value in field["vocabulary"]
        return [(1 + field["vocabulary"].index(value) if known else 0, 1.0)]
    if encoder == "numeric":
        if "mean" not in field or "deviation" not in field:
            raise ValueError(f"field {field['name']} has no mean and deviation: weights need them")
        return [(0, max(-8.0, min(8.0, (value - field["mean"]) / field["deviation"])))]
    if encoder == "elapsed":
        if before is None:
            return [(0, 1.0)]
        seconds = max(0, millis - before) // 1000
        return [(min((1 + seconds).bit_length(), size - 1), 1.0)]
    if field.get("zone", "UTC") != "UTC":
        raise ValueError(f"field {field['name']} has zone {field['zone']}, must have UTC here")
    if encoder == "dayOfWeek":
        return [(datetime.fromtimestamp(millis / 1000, timezone.utc).weekday(), 1.0)]
    place = millis % DAY_MILLIS / DAY_MILLIS * size
    if not field.get("smooth", True):
        return [(min(size - 1, int(place)), 1.0)]
    lower = math.floor(place - 0.5)
    share = place - 0.5 - lower
    return [(lower % size, 1 - share), ((lower + 1) % size, share)]


def _flat(name, tensor):
    """Shape and numbers of a tensor, in row-major order."""
    for step in ("detach", "cpu", "float"):
        if hasattr(tensor, step):
            tensor = getattr(tensor, step)()
    if hasattr(tensor, "shape"):
        shape = list(tensor.shape)
        numbers = tensor.reshape(-1).tolist()
    else:
        shape, numbers = _nested(tensor)
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"tensor {name} holds numbers that are not finite")
    if len(numbers) != math.prod(shape):
        raise ValueError(f"tensor {name} has {len(numbers)} numbers, shape {shape}")
    return shape, numbers


def _nested(value):
    shape = []
    level = [value]
    while level and isinstance(level[0], (list, tuple)):
        shape.append(len(level[0]))
        level = [inner for outer in level for inner in outer]
    return shape, [float(number) for number in level]
