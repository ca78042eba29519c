"""Trains both networks and writes them as ONNX: python3 train.py DATA MODELS

They differ in the first layer alone: 11 x 11 filters every 4 pixels (Krizhevsky et al. 2012), or 7 x 7 every 2 (Zeiler & Fergus 2014, 4.1).
"""

import json
import math
import sys
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

SIDE, CLASSES, FILTERS = 128, 8, 24
SEED, EPOCHS, BATCH, RATE = 7, 10, 32, 4e-3
VARIANTS = {"eleven-by-four": (11, 4), "seven-by-two": (7, 2)}


def network(kernel, stride):
    layers = OrderedDict()
    for i, (inputs, outputs, size, step) in enumerate([(3, FILTERS, kernel, stride), (FILTERS, 24, 5, 1), (24, 32, 3, 1)], 1):
        layers[f"conv{i}"] = nn.Conv2d(inputs, outputs, size, step, size // 2, bias=False)
        # Normalised afterwards, so only its direction counts: from small random numbers the learned soon outweighs them.
        layers[f"conv{i}"].weight.data *= 0.1
        layers[f"norm{i}"] = nn.BatchNorm2d(outputs)
        layers[f"relu{i}"] = nn.ReLU()
        layers[f"pool{i}"] = nn.MaxPool2d(3, 2, 1)
    return nn.Sequential(OrderedDict(layers, average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), dense=nn.Linear(32, CLASSES)))


def read(data, name):
    labels = np.fromfile(Path(data) / f"{name}.labels", np.uint8)
    pixels = np.fromfile(Path(data) / f"{name}.rgb", np.uint8).reshape(len(labels), SIDE, SIDE, 3)
    return torch.from_numpy(pixels), torch.from_numpy(labels).long()


def normalise(pixels):
    return (pixels.permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.25


def train(net, pixels, labels):
    torch.manual_seed(SEED)
    loss = nn.CrossEntropyLoss()
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, EPOCHS * math.ceil(len(labels) / BATCH), pct_start=0.2)
    net.train()
    for epoch in range(EPOCHS):
        start, total = time.time(), 0.0
        for rows in torch.randperm(len(labels)).split(BATCH):
            x = normalise(pixels[rows])
            x = torch.where(torch.rand(len(rows), 1, 1, 1) < 0.5, x.flip(3), x)
            value = loss(net(x), labels[rows])
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            schedule.step()
            total += value.item() * len(rows) / len(labels)
        print(f"epoch {epoch + 1} loss {total:.4f} {time.time() - start:.0f} s", flush=True)


@torch.no_grad()
def accuracy(net, pixels, labels):
    net.eval()
    return sum((net(normalise(x)).argmax(1) == y).sum().item() for x, y in zip(pixels.split(100), labels.split(100))) / len(labels)


def main(data, models):
    torch.set_num_threads(1)  # sums come out the same every time
    models = Path(models)
    models.mkdir(parents=True, exist_ok=True)
    (pixels, labels), unseen = read(data, "train"), read(data, "test")
    results = {}
    for name, (kernel, stride) in VARIANTS.items():
        torch.manual_seed(SEED)
        net = network(kernel, stride)
        start = time.time()
        train(net, pixels, labels)
        results[name] = {"kernel": kernel, "stride": stride, "accuracy": accuracy(net, *unseen), "trained": len(labels), "unseen": len(unseen[1]), "epochs": EPOCHS}
        print(name, results[name], f"{time.time() - start:.0f} s", flush=True)
        file = str(models / f"{name}.onnx")
        torch.onnx.export(net.eval(), torch.zeros(1, 3, SIDE, SIDE), file, opset_version=13, input_names=["image"], output_names=["logits"], dynamic_axes={"image": {0: "N"}, "logits": {0: "N"}})
        model = onnx.load(file)
        for node in model.graph.node:
            node.doc_string = ""
        onnx.checker.check_model(model)
        onnx.save(model, file)
    (models / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
