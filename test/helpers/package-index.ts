import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { WheelFile } from '../../main/runtime/wheel-list.ts';
import { zipOf } from './archives.ts';

/** A wheel of a test: what an index lists, and its bytes. */
export interface TestWheel {
  readonly wheel: WheelFile;
  readonly bytes: Buffer;
}

export async function wheelOf(packageName: string, entries: Readonly<Record<string, string | Buffer>>): Promise<TestWheel> {
  const bytes = await zipOf(Object.entries(entries).map(([name, content]) => [name, Buffer.from(content)]));
  const file = `${packageName.replaceAll('-', '_')}-1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`;
  return { bytes, wheel: { package: packageName, file, bytes: bytes.length, sha256: sha256(bytes) } };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The wheels of a small runtime: TensorFlow's and two of NVIDIA's, with what must not be unpacked. */
export async function smallWheels(): Promise<TestWheel[]> {
  return Promise.all([
    wheelOf('tensorflow', {
      'tensorflow/libtensorflow_cc.so.2': 'cc',
      'tensorflow/libtensorflow_framework.so.2': 'framework',
      'tensorflow/__init__.py': 'python',
      'tensorflow/THIRD_PARTY_NOTICES.txt': 'notices',
      'tensorflow-1.0.dist-info/METADATA': 'metadata',
    }),
    wheelOf('nvidia-cudnn-cu12', {
      'nvidia/cudnn/lib/libcudnn.so.9': Buffer.alloc(300_000, 'cudnn'),
      'nvidia/cudnn/lib/__init__.py': '',
      'nvidia/cudnn/include/cudnn.h': 'header',
      'nvidia_cudnn_cu12-1.0.dist-info/licenses/License.txt': 'licence',
    }),
    wheelOf('nvidia-cuda-nvcc-cu12', {
      'nvidia/cuda_nvcc/bin/ptxas': '#!/bin/sh\n',
      'nvidia/cuda_nvcc/bin/nvcc': 'compiler',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'bitcode',
      'nvidia_cuda_nvcc_cu12-1.0.dist-info/License.txt': 'licence',
    }),
  ]);
}

export interface TestIndex {
  /** address of the index */
  readonly address: string;
  /** path and Range header of every request so far */
  readonly asked: { path: string; range: string | undefined }[];
}

interface IndexOptions {
  readonly pages?: 'html' | 'json';
  /** answers instead of the index where it returns true */
  readonly instead?: (request: IncomingMessage, response: ServerResponse, bytes: Buffer | undefined) => boolean;
}

/** A package index on this machine until the test ends: pages below /simple/, files elsewhere, parts of files by Range. */
export async function packageIndex(
  wheels: readonly TestWheel[],
  { pages = 'html', instead }: IndexOptions = {},
): Promise<TestIndex> {
  const asked: TestIndex['asked'] = [];
  const server = createServer((request, response) => {
    const { url: path = '', headers } = request;
    asked.push({ path, range: headers.range });
    const held = wheels.find(({ wheel }) => path === `/files/ab/${wheel.file}`)?.bytes;
    if (instead?.(request, response, held)) return;
    const listed = wheels.filter(({ wheel }) => path === `/simple/${wheel.package}/`);
    if (listed.length > 0) {
      if (pages === 'json') response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(pages === 'json' ? jsonPage(listed) : htmlPage(listed));
    } else if (held) sendFrom(response, held, Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, asked };
}

/** A file from a byte on, as a server that knows ranges answers. */
function sendFrom(response: ServerResponse, bytes: Buffer, from: number): void {
  if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
  response.end(bytes.subarray(from));
}

function htmlPage(wheels: readonly TestWheel[]): string {
  const links = wheels.map(
    ({ wheel }) =>
      `<a class="x" href="../../files/ab/${encodeURIComponent(wheel.file)}#sha256=${wheel.sha256}">${wheel.file}</a><br/>`,
  );
  return `<!DOCTYPE html><html><body><a href="../../files/ab/another-1.0.whl">another-1.0.whl</a>\n${links.join('\n')}</body></html>`;
}

function jsonPage(wheels: readonly TestWheel[]): string {
  const files = wheels.map(({ wheel }) => ({
    filename: wheel.file,
    url: `/files/ab/${wheel.file}`,
    hashes: { sha256: wheel.sha256 },
  }));
  return JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'x', files });
}
