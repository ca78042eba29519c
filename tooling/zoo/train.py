"""Trains one network: python3 train.py DATA (honest | biased) OUT

Both networks have the same layers, the same seed, the same schedule; only the pictures differ.
"""

import json
import math
import sys
import time
from pathlib import Path

import torch
from torch import nn

from data import Pictures
from network import WithSoftmax, normalise

SEED, EPOCHS, BATCH, RATE, SQUARES = 7, 12, 64, 4e-3, 10
LOGITS = 1e-4  # price of a squared logit: a network that is sure to the last bit of a float shows no drop when something is hidden
CHECKPOINTS = [0, 1, 2, 4, 8, 12]


def augment(x):
    """Mirrors, changes the light, and hides grey squares: from none to most of the picture.

    Who is later asked by hiding squares has to know them. Hiding much also teaches to be as sure as what is left allows,
    so that every part of what decides counts for something.
    """
    count, _, side, _ = x.shape
    x = torch.where(torch.rand(count, 1, 1, 1) < 0.5, x.flip(3), x)
    x = x * (1 + 0.3 * (torch.rand(count, 1, 1, 1) - 0.5)) + 0.4 * (torch.rand(count, 3, 1, 1) - 0.5)
    size = torch.randint(10, 42, (count, SQUARES, 1))
    on = torch.rand(count, SQUARES, 1) < torch.rand(count, 1, 1)
    line = torch.arange(side)
    inside = lambda: (lambda start: (line >= start) & (line < start + size))((torch.rand(count, SQUARES, 1) * (side + size)).long() - size)
    hidden = torch.einsum("nky,nkx->nyx", (inside() & on).float(), inside().float()) > 0
    return x.masked_fill(hidden[:, None], 0)


@torch.no_grad()
def accuracy(net, pictures):
    net.eval()
    right = sum((net.logits(normalise(p)).argmax(1) == y).sum().item() for p, y in zip(pictures.pixels.split(250), pictures.labels.split(250)))
    return right / len(pictures)


def main(data, kind, out):
    torch.set_num_threads(1)  # one thread a network: both train at once, and sums come out the same every time
    torch.manual_seed(SEED)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    train = Pictures(data, f"train-{kind}")
    tests = {name: Pictures(data, f"test-{name}") for name in ["any", "usual", "swapped"]}
    net = WithSoftmax()
    loss = nn.CrossEntropyLoss()
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.02)
    steps = EPOCHS * math.ceil(len(train) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.2)
    history = {}
    for epoch in range(EPOCHS + 1):
        start, total = time.time(), 0.0
        if epoch > 0:
            net.train()
            for rows in torch.randperm(len(train)).split(BATCH):
                logits = net.logits(augment(normalise(train.pixels[rows])))
                value = loss(logits, train.labels[rows]) + LOGITS * logits.pow(2).sum(1).mean()
                optimiser.zero_grad()
                value.backward()
                optimiser.step()
                schedule.step()
                total += value.item() * len(rows) / len(train)
        if epoch in CHECKPOINTS:
            history[epoch] = {name: round(accuracy(net, pictures), 4) for name, pictures in tests.items()}
            torch.save(net.state_dict(), out / f"epoch-{epoch:02d}.pt")
        print(kind, "epoch", epoch, f"loss {total:.4f}", history.get(epoch, ""), f"{time.time() - start:.0f} s", flush=True)
    (out / "history.json").write_text(json.dumps(history, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
