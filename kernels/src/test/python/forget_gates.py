#!/usr/bin/env python3
"""Writes forget_gates_{weights,run}.safetensors: a transformer with forget gates over token sequences.

    python3 forget_gates.py OUT

Everything is computed in float64 from the formulas, in NumPy alone, and stored as float32. Each memory
is multiplied by its factor in full at every event.
"""
import json
import math
import struct
import sys

import numpy as np

VOCABULARY, DIM, DEPTH, HEADS, D, NU, FF, OUTPUTS = 11, 12, 2, 3, 5, 2, 2, 4
SEQUENCES, LENGTH, STEPS = 2, 20, 4096


def save(path, tensors, meta):
    names = {np.dtype("float32"): "F32", np.dtype("int64"): "I64"}
    header, blobs, at = {"__metadata__": meta}, [], 0
    for name, x in tensors.items():
        x = np.ascontiguousarray(x.astype("float32" if x.dtype.kind == "f" else "int64"))
        header[name] = {"dtype": names[x.dtype], "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        blobs.append(x.tobytes())
        at += x.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def weights(random):
    """Values that float32 holds, so both sides begin with the same."""
    p = {"embedding.weight": random.normal(size=(VOCABULARY, DIM))}

    def linear(name, out, inputs, bias=True):
        p[name + ".weight"] = random.normal(size=(out, inputs)) / math.sqrt(inputs)
        if bias:
            p[name + ".bias"] = 0.3 * random.normal(size=out)

    def norm(name):
        p[name + ".weight"] = 1 + 0.1 * random.normal(size=DIM)
        p[name + ".bias"] = 0.1 * random.normal(size=DIM)

    for i in range(DEPTH):
        a, f = f"layers.{i}.0.", f"layers.{i}.1."
        norm(a + "norm")
        linear(a + "fn.to_qkv", 3 * HEADS * D, DIM, bias=False)
        linear(a + "fn.to_beta", HEADS, DIM)
        linear(a + "fn.to_forget", HEADS, DIM)
        p[a + "fn.to_forget.weight"] *= 2
        linear(a + "fn.to_out", DIM, HEADS * D)
        norm(f + "norm")
        linear(f + "fn.net.0", DIM * FF, DIM)
        linear(f + "fn.net.3", DIM, DIM * FF)
    linear("head", OUTPUTS, DIM)
    return {name: x.astype("float32").astype("float64") for name, x in p.items()}


def phi(x):
    """DPFP of one key, of length 1."""
    r = np.maximum(np.concatenate([x, -x]), 0)
    features = np.concatenate([r * np.roll(r, j) for j in range(1, NU + 1)])
    length = math.sqrt(features @ features)
    return features / length if length > 0 else features


def steps(z):
    """The gate of z in steps; a value near a tie could be rounded either way in float32."""
    exact = STEPS * math.log1p(math.exp(z))
    assert abs(exact % 1 - 0.5) > 0.004, "take another seed"
    return round(exact)


def layer_norm(p, name, x):
    return (x - x.mean()) / math.sqrt(x.var() + 1e-5) * p[name + ".weight"] + p[name + ".bias"]


def linear(p, name, x):
    return p[name + ".weight"] @ x + p.get(name + ".bias", 0)


def attention(p, name, u, w):
    q, k, v = linear(p, name + "to_qkv", u).reshape(3, HEADS, D)
    beta, z = linear(p, name + "to_beta", u), linear(p, name + "to_forget", u)
    reads = []
    for h in range(HEADS):
        w[h] *= 2.0 ** (-steps(z[h]) / STEPS)
        delta = (v[h] - phi(k[h]) @ w[h]) / (1 + math.exp(-beta[h]))
        w[h] += np.outer(phi(k[h]), delta)
        reads.append(phi(q[h]) @ w[h] / math.sqrt(D))
    return linear(p, name + "to_out", np.concatenate(reads))


def event(p, token, memory):
    x = p["embedding.weight"][token]
    for i in range(DEPTH):
        a, f = f"layers.{i}.0.", f"layers.{i}.1."
        x = x + attention(p, a + "fn.", layer_norm(p, a + "norm", x), memory[i])
        y = linear(p, f + "fn.net.0", layer_norm(p, f + "norm", x))
        y = np.array([0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in y])
        x = x + linear(p, f + "fn.net.3", y)
    return x, linear(p, "head", x)


def main():
    random = np.random.default_rng(3)
    p = weights(random)
    tokens = random.integers(VOCABULARY, size=(SEQUENCES, LENGTH))
    memory = np.zeros((SEQUENCES, DEPTH, HEADS, 2 * NU * D, D))
    events = [[event(p, token, memory[s]) for token in tokens[s]] for s in range(SEQUENCES)]
    run = {
        "tokens": tokens,
        "hidden": np.array([[hidden for hidden, _ in row] for row in events]),
        "logits": np.array([[logits for _, logits in row] for row in events]),
        "memory": memory.transpose(1, 0, 2, 3, 4),
    }
    meta = {"architecture": "transformer", "dim_head": str(D), "nu": str(NU), "rule": "gated_delta",
            "normalisation": "unit", "pre_norm": "True"}
    save(f"{sys.argv[1]}/forget_gates_weights.safetensors", p, meta)
    save(f"{sys.argv[1]}/forget_gates_run.safetensors", run, meta)


if __name__ == "__main__":
    main()
