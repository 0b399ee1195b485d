"""2D-FNet in PyTorch, written from its definition in the Vision Xformers paper (arXiv 2107.02239); parameter names as in its authors' code."""

import torch
from torch import nn


def mix_tokens(x):
    """Real part of the Fourier transform of [N, C, H, W] over height, width and channels, unnormalised."""
    return torch.fft.fft(torch.fft.fft2(x), dim=1).real


class FeedForward(nn.Module):
    def __init__(self, dim, hidden, dropout):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(dim, hidden, 1),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Conv2d(hidden, dim, 1),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        return self.net(x)


class Block(nn.Module):
    def __init__(self, dim, mult=2, dropout=0.5):
        super().__init__()
        self.ff = nn.Sequential(nn.BatchNorm2d(dim), FeedForward(dim, mult * dim, dropout))

    def forward(self, x):
        return self.ff(mix_tokens(x))


class FNet2D(nn.Module):
    """The published network has patch 1: it keeps every pixel as a token."""

    def __init__(self, dim, depth, classes, patch=1):
        super().__init__()
        self.layers = nn.ModuleList([Block(dim) for _ in range(depth)])
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(dim, classes))
        self.conv = nn.Sequential(
            nn.Conv2d(3, dim // 2, 3, 1, 1),
            nn.Conv2d(dim // 2, dim, 3, 1, 1) if patch == 1 else nn.Conv2d(dim // 2, dim, patch, patch),
        )

    def forward(self, x):
        x = self.conv(x)
        for layer in self.layers:
            x = layer(x) + x
        return self.pool(x)
