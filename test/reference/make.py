"""Writes test/fixtures/reference/, or compares with it. Needs: pip install -r test/reference/requirements.txt

    python test/reference/make.py [ids]            writes
    python test/reference/make.py --check [ids]    computes the same again and names what differs from the committed files

Ids are those of networks.py and the names of the other fixtures; without ids everything.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')  # read by PyTorch's import; threads that spin are slow on a busy machine

import numpy as np
import torch
from PIL import Image

from common import hash_text, measure, sensitivity, short, uniform
from networks import NETWORKS, SMALL
from optimisers import optimisers

OUT = Path(__file__).parent.parent / 'fixtures' / 'reference'

RTOL = 1e-5
ATOL = 1e-9  # of the largest number in the same list: sums that cancel keep only their rounding
SENSITIVITY = 1e-4


def hashes():
    return {'names': {n: hash_text(n) for n in ['layer1.0.conv1.weight', 'input']}, 'uniform': uniform('input', 8).tolist()}


def resampling():
    """Pillow's resize of a picture by the formula, for main/pictures/resample.ts."""
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


def without_values(name, classes):
    """The network's shapes only: no memory, no initialisation."""
    with torch.device('meta'):
        return NETWORKS[name].build(classes)


def parameters():
    """Parameters of every network by number of classes; ten are the count that the authors of 2D-FNet give."""

    def count(name, classes):
        return sum(p.numel() for p in without_values(name, classes).parameters())

    counts = {name: {str(classes): count(name, classes) for classes in [1000, 2]} for name in NETWORKS}
    counts['fnet2d_128_5']['10'] = count('fnet2d_128_5', 10)
    assert counts['fnet2d_128_5']['10'] == 407_818, counts['fnet2d_128_5']
    return counts


def state_dicts():
    return {name: {k: list(v.shape) for k, v in without_values(name, 2).state_dict().items()} for name in NETWORKS}


def initialisation():
    """Spread of every parameter as PyTorch and timm draw it at first: [mean, standard deviation, largest magnitude]."""

    def spread(p):
        p = p.detach().double()
        return [short(float(v)) for v in (p.mean(), p.std(correction=0), p.abs().max())]

    spreads = {}
    for name in SMALL:
        torch.manual_seed(0)
        spreads[name] = {key: spread(p) for key, p in NETWORKS[name].build(2).named_parameters()}
    return spreads


OTHERS = {
    'hash': hashes,
    'resample': resampling,
    'schedule': schedule,
    'optimisers': optimisers,
    'parameters': parameters,
    'state_dicts': state_dicts,
    'initialisation': initialisation,
}


def compute(name):
    return OTHERS[name]() if name in OTHERS else measure(NETWORKS[name])


def path(name):
    return OUT / ('' if name in OTHERS else 'networks') / f'{name}.json'


def by_line(value):
    """JSON with a line for every key, so that version control shows which one changed."""
    return '{\n' + ',\n'.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in value.items()) + '\n}'


def write(name):
    value = compute(name)
    if name in NETWORKS:
        change = sensitivity(NETWORKS[name], value['tenSteps'])
        assert change < SENSITIVITY, f'{name}: its ten losses change by {change:.1e}; give it a smaller rate in networks.py'
    whole = name in OTHERS and name not in ('parameters', 'state_dicts', 'initialisation')
    path(name).parent.mkdir(parents=True, exist_ok=True)
    path(name).write_text((json.dumps(value) if whole else by_line(value)) + '\n')


def differences(actual, expected, where, scale=0.0):
    """Names every place where a value differs; `scale` is the largest number beside it."""
    if isinstance(actual, (dict, list)) and type(actual) is type(expected):
        keys = [set(v) if isinstance(v, dict) else set(range(len(v))) for v in (actual, expected)]
        if keys[0] != keys[1]:
            return [f'{where}: only computed {sorted(keys[0] - keys[1])}, only in the file {sorted(keys[1] - keys[0])}']
        pairs = [(k, actual[k], expected[k]) for k in (expected if isinstance(expected, dict) else range(len(expected)))]
        scale = max((abs(e) for _, _, e in pairs if isinstance(e, float)), default=0.0)
        return [line for k, a, e in pairs for line in differences(a, e, f'{where}.{k}', scale)]
    if isinstance(actual, float) and isinstance(expected, float):
        close = abs(actual - expected) <= RTOL * abs(expected) + ATOL * scale
    else:
        close = actual == expected
    return [] if close else [f'{where}: computed {actual}, in the file {expected}']


def check(name):
    if not path(name).exists():
        return [f'{name}: {path(name)} is missing']
    return differences(json.loads(json.dumps(compute(name))), json.loads(path(name).read_text()), name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('ids', nargs='*')
    parser.add_argument('--check', action='store_true')
    arguments = parser.parse_args()
    known = [*OTHERS, *NETWORKS]
    unknown = [name for name in arguments.ids if name not in known]
    if unknown:
        parser.error(f'unknown: {", ".join(unknown)}; known: {", ".join(known)}')
    found = []
    for name in arguments.ids or known:
        start = time.monotonic()
        lines = check(name) if arguments.check else write(name)
        found += lines or []
        print(f'{"DIFFERS" if lines else "ok":8}{name} ({time.monotonic() - start:.1f} s)', flush=True)
    if found:
        print('\n'.join(['', f'{len(found)} differences:', *found]))
        sys.exit(1)


main()
