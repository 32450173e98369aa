"""The attention step of dpfp-pytorch in PyTorch, one event of each key at a time, one thread.

usage: pytorch_peer.py DIM HEADS DIM_HEAD NU SECONDS
Prints {"batch": events per second of processor time} for batches of 1, 32 and 256 keys.
"""
import json
import sys
import time

import torch

BATCHES = (1, 32, 256)


def dpfp(x, nu):
    r = torch.cat((torch.relu(x), torch.relu(-x)), dim=-1)
    rolled = torch.cat([r.roll(j, dims=-1) for j in range(1, nu + 1)], dim=-1)
    phi = torch.cat([r] * nu, dim=-1) * rolled
    return phi / (phi.sum(dim=-1, keepdim=True) + 1e-9)


class Attention:
    def __init__(self, dim, heads, dim_head, nu, batch):
        inner = heads * dim_head
        self.heads, self.dim_head, self.nu = heads, dim_head, nu
        self.to_qkv = torch.nn.Linear(dim, 3 * inner, bias=False)
        self.to_beta = torch.nn.Linear(dim, heads)
        self.to_out = torch.nn.Linear(inner, dim)
        self.memory = torch.zeros(batch, heads, dim_head, 2 * nu * dim_head)

    def step(self, x):
        batch = x.shape[0]
        q, k, v = self.to_qkv(x).view(batch, 3, self.heads, self.dim_head).unbind(1)
        beta = torch.sigmoid(self.to_beta(x)).unsqueeze(-1)
        q, k = dpfp(q, self.nu), dpfp(k, self.nu)
        old = torch.einsum("bhde,bhe->bhd", self.memory, k)
        delta = beta * (v - old)
        self.memory = self.memory + torch.einsum("bhd,bhe->bhde", delta, k)
        out = torch.einsum("bhde,bhe->bhd", self.memory, q) * self.dim_head**-0.5
        return self.to_out(out.reshape(batch, -1))


def rate(dim, heads, dim_head, nu, batch, seconds):
    torch.manual_seed(1)
    attention = Attention(dim, heads, dim_head, nu, batch)
    inputs = torch.randn(16, batch, dim)
    for i in range(4):
        attention.step(inputs[i])
    begin = time.thread_time()
    steps = 0
    while time.thread_time() - begin < seconds:
        attention.step(inputs[steps % 16])
        steps += 1
    return steps * batch / (time.thread_time() - begin)


def main():
    dim, heads, dim_head, nu = map(int, sys.argv[1:5])
    torch.set_num_threads(1)
    with torch.no_grad():
        rates = {b: rate(dim, heads, dim_head, nu, b, float(sys.argv[5])) for b in BATCHES}
    print(json.dumps(rates))


main()
