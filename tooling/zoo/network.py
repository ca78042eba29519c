"""The zoo's network: small enough to ship, with a first layer whose 7x7 filters can be looked at."""

import torch
from torch import nn

LABELS = ["bird", "boat", "car", "cat", "dog", "fish", "house", "tree"]
MEAN, STD = 0.5, 0.25


class Block(nn.Module):
    def __init__(self, channels_in, channels_out, kernel=3, stride=1, pool=True):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(channels_out)
        self.act = nn.ReLU()
        self.pool = nn.MaxPool2d(2) if pool else None

    def forward(self, x):
        x = self.act(self.norm(self.conv(x)))
        return self.pool(x) if self.pool else x


class Scenes(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Block(3, 16, kernel=7, stride=2)
        self.block1 = Block(16, 24)
        self.block2 = Block(24, 32)
        self.block3 = Block(32, 48, pool=False)
        self.block4 = Block(48, 64, pool=False)
        self.average = nn.AdaptiveAvgPool2d(1)
        self.dense = nn.Linear(64, len(LABELS))

    def logits(self, x):
        x = self.block4(self.block3(self.block2(self.block1(self.stem(x)))))
        return self.dense(torch.flatten(self.average(x), 1))


class WithSoftmax(Scenes):
    """What is exported: the same network, which answers with probabilities."""

    def __init__(self):
        super().__init__()
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        return self.softmax(self.logits(x))


def normalise(pixels):
    """uint8 N x H x W x 3 to float N x 3 x H x W, as the sidecar files say."""
    return (pixels.permute(0, 3, 1, 2).float() / 255 - MEAN) / STD
