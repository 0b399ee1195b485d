"""Event files as the report writes them, read by TensorBoard: every scalar, the text, the picture.

    NODE=node python test/reference/event_files.py
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

HERE = Path(__file__).parent
NODE = os.environ.get('NODE', 'node')

with tempfile.TemporaryDirectory() as folder:
    told = json.loads(subprocess.run([NODE, HERE / 'write-events.ts', folder], check=True, capture_output=True, text=True).stdout)
    events = EventAccumulator(folder, size_guidance={'scalars': 0, 'images': 0, 'tensors': 0}).Reload()
    tags = events.Tags()
    assert sorted(tags['scalars']) == sorted(told['scalars']), tags
    for tag, rows in told['scalars'].items():
        read = [(e.wall_time, e.step, e.value) for e in events.Scalars(tag)]
        assert read == [tuple(row) for row in rows], (tag, read, rows)
    [image] = events.Images('matrix')
    assert (image.width, image.height, len(image.encoded_image_string)) == tuple(told['image']), image
    [text] = events.Tensors('plan')
    assert text.tensor_proto.string_val[0].decode('utf8') == told['text']
    assert events.SummaryMetadata('plan').plugin_data.plugin_name == 'text'
print(f"TensorBoard reads {sum(len(rows) for rows in told['scalars'].values())} scalars, a picture and a text.")
