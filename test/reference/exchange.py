"""Weights go from timm to Magnilab and back: the command `predict` gives timm's logits with weights that timm saved, and timm
loads what Magnilab saves with strict=True. Needs what make.py needs, and Magnilab's compute runtime.

    NODE=node python test/reference/exchange.py [ids]
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault('OMP_WAIT_POLICY', 'passive')

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from common import fill, import_timm, uniform

timm = import_timm()
ROOT = Path(__file__).parents[2]
NODE = os.environ.get('NODE', 'node')
# one of each family that timm has
IDS = ['resnet18', 'resnet50', 'mobilenetv3_small_100', 'vit_tiny_patch16_224', 'swin_tiny_patch4_window7_224',
       'convmixer_1024_20_ks9_p14', 'mixer_s16_224']


def picture(path, side):
    pixels = ((uniform('picture', side * side * 3) + 1) * 128).astype(np.uint8).reshape(side, side, 3)
    Image.fromarray(pixels).save(path)
    return pixels


def logits_of_timm(model, pixels):
    config = model.default_cfg
    mean, std = (np.array(config[key], np.float32) for key in ('mean', 'std'))
    x = (pixels.astype(np.float32) / 255 - mean) / std
    with torch.no_grad():
        return model.eval()(torch.from_numpy(x).permute(2, 0, 1)[None])[0].numpy()


def exchange(name, folder):
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=2)
    fill(model, {})
    weights, image, back = folder / 'timm.safetensors', folder / 'picture.png', folder / 'magnilab.safetensors'
    save_file(model.state_dict(), weights)
    expected = logits_of_timm(model, picture(image, model.default_cfg['input_size'][1]))
    command = [NODE, ROOT / 'bin' / 'magnilab.js', 'predict', image, '--weights', weights, '--model', name, '--resize', 'none', '--json']
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    np.testing.assert_allclose(rows[0]['logits'], expected, rtol=1e-3, atol=1e-4, err_msg=name)

    subprocess.run([NODE, ROOT / 'test' / 'reference' / 'write-weights.ts', name, back], check=True)
    timm.create_model(name, num_classes=2).load_state_dict(load_file(back), strict=True)
    return float(np.abs(np.array(rows[0]['logits']) - expected).max())


for name in sys.argv[1:] or IDS:
    with tempfile.TemporaryDirectory() as folder:
        print(f'ok      {name}: logits differ by {exchange(name, Path(folder)):.1e}; loaded with strict=True', flush=True)
