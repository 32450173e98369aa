"""The delta rule over DPFP features, one event a key, batched over keys, as PyTorch users write it.

Arguments: heads,d,nu,batch ... Prints one JSON object a line. The memories stand beside each other
and are updated in place: no gather from a pool is counted, which favours PyTorch.
"""

import json
import sys
import time

import torch
from torch.nn.functional import relu


def dpfp(x, nu):
    r = torch.cat([relu(x), relu(-x)], dim=-1)
    phi = torch.cat([r * r.roll(shifts=j, dims=-1) for j in range(1, nu + 1)], dim=-1)
    return phi / phi.sum(-1, keepdim=True)


def step(w, q, k, v, beta, nu):
    phi_k, phi_q = dpfp(k, nu), dpfp(q, nu)
    v_old = torch.einsum("bhed,bhe->bhd", w, phi_k)
    delta = beta * (v - v_old)
    w += torch.einsum("bhe,bhd->bhed", phi_k, delta)
    o = torch.einsum("bhed,bhe->bhd", w, phi_q) * q.shape[-1] ** -0.5
    return o, delta


def measure(heads, d, nu, batch):
    w = 0.1 * torch.randn(batch, heads, 2 * nu * d, d, device="cuda")
    q, k, v = (torch.randn(batch, heads, d, device="cuda") for _ in range(3))
    beta = torch.full((batch, heads, 1), 0.3, device="cuda")
    with torch.no_grad():
        for _ in range(3):
            step(w, q, k, v, beta, nu)
        torch.cuda.synchronize()
        count, begun = 0, time.perf_counter()
        while count < 5 or time.perf_counter() - begun < 0.3:
            for _ in range(5):
                step(w, q, k, v, beta, nu)
            torch.cuda.synchronize()
            count += 5
        seconds = time.perf_counter() - begun
    return count * batch / seconds


for argument in sys.argv[1:]:
    heads, d, nu, batch = map(int, argument.split(","))
    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "heads": heads,
                "d": d,
                "nu": nu,
                "batch": batch,
                "eventsPerSecond": measure(heads, d, nu, batch),
            }
        ),
        flush=True,
    )
