"""The question of questions: where did each network look?   python3 check.py DATA [COUNT]

Occlusion as Captum has it: a grey square slides over the picture; a pixel's attribution is the mean, over the squares that cover it, of what the true class lost. Its positive part is the mass.
Asked of the first COUNT pictures of test-usual; whatever is to be tuned is tuned on later ones.
"""

import json
import sys

import torch

from data import Pictures
from network import WithSoftmax, normalise
from train import CHECKPOINTS

SETTINGS = [(18, 5), (32, 8)]  # side of the square and its step: a seventh of the picture, as `occlusion` has it by default, and a quarter
TOLERANCE = 4


def boxes(side, window, stride):
    starts = range(0, side - window + stride, stride)
    return [(y, min(y + window, side), x, min(x + window, side)) for y in starts for x in starts]


@torch.no_grad()
def occlusion(logits, x, label, window=18, stride=5):
    """x: 3 x H x W. Returns two maps, H x W: what the true class loses in probability, and in logit."""
    side = x.shape[1]
    places = boxes(side, window, stride)
    hidden = x.repeat(len(places), 1, 1, 1)
    for row, (y0, y1, x0, x1) in zip(hidden, places):
        row[:, y0:y1, x0:x1] = 0
    rows = torch.cat([logits(batch) for batch in torch.cat([x[None], hidden]).split(64)])
    maps = []
    for scores in [rows.softmax(1)[:, label], rows[:, label]]:
        total, count = torch.zeros(side, side), torch.zeros(side, side)
        for drop, (y0, y1, x0, x1) in zip(scores[0] - scores[1:], places):
            total[y0:y1, x0:x1] += drop
            count[y0:y1, x0:x1] += 1
        maps.append(total / count)
    return maps


def strongest(heat):
    """The middle of the strongest places, which are one step of the window wide."""
    rows, columns = (heat >= heat.max() - 1e-6 * heat.max().abs()).nonzero(as_tuple=True)
    return round(rows.float().mean().item()), round(columns.float().mean().item())


def hit(heat, mask, tolerance=0):
    """The pointing game: is the object seen within `tolerance` pixels of the strongest point?"""
    y, x = strongest(heat)
    return mask[max(0, y - tolerance) : y + tolerance + 1, max(0, x - tolerance) : x + tolerance + 1].max().item()


def share(heat, mask):
    """How much of the positive mass lies on the object."""
    mass = heat.clamp(min=0)
    return ((mass * mask).sum() / mass.sum().clamp(min=1e-12)).item()


def auc(high, low):
    """The chance that a draw of `high` is above a draw of `low`."""
    difference = torch.tensor(high)[:, None] - torch.tensor(low)[None, :]
    return ((difference > 0).float() + 0.5 * (difference == 0).float()).mean().item()


def load(path):
    net = WithSoftmax()
    net.load_state_dict(torch.load(path))
    return net.eval()


def mean(values):
    return sum(values) / max(1, len(values))


def summary(rows):
    """Only pictures that a network names rightly say why it did."""
    honest = [row[0] for row in rows if row[5]]
    cheating = [row[1] for row in rows if row[6]]
    area = mean([row[2] for row in rows if row[5]])
    return {
        "auc": round(auc(honest, cheating), 4),
        "honestShare": round(mean(honest), 3),
        "cheatingShare": round(mean(cheating), 3),
        "maskArea": round(area, 3),
        "honestShareOverArea": round(mean(honest) / area, 2),
        "pointing": round(mean([row[3] for row in rows if row[5]]), 4),
        "pointingWithin4Pixels": round(mean([row[4] for row in rows if row[5]]), 4),
        "pictures": [len(honest), len(cheating)],
    }


def main(data, count=200):
    torch.set_num_threads(1)
    honest, cheating = (load(f"{data}/{name}/epoch-{CHECKPOINTS[-1]:02d}.pt") for name in ["honest", "cheating"])
    report = {}
    pictures = Pictures(data, "test-usual")
    for window, stride in SETTINGS:
        kinds = {"probability": [], "logit": []}
        for i in range(count):
            x, label, mask = normalise(pictures.pixels[i : i + 1])[0], pictures.labels[i], pictures.masks[i].float()
            right = [net.logits(x[None]).argmax() == label for net in (honest, cheating)]
            maps = [occlusion(net.logits, x, label, window, stride) for net in (honest, cheating)]
            for kind, heat, other in zip(kinds.values(), *maps):
                kind.append((share(heat, mask), share(other, mask), mask.mean().item(), hit(heat, mask), hit(heat, mask, TOLERANCE), *right))
        for kind, rows in kinds.items():
            report[f"usual, {kind}, window {window}, stride {stride}"] = summary(rows)
            print(kind, window, stride, summary(rows), flush=True)
    with open(f"{data}/check.json", "w") as file:
        json.dump(report, file, indent=2)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
