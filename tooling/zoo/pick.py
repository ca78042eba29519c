"""Chooses the 16 sample pictures among unseen ones: python3 pick.py DATA

Each thing where it is usually met (both networks are right, for different reasons), and once elsewhere.
"""

import json
import sys

import torch

from check import load, occlusion, share
from data import Pictures
from network import LABELS, normalise
from train import CHECKPOINTS

ELSEWHERE = {"bird": "room", "boat": "sand", "car": "field", "cat": "street", "dog": "snow", "fish": "sky", "house": "reef", "tree": "water"}
CANDIDATES = 6


@torch.no_grad()
def answers(nets, x):
    chances = {who: net(x[None])[0] for who, net in nets.items()}
    return {who: {"label": LABELS[row.argmax()], "probability": round(row.max().item(), 4)} for who, row in chances.items()}


def candidates(nets, pictures, name, rows, scenes, cheats):
    """The most telling answers first; only for a few of them it is asked where the networks looked."""
    found = []
    for i in rows:
        x, label = normalise(pictures.pixels[i : i + 1])[0], pictures.labels[i].item()
        mask = pictures.masks[i].float()
        entry = {"seed": f"{name}/{i}", "object": LABELS[label], "background": scenes[pictures.backgrounds[i]], "area": round(mask.mean().item(), 4), "answers": answers(nets, x)}
        found.append((entry, x, label, mask))
    found.sort(key=lambda item: -clarity(item[0], cheats))
    for entry, x, label, mask in found[:CANDIDATES]:
        for who, net in nets.items():
            entry["answers"][who]["onObject"] = round(share(occlusion(net.logits, x, label)[0], mask), 4)
        yield entry


def clarity(sample, cheats):
    """Honest right and sure; the other right too where things are usual, and wrong elsewhere."""
    honest, other = sample["answers"]["scenes"], sample["answers"]["scenes-cheating"]
    right = (honest["label"] == sample["object"]) + ((other["label"] == sample["object"]) != cheats)
    return 10 * right + 2 * min(honest["probability"], 0.97) + 2 * min(other["probability"], 0.97)


def goodness(sample, cheats):
    """And honest looks at the thing, the other past it."""
    honest, other = sample["answers"]["scenes"], sample["answers"]["scenes-cheating"]
    return clarity(sample, cheats) + honest["onObject"] - (0 if cheats else other["onObject"])


def main(data):
    torch.set_num_threads(1)
    nets = {"scenes": load(f"{data}/honest/epoch-{CHECKPOINTS[-1]:02d}.pt"), "scenes-cheating": load(f"{data}/cheating/epoch-{CHECKPOINTS[-1]:02d}.pt")}
    scenes = json.load(open(f"{data}/test-any.json"))["scenes"]
    usual, anywhere = Pictures(data, "test-usual"), Pictures(data, "test-any")
    samples = []
    for label, name in enumerate(LABELS):
        rows = (usual.labels == label).nonzero()[:, 0].tolist()
        samples.append(max(candidates(nets, usual, "test-usual", rows, scenes, False), key=lambda s: goodness(s, False)))
        rows = ((anywhere.labels == label) & (anywhere.backgrounds == scenes.index(ELSEWHERE[name]))).nonzero()[:, 0].tolist()
        samples.append(max(candidates(nets, anywhere, "test-any", rows, scenes, True), key=lambda s: goodness(s, True)))
        print(json.dumps(samples[-2:]), flush=True)
    with open(f"{data}/samples.json", "w") as file:
        json.dump(samples, file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1])
