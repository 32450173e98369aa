"""Runs a script of the documentation in a folder: page.py SCRIPT FOLDER.

Where there is no package safetensors, a stand-in writes the same layout.
"""
import json
import os
import runpy
import struct
import sys
import types


def save_file(tensors, path, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        assert str(tensor.dtype) == "torch.float32" and tensor.is_contiguous(), name
        end = len(data) + 4 * tensor.numel()
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), end],
        }
        data += struct.pack("<%df" % tensor.numel(), *tensor.reshape(-1).tolist())
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


try:
    import safetensors.torch  # noqa: F401
except ImportError:
    stand_in = types.ModuleType("safetensors.torch")
    stand_in.save_file = save_file
    package = types.ModuleType("safetensors")
    package.torch = stand_in
    sys.modules["safetensors"] = package
    sys.modules["safetensors.torch"] = stand_in

script = os.path.abspath(sys.argv[1])
os.chdir(sys.argv[2])
runpy.run_path(script, run_name="__main__")
