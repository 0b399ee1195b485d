"""What the reference scripts share with test/helpers/formula.ts: weights and inputs by a formula, so that no file stores them."""

import numpy as np
import torch

MASK = np.uint64(0xFFFFFFFF)


def import_timm():
    """timm without torchvision's compiled operators: their registration is skipped where they are missing."""
    original = torch.library.register_fake

    def guarded(name, *args, **kwargs):
        if isinstance(name, str) and name.startswith('torchvision::'):
            return lambda function: function
        return original(name, *args, **kwargs)

    torch.library.register_fake = guarded
    import timm

    return timm


def hash_text(text):
    """FNV-1a, as shared/domain/random.ts."""
    h = 0x811C9DC5
    for char in text:
        h = ((h ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return h


def _imul(a, b):
    return (a.astype(np.uint64) * np.uint64(b)) & MASK


def _mix(h, counter):
    h = (h ^ counter) & MASK
    h = _imul(h ^ (h >> np.uint64(16)), 0x85EBCA6B)
    h = _imul(h ^ (h >> np.uint64(13)), 0xC2B2AE35)
    h = h ^ (h >> np.uint64(16))
    return (_imul(h, 5) + np.uint64(0xE6546B64)) & MASK


def uniform(name, count):
    """count numbers in [-1, 1): hashCounters(hashText(name), i)."""
    h = np.full(count, 0x9E3779B9, dtype=np.uint64)
    h = _mix(h, np.uint64(hash_text(name)))
    h = _mix(h, np.arange(count, dtype=np.uint64))
    return h.astype(np.float64) / 2**31 - 1


def fill(model):
    """Sets every parameter and running statistic by the formula of test/helpers/formula.ts."""
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if name.endswith('num_batches_tracked'):
                continue
            u = uniform(name, value.numel()).reshape(value.shape)
            if name.endswith('running_var'):
                u = 1 + 0.5 * u
            elif value.ndim > 1:
                u = u * np.sqrt(3.0 / np.prod(value.shape[1:]))
            elif name.endswith('weight'):
                u = 1 + 0.1 * u
            else:
                u = 0.1 * u
            value.copy_(torch.from_numpy(u.astype(np.float32)))  # float32 values in a double model too


def picture(batch, size):
    """Input [batch, 3, size, size] in [-1, 1), from NHWC order."""
    u = uniform('input', batch * size * size * 3).reshape(batch, size, size, 3)
    return torch.from_numpy(u.astype(np.float32)).permute(0, 3, 1, 2).contiguous()


def labels(batch):
    return torch.tensor([i % 2 for i in range(batch)])


# so small that the curve does not depend on how a library orders its sums; larger ones are chaotic within ten steps
TEN_STEPS_RATE = 0.002


def measure(model, batch, size):
    """Logits in evaluation, then loss and gradient norms in training mode (dropout off), with labels smoothed by 0.1."""
    fill(model)
    x = picture(batch, size)
    model.eval()
    with torch.no_grad():
        logits = model(x)
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    loss = torch.nn.functional.cross_entropy(model(x), labels(batch), label_smoothing=0.1)
    loss.backward()
    norms = {name: float(p.grad.double().norm()) for name, p in model.named_parameters()}
    optimiser = torch.optim.SGD(
        [
            {'params': [p for p in model.parameters() if p.ndim > 1], 'weight_decay': 2e-5},
            {'params': [p for p in model.parameters() if p.ndim <= 1], 'weight_decay': 0.0},
        ],
        lr=TEN_STEPS_RATE,
        momentum=0.9,
        nesterov=True,
    )
    # in double precision: rounding grows from step to step, and float32 itself has no one curve
    model.double()
    x = x.double()
    fill(model)
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        step = torch.nn.functional.cross_entropy(model(x), labels(batch), label_smoothing=0.1)
        step.backward()
        optimiser.step()
        losses.append(float(step))
    return {
        'batch': batch,
        'size': size,
        'logits': logits.tolist(),
        'loss': float(loss),
        'gradientNorms': norms,
        'tenSteps': losses,
    }
