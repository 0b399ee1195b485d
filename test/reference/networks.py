"""The networks that the fixtures cover: timm's, our own WaveMix and 2D-FNet, and a small variant of every family for quick tests."""

from functools import partial
from typing import Callable, NamedTuple

from torch import nn

from common import import_timm
from fnet2d import FNet2D
from wavemix import WaveMix

timm = import_timm()

from timm.models.convmixer import ConvMixer
from timm.models.mlp_mixer import MlpMixer
from timm.models.mobilenetv3 import _gen_mobilenet_v3
from timm.models.resnet import BasicBlock, ResNet
from timm.models.swin_transformer import SwinTransformer
from timm.models.vision_transformer import VisionTransformer


class Network(NamedTuple):
    build: Callable[[int], nn.Module]
    """from the number of classes"""
    batch: int
    size: tuple[int, int]
    """height and width of the pictures"""
    rate: float = 0.002
    """learning rate of the ten steps, so small that the curve does not depend on how a library orders its sums"""
    shift: dict[str, float] = {}
    """added to the formula's parameters, by suffix of their names"""


def square(build, batch, side, **rest):
    return Network(build, batch, (side, side), **rest)


def from_timm(name, batch, side, **rest):
    return square(lambda classes: timm.create_model(name, num_classes=classes), batch, side, **rest)


def wavemix(dim, depth, level):
    return lambda classes: WaveMix(dim, depth, level, classes)


def fnet2d(dim, depth, patch):
    return lambda classes: FNet2D(dim, depth, classes, patch)


def resnet_test(classes):
    return ResNet(BasicBlock, layers=(1, 1, 1, 1), channels=(16, 24, 32, 48), num_classes=classes)


def mobilenetv3_test(classes):
    return _gen_mobilenet_v3('mobilenetv3_small_050', 0.25, num_classes=classes)


def vit_test(classes, size=64):
    return VisionTransformer(img_size=size, patch_size=8, embed_dim=48, depth=3, num_heads=3, num_classes=classes)


def swin_test(classes, size=64):
    return SwinTransformer(
        img_size=size, patch_size=4, embed_dim=24, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=classes)


def convmixer_test(classes):
    return ConvMixer(dim=32, depth=3, kernel_size=5, patch_size=4, num_classes=classes)


def mixer_test(classes, size=64):
    return MlpMixer(img_size=size, patch_size=8, num_blocks=3, embed_dim=48, mlp_ratio=(0.5, 4.0), num_classes=classes)


SMALL = {
    'resnet_test': square(resnet_test, 4, 64),
    'resnet_test_64x96': Network(resnet_test, 2, (64, 96)),
    'mobilenetv3_test': square(mobilenetv3_test, 4, 64),
    'vit_test': square(vit_test, 4, 64),
    'vit_test_96': square(partial(vit_test, size=96), 2, 96),
    'swin_test': square(swin_test, 4, 64),
    'swin_test_96': square(partial(swin_test, size=96), 2, 96),
    'convmixer_test': square(convmixer_test, 4, 64),
    'mixer_test': square(mixer_test, 4, 64),
    'mixer_test_96': square(partial(mixer_test, size=96), 2, 96),
    'fnet2d_16_2_p4': square(fnet2d(16, 2, 4), 4, 64),
    'wavemix_16_2': square(wavemix(16, 2, 1), 4, 64),
    'wavemix_16_2_l2': square(wavemix(16, 2, 2), 4, 64),
    'wavemix_16_2_l3': square(wavemix(16, 2, 3), 4, 64),
    'wavemix_32_4': square(wavemix(32, 4, 1), 4, 64),
}

# Many layers of convolution, normalisation and a kink are chaotic with the plain formula: rounding grows by a fifth per layer
# (Yang et al. 2019, arXiv 1902.08129), so that float32 has no one answer. Biases that keep most activations positive end that.
RESNET = {'rate': 0.0002, 'shift': {'bias': 1}}
CONVMIXER = {'rate': 0.0001, 'shift': {'.0.bias': 1, '.1.bias': 1}}
RELU_CONVMIXER = {'rate': 0.0001, 'shift': {'.0.bias': 3, '.1.bias': 3}}

PUBLISHED = {
    **{name: from_timm(name, 4, 64, **RESNET) for name in ['resnet18', 'resnet34', 'resnet50']},
    **{name: from_timm(name, 4, 64) for name in ['mobilenetv3_small_050', 'mobilenetv3_small_075', 'mobilenetv3_small_100']},
    **{name: from_timm(name, 2, 224) for name in ['vit_tiny_patch16_224', 'vit_small_patch16_224', 'vit_base_patch16_224']},
    **{name: from_timm(name, 2, 224) for name in ['swin_tiny_patch4_window7_224', 'swin_base_patch4_window7_224']},
    'fnet2d_128_5': square(fnet2d(128, 5, 1), 2, 32),
    'fnet2d_128_5_p4': square(fnet2d(128, 5, 4), 2, 64),
    **{name: from_timm(name, 2, 56, **CONVMIXER) for name in ['convmixer_1536_20', 'convmixer_1024_20_ks9_p14']},
    'convmixer_768_32': from_timm('convmixer_768_32', 2, 56, **RELU_CONVMIXER),
    **{name: from_timm(name, 2, 224) for name in ['mixer_s16_224', 'mixer_b16_224']},
    'wavemix_224_10': square(wavemix(224, 10, 1), 2, 64),
    'wavemix_224_10_l2': square(wavemix(224, 10, 2), 2, 64),
    'wavemix_224_10_l3': square(wavemix(224, 10, 3), 2, 64),
    'wavemix_224_10_l4': square(wavemix(224, 10, 4), 2, 64),
}

NETWORKS = {**SMALL, **PUBLISHED}
