"""Reads the picture sets that dump.js wrote."""

import json
from pathlib import Path

import numpy as np
import torch


class Pictures:
    def __init__(self, folder, name):
        root = Path(folder)
        meta = json.loads((root / f"{name}.json").read_text())
        size, count = meta["size"], len(meta["labels"])
        self.pixels = torch.from_numpy(np.fromfile(root / f"{name}.rgb", np.uint8).reshape(count, size, size, 3))
        self.labels = torch.tensor(meta["labels"])
        self.backgrounds = torch.tensor(meta["backgrounds"])
        masks = root / f"{name}.mask"
        self.masks = torch.from_numpy(np.fromfile(masks, np.uint8).reshape(count, size, size)) if masks.exists() else None

    def __len__(self):
        return len(self.labels)
