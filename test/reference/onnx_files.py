"""Every published network as an ONNX file: whole in the eyes of ONNX's own checker, and in ONNX Runtime it gives the logits of the
command `predict`. The Python code of docs/onnx.md is run, too. Needs requirements.txt and Magnilab's compute runtime.

    NODE=node python test/reference/onnx_files.py [ids]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from PIL import Image

ROOT = Path(__file__).parents[2]
NODE = os.environ.get('NODE', 'node')
TOLERANCE = 1e-4  # of the largest logit; 1e-5 was measured
SMALL_STEP = 1e-3  # of a probability: Pillow's resized pixels differ from Magnilab's by one level of 255 at most


def magnilab(*args):
    command = [NODE, ROOT / 'bin' / 'magnilab.js', *args, '--json']
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def noise(count, height, width):
    return np.random.default_rng(0).integers(0, 256, (count, height, width, 3), np.uint8)


def compare(row, folder):
    """Largest difference of a logit from the lab's, as a share of the largest logit."""
    name, side = row['id'], row['inputSize']
    weights, file = folder / 'weights.safetensors', folder / 'network.onnx'
    subprocess.run([NODE, ROOT / 'test' / 'reference' / 'write-weights.ts', name, weights, 'formula'], check=True)
    magnilab('export', 'onnx', '--weights', weights, '--out', file)
    onnx.checker.check_model(str(file), full_check=True)
    inferred = onnx.shape_inference.infer_shapes(onnx.load(file), strict_mode=True, data_prop=True)
    for output in inferred.graph.output:
        shape = [dim.dim_param or dim.dim_value for dim in output.type.tensor_type.shape.dim]
        assert shape == ['batch', 2], f'{name}: {output.name} has the shape {shape}'

    pixels = noise(3, side, side)
    pictures = [folder / f'{i}.png' for i in range(3)]
    for picture, image in zip(pictures, pixels):
        Image.fromarray(image).save(picture)
    expected = np.array([r['logits'] for r in magnilab('predict', *pictures, '--weights', weights, '--resize', 'none')])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options)
    images = pixels.transpose(0, 3, 1, 2).astype(np.float32)
    differences = []
    for count in (1, 3):
        logits, probabilities = session.run(['logits', 'probabilities'], {'pixels': images[:count]})
        np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-5)
        differences.append(np.abs(logits - expected[:count]).max() / np.abs(expected).max())
    largest = float(max(differences))
    assert largest < TOLERANCE, f'{name}: logits differ by {largest:.1e} of the largest'
    return largest


def check_documented_code(folder):
    """The code in docs/onnx.md gives the probabilities that `predict` gives, for an image that is resized and cropped."""
    code = re.search(r'```python\n(.*?)```', (ROOT / 'docs' / 'onnx.md').read_text(), re.DOTALL)[1]
    documented = {}
    exec(code, documented)
    weights, file, picture = folder / 'weights.safetensors', folder / 'network.onnx', folder / 'picture.png'
    name = 'vit_tiny_patch16_224'  # it is not sure of this picture: the whole frame moves its answer by 0.03
    subprocess.run([NODE, ROOT / 'test' / 'reference' / 'write-weights.ts', name, weights, 'formula'], check=True)
    magnilab('export', 'onnx', '--weights', weights, '--out', file)
    Image.fromarray(noise(1, 46, 70)[0]).resize((700, 460), Image.Resampling.BICUBIC).save(picture)
    (row,) = magnilab('predict', picture, '--weights', weights)
    probabilities, classes = documented['classify'](str(file), [Image.open(picture)] * 2)
    assert classes == row['classes']
    difference = np.abs(probabilities - np.array(row['probabilities'])).max()
    assert difference < SMALL_STEP, f'the code of docs/onnx.md: probabilities differ by {difference:.1e}'
    return float(difference)


rows = [row for row in magnilab('models') if not row['small']]
names = sys.argv[1:] or [row['id'] for row in rows]
for row in rows:
    if row['id'] not in names:
        continue
    with tempfile.TemporaryDirectory() as folder:
        print(f'ok      {row["id"]}.onnx: logits differ by {compare(row, Path(folder)):.1e} of the largest', flush=True)
with tempfile.TemporaryDirectory() as folder:
    print(f'ok      docs/onnx.md: probabilities differ by {check_documented_code(Path(folder)):.1e}', flush=True)
