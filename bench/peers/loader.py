"""The usual way to feed a network from Python: a PyTorch DataLoader whose workers augment with Pillow, as timm and torchvision do.

`python3 loader.py '{"folder": ..., "source": "memory" | "png", "size": 224, "batch": 32, "workers": 1, "seconds": 3}'` prints one
line of JSON: {"imagesPerSecond": ...}. With "memory" the workers hold the decoded images; with "png" they decode a file each time.
"""

import json
import math
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import DataLoader, Dataset, RandomSampler

SCALE = (0.08, 1.0)
RATIO = (3 / 4, 4 / 3)
FLIP = 0.5
JITTER = 0.4
ENHANCERS = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
WARM_UP = 8  # batches


def random_crop(width, height):
    """RandomResizedCrop's box: a random share of the area, a log-uniform ratio; the middle after ten vain tries."""
    for _ in range(10):
        area = width * height * random.uniform(*SCALE)
        ratio = math.exp(random.uniform(math.log(RATIO[0]), math.log(RATIO[1])))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = random.randint(0, width - w), random.randint(0, height - h)
            return left, top, left + w, top + h
    w, h = min(width, round(height * RATIO[1])), min(height, round(width / RATIO[0]))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def augment(image, size):
    method = random.choice((Image.BILINEAR, Image.BICUBIC))
    image = image.crop(random_crop(*image.size)).resize((size, size), method)
    if random.random() < FLIP:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    for enhancer in random.sample(ENHANCERS, k=len(ENHANCERS)):
        image = enhancer(image).enhance(random.uniform(1 - JITTER, 1 + JITTER))
    return torch.from_numpy(np.array(image))  # uint8 [size, size, 3]


class Pictures(Dataset):
    def __init__(self, folder, source, size):
        self.paths = sorted(Path(folder).glob('*.png'))
        self.decoded = [Image.open(p).convert('RGB') for p in self.paths] if source == 'memory' else None
        self.size = size

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        return augment(self.decoded[i] if self.decoded else Image.open(self.paths[i]).convert('RGB'), self.size)


def main(folder, source, size, batch, workers, seconds):
    pictures = Pictures(folder, source, size)
    endless = RandomSampler(pictures, replacement=True, num_samples=10**7)
    batches = iter(DataLoader(pictures, batch, sampler=endless, num_workers=workers))
    for _ in range(WARM_UP):
        next(batches)
    started = time.perf_counter()
    count = 0
    while time.perf_counter() - started < seconds:
        count += len(next(batches))
    print(json.dumps({'imagesPerSecond': count / (time.perf_counter() - started)}))


main(**json.loads(sys.argv[1]))
