"""Runs a weights file that `train` wrote in PyTorch, one event of one key at a time.

replay.py WEIGHTS EVENTS prints the outputs as JSON. WEIGHTS is a safetensors file, read here by its
layout: the header's length, the header, the tensors. EVENTS is JSON: for each event whether it is
an ask, and the rows of the embedding tables that its input is the sum of, as [tensor, row, weight].
"""
import json
import struct
import sys

import torch
from torch.nn.functional import gelu, layer_norm, linear, relu


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        floats = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32)
        tensors[name] = floats.reshape(entry["shape"])
    return metadata, tensors


def phi(x, nu, normalisation):
    r = relu(torch.cat([x, -x], dim=-1))
    features = torch.cat([r * r.roll(j, dims=-1) for j in range(1, nu + 1)], dim=-1)
    if normalisation == "sum":
        size = features.sum(dim=-1, keepdim=True)
    else:
        size = features.norm(dim=-1, keepdim=True)
    return torch.where(size > 0, features / size, features)


class Attention:
    """One layer's fast weights: W is float[heads][rows][columns]."""

    def __init__(self, tensors, prefix, heads, dim_head, nu, normalisation):
        self.qkv = tensors[prefix + "to_qkv.weight"]
        self.beta = tensors[prefix + "to_beta.weight"], tensors[prefix + "to_beta.bias"]
        self.out = tensors[prefix + "to_out.weight"], tensors[prefix + "to_out.bias"]
        self.heads, self.dim_head, self.nu, self.normalisation = heads, dim_head, nu, normalisation
        self.w = torch.zeros(heads, 2 * nu * dim_head, dim_head)

    def step(self, x, asked):
        q, k, v = linear(x, self.qkv).reshape(3, self.heads, self.dim_head)
        beta = torch.sigmoid(linear(x, *self.beta)).unsqueeze(-1)
        q, k = (phi(z, self.nu, self.normalisation) for z in (q, k))
        delta = beta * (v - torch.einsum("hrc,hr->hc", self.w, k))
        w = self.w + torch.einsum("hr,hc->hrc", k, delta)
        if not asked:
            self.w = w
        y = torch.einsum("hrc,hr->hc", w, q) / self.dim_head**0.5
        return linear(y.reshape(-1), *self.out)


class Model:
    def __init__(self, metadata, tensors):
        heads, dim_head = int(metadata["heads"]), int(metadata["dim_head"])
        nu, normalisation = int(metadata["nu"]), metadata["normalisation"]
        self.t = tensors
        self.pre_norm = metadata["pre_norm"].lower() == "true"
        self.layers = [
            Attention(tensors, f"layers.{i}.0.fn.", heads, dim_head, nu, normalisation)
            for i in range(int(metadata["depth"]))
        ]

    def norm(self, x, name):
        return layer_norm(x, x.shape, self.t[name + ".norm.weight"], self.t[name + ".norm.bias"])

    def feed_forward(self, x, name):
        x = linear(x, self.t[name + "net.0.weight"], self.t[name + "net.0.bias"])
        return linear(gelu(x), self.t[name + "net.3.weight"], self.t[name + "net.3.bias"])

    def step(self, event):
        x = sum(weight * self.t[tensor][row] for tensor, row, weight in event["rows"])
        for i, attention in enumerate(self.layers):
            at = f"layers.{i}."
            if self.pre_norm:
                x = x + attention.step(self.norm(x, at + "0"), event["ask"])
                x = x + self.feed_forward(self.norm(x, at + "1"), at + "1.fn.")
            else:
                x = x + self.norm(attention.step(x, event["ask"]), at + "0")
                x = x + self.norm(self.feed_forward(x, at + "1.fn."), at + "1")
        if "norm.weight" in self.t:
            x = layer_norm(x, x.shape, self.t["norm.weight"], self.t["norm.bias"])
        return linear(x, self.t["head.weight"], self.t["head.bias"]).tolist()


with torch.no_grad():
    model = Model(*read(sys.argv[1]))
    with open(sys.argv[2]) as file:
        print(json.dumps([model.step(event) for event in json.load(file)]))
