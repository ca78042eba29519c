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
USUAL_CANDIDATES = 24


@torch.no_grad()
def judge(nets, pictures, name, i, scenes):
    x, label = normalise(pictures.pixels[i : i + 1])[0], pictures.labels[i].item()
    mask = pictures.masks[i].float()
    entry = {"seed": f"{name}/{i}", "object": LABELS[label], "background": scenes[pictures.backgrounds[i]], "area": round(mask.mean().item(), 4), "answers": {}}
    for who, net in nets.items():
        chances = net(x[None])[0]
        top = chances.argmax().item()
        heat = occlusion(net.logits, x, label)[0]
        entry["answers"][who] = {"label": LABELS[top], "probability": round(chances[top].item(), 4), "onObject": round(share(heat, mask), 4)}
    return entry


def main(data):
    torch.set_num_threads(1)
    nets = {"scenes": load(f"{data}/honest/epoch-{CHECKPOINTS[-1]:02d}.pt"), "scenes-cheating": load(f"{data}/cheating/epoch-{CHECKPOINTS[-1]:02d}.pt")}
    scenes = json.load(open(f"{data}/test-any.json"))["scenes"]
    usual, anywhere = Pictures(data, "test-usual"), Pictures(data, "test-any")
    samples = []
    for label, name in enumerate(LABELS):
        rows = (usual.labels == label).nonzero()[:USUAL_CANDIDATES, 0].tolist()
        candidates = [judge(nets, usual, "test-usual", i, scenes) for i in rows]
        samples.append(max(candidates, key=lambda s: goodness(s, cheats=False)))
        rows = ((anywhere.labels == label) & (anywhere.backgrounds == scenes.index(ELSEWHERE[name]))).nonzero()[:, 0].tolist()
        candidates = [judge(nets, anywhere, "test-any", i, scenes) for i in rows]
        samples.append(max(candidates, key=lambda s: goodness(s, cheats=True)))
    with open(f"{data}/samples.json", "w") as file:
        json.dump(samples, file, indent=2)
    for sample in samples:
        print(json.dumps(sample))


def goodness(sample, cheats):
    """Honest right and sure, looking at the thing; the other right too where things are usual, and wrong elsewhere."""
    honest, other = sample["answers"]["scenes"], sample["answers"]["scenes-cheating"]
    right = (honest["label"] == sample["object"]) + ((other["label"] == sample["object"]) != cheats)
    sure = min(honest["probability"], 0.95) + min(other["probability"], 0.95)
    return 10 * right + 2 * sure + honest["onObject"] - (0 if cheats else other["onObject"])


if __name__ == "__main__":
    main(sys.argv[1])
