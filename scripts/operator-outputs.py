"""Writes resources/tensorflow/operator-outputs.json: every operator of the installed libtensorflow with its outputs' names.

    python scripts/operator-outputs.py FOLDER_OF_LIBTENSORFLOW

FOLDER_OF_LIBTENSORFLOW is deps/lib of the runtime folder that `magnilab doctor` prints. Run it after a change of TensorFlow.
"""

import ctypes
import json
import sys
from pathlib import Path


class Buffer(ctypes.Structure):
    _fields_ = [('data', ctypes.c_void_p), ('length', ctypes.c_size_t), ('deallocator', ctypes.c_void_p)]


def fields(data):
    """The fields of a protobuf message that are messages or strings: (number, bytes)."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 2:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
        elif kind == 0:
            varint()
        else:
            at += 8 if kind == 1 else 4


def text(message, number):
    return next((value.decode() for found, value in fields(message) if found == number), '')


def main():
    folder = Path(sys.argv[1])
    ctypes.CDLL(str(folder / 'libtensorflow_framework.so.2'), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(folder / 'libtensorflow.so'))
    library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
    buffer = library.TF_GetAllOpList().contents
    operators = ctypes.string_at(buffer.data, buffer.length)
    # OpList.op = 1; OpDef.name = 1, OpDef.output_arg = 3; ArgDef.name = 1
    table = {
        text(operator, 1): [text(argument, 1) for number, argument in fields(operator) if number == 3]
        for _, operator in fields(operators)
        if not text(operator, 1).startswith('_')  # internal ones
    }
    target = Path(__file__).parents[1] / 'resources' / 'tensorflow' / 'operator-outputs.json'
    rows = [f'{json.dumps(name)}: {json.dumps(outputs)}' for name, outputs in sorted(table.items())]
    target.write_text('{\n' + ',\n'.join(rows) + '\n}\n')


main()
