"""Writes the weights of an ONNX export of a BERT encoder as model.safetensors, for transformers: the same numbers.

  python3 onnx-to-safetensors.py model.onnx folder

Needs onnx, numpy and safetensors. Tensors are told apart by their order and shape, as an export leaves them.
"""
import sys
from pathlib import Path

import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file

model, folder = onnx.load(sys.argv[1]), Path(sys.argv[2])
tensors = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
tables = [tensor for tensor in tensors if tensor.ndim == 2 and tensor.dtype == "float32"]
hidden = tables[0].shape[1]
names = {}
floats = [tensor for tensor in tensors if tensor.dtype == "float32" and tensor.ndim > 0 and tensor.size > 2]
embeddings = [tensor for tensor in floats if tensor.ndim == 2][:3]
for tensor in embeddings:
    kind = {2: "token_type", 512: "position"}.get(tensor.shape[0], "word")
    names[f"embeddings.{kind}_embeddings.weight"] = tensor
rest = [tensor for tensor in floats if not any(tensor is other for other in embeddings)]
names["embeddings.LayerNorm.weight"], names["embeddings.LayerNorm.bias"] = rest[:2]
parts = [
    *(f"attention.self.{name}.{kind}" for name in ("query", "key", "value") for kind in ("weight", "bias")),
    *(f"attention.output.{name}.{kind}" for name in ("dense", "LayerNorm") for kind in ("weight", "bias")),
    "intermediate.dense.weight", "intermediate.dense.bias",
    *(f"output.{name}.{kind}" for name in ("dense", "LayerNorm") for kind in ("weight", "bias")),
]
for index, tensor in enumerate(rest[2:]):
    layer, part = divmod(index, len(parts))
    # A MatMul takes what a Linear layer keeps turned round.
    names[f"encoder.layer.{layer}.{parts[part]}"] = (tensor.T if tensor.ndim == 2 else tensor).copy()
save_file(names, folder / "model.safetensors", metadata={"format": "pt"})
