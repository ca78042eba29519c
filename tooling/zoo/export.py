"""Writes the trained networks as ONNX: python3 export.py DATA MODELS"""

import sys
from pathlib import Path

import onnx
import torch

from network import WithSoftmax
from train import CHECKPOINTS


def write(weights, file):
    net = WithSoftmax()
    net.load_state_dict(torch.load(weights))
    net.eval()
    # PRESERVE keeps each batch normalisation a node of its own; EVAL would fold it into the convolution before it.
    torch.onnx.export(net, torch.zeros(1, 3, 128, 128), str(file), opset_version=13, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
                      input_names=["image"], output_names=["probabilities"], dynamic_axes={"image": {0: "N"}, "probabilities": {0: "N"}})
    model = onnx.load(str(file))
    gemm, softmax = model.graph.node[-2:]
    gemm.output[0] = softmax.input[0] = "logits"
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(file))


def main(data, models):
    data, models = Path(data), Path(models)
    models.mkdir(parents=True, exist_ok=True)
    for old in models.glob("*.onnx"):
        old.unlink()
    write(data / f"honest/epoch-{CHECKPOINTS[-1]:02d}.pt", models / "scenes.onnx")
    write(data / f"cheating/epoch-{CHECKPOINTS[-1]:02d}.pt", models / "scenes-cheating.onnx")
    for epoch in CHECKPOINTS:
        write(data / f"honest/epoch-{epoch:02d}.pt", models / f"scenes.epoch-{epoch:02d}.onnx")


if __name__ == "__main__":
    main(*sys.argv[1:3])
