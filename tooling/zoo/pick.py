"""Chooses the 16 sample pictures among unseen ones: python3 pick.py DATA [INDEX]

Each thing where it is usually met (both networks are right, for different reasons), and once elsewhere (only one is right).
A picture that INDEX, the zoo's index.json, has already stays as long as both networks still answer so: people know it by its name.
"""

import json
import sys
from pathlib import Path

import torch

from check import load, occlusion, share
from data import Pictures
from network import LABELS, normalise
from train import CHECKPOINTS

ELSEWHERE = {"bird": "room", "boat": "sand", "car": "field", "cat": "street", "dog": "snow", "fish": "sky", "house": "reef", "tree": "water"}
CANDIDATES = 6
SURE = 0.8


@torch.no_grad()
def answers(nets, x):
    chances = {who: net(x[None])[0] for who, net in nets.items()}
    return {who: {"label": LABELS[row.argmax()], "probability": round(row.max().item(), 4)} for who, row in chances.items()}


def entry_of(nets, pictures, name, i, scenes):
    """A candidate, without where the networks looked: that takes a thousand runs, this takes two."""
    mask = pictures.masks[i].float()
    x, label = normalise(pictures.pixels[i : i + 1])[0], pictures.labels[i].item()
    edge = torch.cat([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    sample = {"seed": f"{name}/{i}", "object": LABELS[label], "background": scenes[pictures.backgrounds[i]], "area": round(mask.mean().item(), 4), "answers": answers(nets, x)}
    return {"sample": sample, "x": x, "label": label, "mask": mask, "whole": edge.max().item() == 0}


def look(nets, entry):
    """Where the networks looked. What has been asked once is not asked again."""
    for who, net in nets.items():
        said = entry["sample"]["answers"][who]
        if "onObject" not in said:
            said["onObject"] = round(share(occlusion(net.logits, entry["x"], entry["label"])[0], entry["mask"]), 4)
    return entry


def said(entry):
    return entry["sample"]["answers"]["scenes"], entry["sample"]["answers"]["scenes-cheating"]


def clarity(entry, elsewhere):
    """Honest right and sure; the other right too where things are usual, and wrong elsewhere; the thing whole."""
    honest, other = said(entry)
    thing = entry["sample"]["object"]
    right = (honest["label"] == thing) + ((other["label"] == thing) != elsewhere)
    return 10 * right + 2 * min(honest["probability"], 0.97) + 2 * min(other["probability"], 0.97) + entry["whole"]


def goodness(entry, elsewhere):
    """And honest looks at the thing, the other past it."""
    honest, other = said(entry)
    return clarity(entry, elsewhere) + honest["onObject"] - (0 if elsewhere else other["onObject"])


def tells(nets, entry, elsewhere):
    """Whether a picture shows what it is there for."""
    honest, other = said(entry)
    if honest["label"] != entry["sample"]["object"] or min(honest["probability"], other["probability"]) < SURE:
        return False
    if elsewhere:
        return other["label"] != entry["sample"]["object"]
    look(nets, entry)
    return other["label"] == entry["sample"]["object"] and entry["whole"] and honest["onObject"] > 2.5 * other["onObject"]


def choose(nets, entries, known, elsewhere):
    for entry in entries:
        if entry["sample"]["seed"] in known and tells(nets, entry, elsewhere):
            return entry
    telling = sorted(entries, key=lambda entry: -clarity(entry, elsewhere))[:CANDIDATES]
    return max((look(nets, entry) for entry in telling), key=lambda entry: goodness(entry, elsewhere))


def main(data, index=None):
    torch.set_num_threads(1)
    known = {sample["seed"] for sample in json.loads(Path(index).read_text())["samples"]} if index and Path(index).exists() else set()
    nets = {"scenes": load(f"{data}/honest/epoch-{CHECKPOINTS[-1]:02d}.pt"), "scenes-cheating": load(f"{data}/cheating/epoch-{CHECKPOINTS[-1]:02d}.pt")}
    scenes = json.loads(Path(data, "test-any.json").read_text())["scenes"]
    usual, anywhere = Pictures(data, "test-usual"), Pictures(data, "test-any")
    samples = []
    for label, name in enumerate(LABELS):
        rows = (usual.labels == label).nonzero()[:, 0].tolist()
        strange = ((anywhere.labels == label) & (anywhere.backgrounds == scenes.index(ELSEWHERE[name]))).nonzero()[:, 0].tolist()
        for pictures, split, of, elsewhere in [(usual, "test-usual", rows, False), (anywhere, "test-any", strange, True)]:
            chosen = look(nets, choose(nets, [entry_of(nets, pictures, split, i, scenes) for i in of], known, elsewhere))
            samples.append(chosen["sample"])
            print("kept" if chosen["sample"]["seed"] in known else "new ", "whole" if chosen["whole"] else "cut  ", json.dumps(chosen["sample"]), flush=True)
    Path(data, "samples.json").write_text(json.dumps(samples, indent=2) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
