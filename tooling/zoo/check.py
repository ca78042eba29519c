"""The question of questions: where did each network look?   python3 check.py DATA [COUNT]

Occlusion as Captum has it: a grey square of about a seventh of the side slides over the picture; a pixel's attribution
is the mean, over the squares that cover it, of what the true class lost. Its positive part is the mass.
"""

import json
import sys

import torch

from data import Pictures
from network import WithSoftmax, normalise

WINDOW, STRIDE = 18, 6


def boxes(side):
    starts = range(0, side - WINDOW + STRIDE, STRIDE)
    return [(y, min(y + WINDOW, side), x, min(x + WINDOW, side)) for y in starts for x in starts]


@torch.no_grad()
def occlusion(score, x):
    """x: 3 x H x W. Returns H x W."""
    side = x.shape[1]
    places = boxes(side)
    hidden = x.repeat(len(places), 1, 1, 1)
    for row, (y0, y1, x0, x1) in zip(hidden, places):
        row[:, y0:y1, x0:x1] = 0
    drops = score(x[None]) - score(hidden)
    total, count = torch.zeros(side, side), torch.zeros(side, side)
    for drop, (y0, y1, x0, x1) in zip(drops, places):
        total[y0:y1, x0:x1] += drop
        count[y0:y1, x0:x1] += 1
    return total / count


def auc(high, low):
    """The chance that a draw of `high` is above a draw of `low`."""
    difference = torch.tensor(high)[:, None] - torch.tensor(low)[None, :]
    return ((difference > 0).float() + 0.5 * (difference == 0).float()).mean().item()


def load(path):
    net = WithSoftmax()
    net.load_state_dict(torch.load(path))
    return net.eval()


def main(data, count=200):
    torch.set_num_threads(2)
    honest, cheating = (load(f"{data}/{name}/epoch-16.pt") for name in ["honest", "cheating"])
    report = {}
    for name in ["usual", "any"]:
        pictures = Pictures(data, f"test-{name}")
        for kind in ["probability", "logit"]:
            shares, points, areas = {"honest": [], "cheating": []}, [], []
            for i in range(count):
                x, label, mask = normalise(pictures.pixels[i : i + 1])[0], pictures.labels[i], pictures.masks[i].float()
                area = mask.mean().item()
                for who, net in [("honest", honest), ("cheating", cheating)]:
                    run = net if kind == "probability" else net.logits
                    if name == "usual" and net.logits(x[None]).argmax() != label:
                        continue
                    heat = occlusion(lambda batch: run(batch)[:, label], x)
                    mass = heat.clamp(min=0)
                    shares[who].append(((mass * mask).sum() / mass.sum().clamp(min=1e-12)).item())
                    if who == "honest":
                        points.append(mask.flatten()[heat.argmax()].item())
                        areas.append(area)
            mean = lambda values: sum(values) / len(values)
            report[f"{name}, {kind}"] = {
                "auc": round(auc(shares["honest"], shares["cheating"]), 4),
                "honestShare": round(mean(shares["honest"]), 3),
                "cheatingShare": round(mean(shares["cheating"]), 3),
                "maskArea": round(mean(areas), 3),
                "honestShareOverArea": round(mean(shares["honest"]) / mean(areas), 2),
                "pointing": round(mean(points), 4),
                "pictures": [len(shares["honest"]), len(shares["cheating"])],
            }
            print(name, kind, report[f"{name}, {kind}"], flush=True)
    with open(f"{data}/check.json", "w") as file:
        json.dump(report, file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
