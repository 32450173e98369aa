"""Runs other implementations of the same recurrences, for `fastweights bench parity`.

    python parity_peer.py PEERS OUT

PEERS holds checkouts of dpfp-pytorch, flash-linear-attention and lmtool-fwms, under these names; one
that is missing is passed over. For each peer and shape OUT takes a file of weights (NAME.weights) and
one of a run (NAME.run): inputs x, and of the peer in float64 the outputs y and the memory w after the
last event; difference32 is how far the peer in float32 is from that. Needs PyTorch, NumPy and einops.
"""
import importlib.util
import json
import math
import struct
import sys
import types
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
PEERS, OUT = Path(sys.argv[1]), Path(sys.argv[2])
EVENTS = 60


def save(path, tensors, metadata):
    """A safetensors file of float32 tensors."""
    header, data, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        values = np.ascontiguousarray(tensor, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        data.append(values.tobytes())
        at += values.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))


def case(peer, shape, weights, metadata, x, exact, single):
    """`exact` and `single` are outputs and memory in float64 and float32."""
    name = f"{peer} {shape}".replace(" ", "_")
    save(OUT / f"{name}.weights.safetensors", weights, metadata)
    y, w = (np.asarray(part, dtype="f8") for part in exact)
    difference = float(np.max(np.abs(y - np.asarray(single[0], dtype="f8"))))
    about = {"peer": peer, "shape": shape, "difference32": repr(difference)}
    save(OUT / f"{name}.run.safetensors", {"x": x, "y": y, "w": w}, about)


def arrays(module):
    return {name: tensor.numpy() for name, tensor in module.state_dict().items()}


def both(run):
    """The run in float64, then in float32."""
    with torch.no_grad():
        return run(torch.float64), run(torch.float32)


def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def dpfp_pytorch():
    sys.path.insert(0, str(PEERS / "dpfp-pytorch"))
    from dpfp_pytorch import DPFPAttention, DPFPformer

    shapes = [(16, 8, 2, 1), (16, 8, 2, 2), (24, 6, 3, 3), (32, 16, 4, 4), (128, 64, 8, 1), (7, 5, 1, 2),
              (33, 17, 3, 3), (16, 2, 2, 3), (9, 2, 3, 1)]
    for seed, (dim, dim_head, heads, nu) in enumerate(shapes):
        torch.manual_seed(seed)
        peer = DPFPAttention(dim, dim_head=dim_head, heads=heads, nu=nu)
        weights = arrays(peer)
        x = np.random.RandomState(seed).randn(EVENTS, dim).astype("f4")

        def run(dtype):
            peer.to(dtype)
            memory, outputs = torch.zeros(peer.get_memory_shape(1), dtype=dtype), []
            for event in x:
                y, memory = peer(torch.tensor(event, dtype=dtype)[None, None], memory)
                outputs.append(y[0, 0].numpy())
            return np.array(outputs), memory[0].numpy()

        shape = f"attention dim {dim} heads {heads} x {dim_head} nu {nu}"
        case("dpfp-pytorch", shape, weights, {"nu": str(nu), "beta": "identity"}, x, *both(run))

    shapes = [(16, 1, 8, 2, 1, 4, True), (16, 2, 8, 2, 2, 4, True), (16, 3, 8, 2, 1, 2, True),
              (24, 2, 6, 3, 3, 4, True), (32, 4, 16, 2, 4, 1, True), (16, 1, 8, 2, 1, 4, False),
              (128, 3, 64, 8, 1, 4, True), (13, 2, 5, 3, 2, 3, True), (8, 2, 4, 2, 1, 2, True)]
    for seed, (dim, depth, dim_head, heads, nu, mult, pre) in enumerate(shapes):
        torch.manual_seed(100 + seed)
        peer = DPFPformer(dim, depth, dim_head=dim_head, heads=heads, nu=nu, ff_mult=mult, pre_norm=pre).eval()
        weights = arrays(peer)
        x = np.random.RandomState(seed).randn(EVENTS, dim).astype("f4")

        def run(dtype):
            peer.to(dtype)
            memory, outputs = torch.zeros(peer.get_memory_shape(1), dtype=dtype), []
            for event in x:
                inputs = torch.tensor(event, dtype=dtype)[None, None]
                y, memory = peer(inputs, W=memory, return_weights=True)
                outputs.append(y[0, 0].numpy())
            return np.array(outputs), memory[0].numpy()

        shape = f"former dim {dim} depth {depth} heads {heads} x {dim_head} nu {nu} {'pre' if pre else 'post'}"
        metadata = {"nu": str(nu), "beta": "identity", "memory": "shared", "pre_norm": str(pre)}
        case("dpfp-pytorch", shape, weights, metadata, x, *both(run))


def delta_rule(q, k, v, beta):
    """The recurrence, shapes [heads, events, ...]: outputs, and the memory [heads, rows, columns]."""
    memory = torch.zeros(k.shape[0], k.shape[2], v.shape[2], dtype=k.dtype)
    outputs = torch.zeros_like(v)
    for t in range(k.shape[1]):
        delta = beta[:, t, None] * (v[:, t] - torch.einsum("hrc,hr->hc", memory, k[:, t]))
        memory = memory + torch.einsum("hr,hc->hrc", k[:, t], delta)
        outputs[:, t] = torch.einsum("hrc,hr->hc", memory, q[:, t])
    return outputs, memory


def flash_linear_attention():
    naive = module("fla_naive", PEERS / "flash-linear-attention/fla/ops/delta_rule/naive.py")
    # Its keys are of length 1: elu + 1, which both have.
    shapes = [(63, 1, 64, 1), (100, 4, 60, 1), (200, 3, 128, 1), (256, 4, 128, 1), (400, 4, 32, 1),
              (512, 8, 64, 1), (256, 4, 64, 2), (64, 2, 7, 1), (1000, 1, 16, 2)]
    for seed, (events, heads, dim_head, largest_beta) in enumerate(shapes):
        random, dim, inner = np.random.RandomState(seed), 24, heads * dim_head
        weights = {
            "to_qkv.weight": (random.randn(3 * inner, dim) / math.sqrt(dim)).astype("f4"),
            "to_beta.weight": (random.randn(heads, dim) / math.sqrt(dim)).astype("f4"),
            "to_beta.bias": random.randn(heads).astype("f4"),
            "to_out.weight": (random.randn(dim, inner) / math.sqrt(inner)).astype("f4"),
            "to_out.bias": random.randn(dim).astype("f4"),
        }
        metadata = {"nu": "1", "feature_map": "elu_plus_one", "normalisation": "unit"}
        if largest_beta == 2:
            weights["to_beta.weight"] *= 0
            weights["to_beta.bias"] = (0.1 + 1.8 * random.rand(heads)).astype("f4")
            metadata["beta"] = "identity"
        x = random.randn(events, dim).astype("f4")

        def run(dtype):
            at = {name: torch.tensor(value, dtype=dtype) for name, value in weights.items()}
            inputs = torch.tensor(x, dtype=dtype)
            q, k, v = (inputs @ at["to_qkv.weight"].T).reshape(events, 3, heads, dim_head).permute(1, 2, 0, 3)
            beta = (inputs @ at["to_beta.weight"].T + at["to_beta.bias"]).T
            beta = beta if largest_beta == 2 else torch.sigmoid(beta)
            q, k = F.normalize(F.elu(q) + 1, dim=-1), F.normalize(F.elu(k) + 1, dim=-1)
            if dtype == torch.float32:
                outputs, memory = naive.delta_rule_recurrence(q[None], k[None], v[None], beta[None])
                outputs, memory = outputs[0], memory[0]
            else:
                # The peer computes in float32 whatever it is given.
                outputs, memory = delta_rule(q * dim_head**-0.5, k, v, beta)
            return (outputs.permute(1, 0, 2).reshape(events, inner) @ at["to_out.weight"].T + at["to_out.bias"]).numpy(), memory.numpy()

        shape = f"naive events {events} heads {heads} x {dim_head} beta below {largest_beta}"
        case("flash-linear-attention", shape, weights, metadata, x, *both(run))


def lmtool_fwms():
    """The layer itself; its CUDA kernel of the recurrence is replaced by the plain loop."""
    memories = []

    def fast_weight_delta(q, k, v, beta, memory):
        outputs, memory = delta_rule(q[0], k[0], v[0], beta[0, :, :, 0])
        memories.append(memory.numpy())
        return outputs[None]

    class Anything(types.ModuleType):
        def __getattr__(self, name):
            return fast_weight_delta if name == "fast_weight_delta" else None

    kernels = ["fast_fast_weight", "fast_transformers", "fast_weight_rnn", "fast_weight_rnn_v2", "fast_lstm",
               "fast_lstm_v2", "fast_lstm_v3", "fast_lstm_v4", "rec_update_fwm_tanh", "performer_helper"]
    sys.modules["utils"] = types.ModuleType("utils")
    for kernel in kernels:
        sys.modules[f"utils.{kernel}"] = Anything(f"utils.{kernel}")
    layers = module("lmtool", PEERS / "lmtool-fwms/src/utils/cuda_fast_weight_layer.py")

    shapes = [(32, 4, 8, 1), (32, 4, 8, 2), (64, 8, 16, 3), (16, 2, 8, 1), (128, 8, 16, 1), (24, 3, 5, 2),
              (48, 1, 48, 1), (20, 4, 3, 4), (64, 4, 32, 1)]
    for seed, (dim, heads, dim_head, rolls) in enumerate(shapes):
        torch.manual_seed(200 + seed)
        peer = layers.CudaFastWeightDPFPTransformerLayer(
            heads, dim, dim_head, 0.0, layer_id=0, num_layer=1, skip_attn_normalization=True, n_roll=rolls)
        qkvb = peer.qkvb_net.weight.detach().numpy().reshape(heads, 3 * dim_head + 1, dim)
        parts = [qkvb[:, i * dim_head:(i + 1) * dim_head].reshape(heads * dim_head, dim) for i in range(3)]
        weights = {
            "to_qkv.weight": np.concatenate(parts),
            "to_beta.weight": qkvb[:, 3 * dim_head].copy(),
            "to_beta.bias": np.zeros(heads),
            "to_out.weight": peer.o_net.weight.detach().numpy().copy(),
            "to_out.bias": np.zeros(dim),
        }
        x = np.random.RandomState(seed).randn(EVENTS, dim).astype("f4")
        attention = []
        peer.o_net.register_forward_hook(lambda layer, inputs, output: attention.append(output[:, 0].numpy()))

        def run(dtype):
            peer.to(dtype)(torch.tensor(x, dtype=dtype)[:, None])
            return attention[-1], memories[-1]

        shape = f"layer dim {dim} heads {heads} x {dim_head} nu {rolls}"
        case("lmtool-fwms", shape, weights, {"nu": str(rolls)}, x, *both(run))


for folder, run_peer in [("dpfp-pytorch", dpfp_pytorch), ("flash-linear-attention", flash_linear_attention),
                         ("lmtool-fwms", lmtool_fwms)]:
    if (PEERS / folder).is_dir():
        run_peer()
