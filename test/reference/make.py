"""Writes test/fixtures/reference/*.json. Needs: pip install torch==2.13.0 timm==1.0.29 numpy pillow.

    python test/reference/make.py
"""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from common import hash_text, import_timm, measure, uniform
from wavemix import WaveMix

timm = import_timm()
OUT = Path(__file__).parent.parent / 'fixtures' / 'reference'


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f'{name}.json').write_text(json.dumps(value) + '\n')


def resampling():
    """Pillow's resize of a picture by the formula, for main/training/resample.ts."""
    width, height = 41, 29
    pixels = ((uniform('picture', width * height * 3) + 1) * 128).astype(np.uint8).reshape(height, width, 3)
    image = Image.fromarray(pixels)
    cases = []
    for filter_name, method in [('bilinear', Image.BILINEAR), ('bicubic', Image.BICUBIC)]:
        for box, size in [((0, 0, 41, 29), (17, 13)), ((5, 3, 30, 28), (32, 32)), ((0, 0, 41, 29), (60, 40))]:
            resized = image.crop(box).resize(size, method)
            cases.append({'filter': filter_name, 'box': box, 'size': size, 'pixels': np.asarray(resized).ravel().tolist()})
    return {'width': width, 'height': height, 'cases': cases}


def schedule():
    from timm.scheduler import CosineLRScheduler

    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.05)
    cosine = CosineLRScheduler(optimiser, t_initial=300, lr_min=1e-6, warmup_t=3, warmup_lr_init=1e-4)
    return [cosine._get_lr(epoch)[0] for epoch in range(310)]


def main():
    torch.manual_seed(0)
    write('hash', {'names': {n: hash_text(n) for n in ['layer1.0.conv1.weight', 'input']}, 'uniform': uniform('input', 8).tolist()})
    write('resnet18', measure(timm.create_model('resnet18', num_classes=2), 4, 64))
    for level in [1, 2, 3]:
        write(f'wavemix_16_2_l{level}', measure(WaveMix(16, 2, level, 2), 4, 64))
    write('state_dicts', {'resnet18': {k: list(v.shape) for k, v in timm.create_model('resnet18', num_classes=2).state_dict().items()}})
    write('resample', resampling())
    write('schedule', schedule())
    lite = WaveMix(224, 10, 1, 2)
    write('parameters', {'resnet18': sum(p.numel() for p in timm.create_model('resnet18', num_classes=2).parameters()),
                         'wavemix_224_10': sum(p.numel() for p in lite.parameters())})


main()
