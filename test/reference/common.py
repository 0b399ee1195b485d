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


def fill(model, shift):
    """Sets every parameter and running statistic by the formula of test/helpers/formula.ts.

    `shift`: suffix of names -> number that is added to the parameters so named.
    """
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
            u = u + sum(by for suffix, by in shift.items() if name.endswith(suffix))
            value.copy_(torch.from_numpy(u.astype(np.float32)))  # float32 values in a double model too


def picture(batch, height, width):
    """Input [batch, 3, height, width] in [-1, 1), from NHWC order."""
    u = uniform('input', batch * height * width * 3).reshape(batch, height, width, 3)
    return torch.from_numpy(u.astype(np.float32)).permute(0, 3, 1, 2).contiguous()


def labels(batch):
    return torch.tensor([i % 2 for i in range(batch)])


def short(value):
    """Nine significant digits: more than any comparison needs, in a smaller file."""
    return float(f'{value:.9g}')


def without_randomness(model):
    """Dropout and stochastic depth off, so that training mode has one answer."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if type(module).__name__ == 'DropPath':
            module.drop_prob = 0.0


def parameter_groups(model, decay):
    """No weight decay for vectors and for what timm exempts: position embeddings, class tokens, tables of position biases."""
    exempt = model.no_weight_decay() if hasattr(model, 'no_weight_decay') else set()
    groups = [{'params': [], 'weight_decay': decay}, {'params': [], 'weight_decay': 0.0}]
    for name, parameter in model.named_parameters():
        groups[parameter.ndim <= 1 or name in exempt]['params'].append(parameter)
    return groups


def train(model, x, rate, steps=10):
    """Loss of every step of SGD with labels smoothed by 0.1, and the first step's gradient norm of every parameter."""
    optimiser = torch.optim.SGD(parameter_groups(model, 2e-5), lr=rate, momentum=0.9, nesterov=True)
    model.train()
    losses, norms = [], {}
    for _ in range(steps):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), labels(len(x)), label_smoothing=0.1)
        loss.backward()
        norms = norms or {name: float(p.grad.norm()) for name, p in model.named_parameters()}
        optimiser.step()
        losses.append(loss.item())
    return losses, norms


def prepare(network):
    """The network in double precision, and its input: float32 has its own rounding, which grows from step to step."""
    model = network.build(2).double()
    without_randomness(model)
    fill(model, network.shift)
    return model, picture(network.batch, *network.size).double()


def measure(network):
    """Logits in evaluation, then loss, gradient norms and ten steps in training mode."""
    model, x = prepare(network)
    model.eval()
    with torch.no_grad():
        logits = model(x)
    losses, norms = train(model, x, network.rate)
    largest = max(norms.values())
    return {
        'batch': network.batch,
        'size': list(network.size),
        'shift': network.shift,
        'learningRate': network.rate,
        'logits': [[short(v) for v in row] for row in logits.tolist()],
        'loss': short(losses[0]),
        # a bias in front of a normalisation has no gradient but rounding
        'gradientNorms': {name: short(norm) if norm > 1e-12 * largest else 0.0 for name, norm in norms.items()},
        'tenSteps': [short(loss) for loss in losses],
    }


def sensitivity(network, losses):
    """Largest relative change of the ten losses when the input changes by 1e-6 of itself.

    Tells a curve that float32 can follow from a chaotic one.
    """
    model, x = prepare(network)
    x = x * (1 + 1e-6 * torch.from_numpy(uniform('perturbation', x.numel())).reshape(x.shape))
    changed, _ = train(model, x, network.rate)
    return max(abs(a - b) / abs(b) for a, b in zip(changed, losses))
