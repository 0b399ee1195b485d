"""WaveMix in PyTorch, written from its definition (arXiv 2205.14375); parameter names as in the authors' package."""

import torch
from torch import nn


def haar(x):
    """[N, C, H, W] -> low pass [N, C, H/2, W/2] and details [N, 3C, H/2, W/2], channel-major LH, HL, HH."""
    a, b = x[:, :, 0::2, 0::2], x[:, :, 0::2, 1::2]
    c, d = x[:, :, 1::2, 0::2], x[:, :, 1::2, 1::2]
    low = (a + b + c + d) / 2
    lh = (a + b - c - d) / 2
    hl = (a - b + c - d) / 2
    hh = (a - b - c + d) / 2
    n, ch, h, w = low.shape
    return low, torch.stack([lh, hl, hh], 2).reshape(n, 3 * ch, h, w)


def feed_forward(inputs, hidden, ff, outputs, dropout):
    return nn.Sequential(
        nn.Conv2d(inputs, hidden, 1),
        nn.GELU(),
        nn.Dropout(dropout),
        nn.Conv2d(hidden, ff, 1),
        nn.ConvTranspose2d(ff, outputs, 4, 2, 1),
        nn.BatchNorm2d(outputs),
    )


class Block(nn.Module):
    def __init__(self, dim, level, mult=2, dropout=0.5):
        super().__init__()
        self.level = level
        for i in range(1, level + 1):
            inputs = dim if i == level else dim + dim // 2
            outputs = dim if i == 1 else dim // 2
            name = 'feedforward' if level == 1 else f'feedforward{i}'
            setattr(self, name, feed_forward(inputs, mult * dim, dim, outputs, dropout))
        self.reduction = nn.Conv2d(dim, dim // 4, 1)

    def forward(self, x):
        low, bands = self.reduction(x), []
        for _ in range(self.level):
            low, details = haar(low)
            bands.append(torch.cat([low, details], 1))
        out = None
        for i in range(self.level, 0, -1):
            band = bands[i - 1] if out is None else torch.cat([bands[i - 1], out], 1)
            out = getattr(self, 'feedforward' if self.level == 1 else f'feedforward{i}')(band)
        return out


class WaveMix(nn.Module):
    def __init__(self, dim, depth, level, classes, patch=4):
        super().__init__()
        self.layers = nn.ModuleList([Block(dim, level) for _ in range(depth)])
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(dim, classes))
        self.conv = nn.Sequential(
            nn.Conv2d(3, dim // 4, 3, 1, 1),
            nn.Conv2d(dim // 4, dim // 2, 3, 1, 1),
            nn.Conv2d(dim // 2, dim, patch, patch),
            nn.GELU(),
            nn.BatchNorm2d(dim),
        )

    def forward(self, x):
        x = self.conv(x)
        for layer in self.layers:
            x = layer(x) + x
        return self.pool(x)
