"""The PyTorch peer of `npm run bench -- step`: one training step of a network, eager, float32.

    python bench/peers/step.py NETWORK channels_first|channels_last BATCH SIZE

Prints one line of JSON: seconds per step (median), largest resident memory. Needs torch and timm.
"""

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / 'test' / 'reference'))

import torch  # noqa: E402
from networks import NETWORKS  # noqa: E402

AT_LEAST, AT_MOST, SECONDS = 3, 9, 8  # as main/tuning/tune.ts measures


def main():
    name, memory_format, batch, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    model = NETWORKS[name].build(2).train()
    x = torch.randn(batch, 3, size, size)
    if memory_format == 'channels_last':
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    y = torch.tensor([i % 2 for i in range(batch)])
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{'params': decayed, 'weight_decay': 2e-5}, {'params': plain, 'weight_decay': 0.0}]
    optimiser = torch.optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)

    def step():
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y, label_smoothing=0.1)
        loss.backward()
        optimiser.step()
        return loss.item()

    step()
    times, started = [], time.perf_counter()
    while len(times) < AT_MOST and (len(times) < AT_LEAST or time.perf_counter() - started < SECONDS):
        at = time.perf_counter()
        step()
        times.append(time.perf_counter() - at)
    times.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({'secondsPerStep': times[len(times) // 2], 'peakBytes': peak, 'torch': torch.__version__}))


main()
