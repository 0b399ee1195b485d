"""PyTorch's optimisers with given gradients and on a small network, for main/training/optimisers.ts."""

import torch
from torch import nn

from common import uniform

STEPS = 10
RATES = [0.1 / (1 + 0.5 * step) for step in range(STEPS)]


def tensor(name, *shape):
    count = torch.Size(shape).numel()
    return torch.from_numpy(uniform(name, count)).reshape(shape).float().double()  # float32 values, computed in double


def optimiser(kind, parameters, decay):
    matrices = [p for p in parameters if p.ndim > 1]
    others = [p for p in parameters if p.ndim <= 1]
    groups = [{'params': matrices, 'weight_decay': decay}, {'params': others, 'weight_decay': 0.0}]
    if kind == 'sgd':
        return torch.optim.SGD(groups, lr=1.0, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.999), eps=1e-8)


def set_rate(optim, rate):
    for group in optim.param_groups:
        group['lr'] = rate


def given_gradients(kind, decay):
    """Values after every step with gradients by the formula, which shrink so that AdamW's second moment matters."""
    weight = nn.Parameter(tensor('weight', 3, 4))
    optim = optimiser(kind, [weight], decay)
    values = []
    for step, rate in enumerate(RATES):
        set_rate(optim, rate)
        weight.grad = tensor(f'gradient {step}', 3, 4) / (1 + step)
        optim.step()
        values.append(weight.detach().reshape(-1).tolist())
    return {'optimiser': kind, 'weightDecay': decay, 'values': values}


def trained(kind, decay, clip):
    """A linear layer on 2 x 2 pictures of 3 channels, trained as main/training/train-step.ts trains."""
    layer = nn.Linear(12, 2).double()
    with torch.no_grad():
        layer.weight.copy_(tensor('head.weight', 2, 12))
        layer.bias.copy_(tensor('head.bias', 2))
    x = tensor('pictures', 4, 12)
    labels = torch.tensor([0, 1, 1, 0])
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optim = optimiser(kind, list(layer.parameters()), decay)
    losses, norms = [], []
    for rate in RATES:
        set_rate(optim, rate)
        optim.zero_grad()
        loss = criterion(layer(x), labels)
        loss.backward()
        norms.append(nn.utils.clip_grad_norm_(layer.parameters(), clip if clip > 0 else float('inf')).item())
        optim.step()
        losses.append(loss.item())
    weight, bias = layer.weight.detach(), layer.bias.detach()
    return {'optimiser': kind, 'weightDecay': decay, 'gradientClip': clip, 'losses': losses, 'norms': norms,
            'weight': weight.reshape(-1).tolist(), 'bias': bias.tolist()}


def optimisers():
    kinds = ['sgd', 'adamw']
    return {
        'rates': RATES,
        'given': [given_gradients(kind, decay) for kind in kinds for decay in [0.0, 0.1]],
        'trained': [trained(kind, decay, clip) for kind in kinds for decay, clip in [(0.0, 0.0), (0.1, 0.0), (0.1, 1.0)]],
    }
