import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { download, indexAddress } from '../../../main/runtime/download.ts';
import { packageIndex, type TestWheel, wheelOf } from '../../helpers/package-index.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let held: TestWheel;
let path: string;
beforeEach(async () => {
  held = await wheelOf('nvidia-cudnn-cu12', { 'nvidia/cudnn/lib/libcudnn.so.9': noise(200_000) });
  path = join(await temporaryFolder(), held.wheel.file);
});

/** Bytes that no archive makes smaller. */
function noise(length: number): Buffer {
  return Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, i) => createHash('sha256').update(String(i)).digest()),
  ).subarray(0, length);
}

const rangesOf = (asked: readonly { path: string; range: string | undefined }[]) =>
  asked.filter(({ path: at }) => at.startsWith('/files')).map(({ range }) => range);

describe('a file of an index', () => {
  it.each(['html', 'json'] as const)('is found on its page (%s) by its name, and told how far it is', async (pages) => {
    const { address, asked } = await packageIndex([held], { pages });
    const seen: number[] = [];
    await download(address, held.wheel, path, { onBytes: (bytes) => seen.push(bytes) });
    expect(await readFile(path)).toEqual(held.bytes);
    expect(seen.at(-1)).toBe(held.bytes.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(asked.map(({ path: at }) => at)).toEqual(['/simple/nvidia-cudnn-cu12/', `/files/ab/${held.wheel.file}`]);
  });

  it('goes on at the byte where an earlier download stopped', async () => {
    const { address, asked } = await packageIndex([held]);
    await writeFile(`${path}.part`, held.bytes.subarray(0, 40_000));
    await download(address, held.wheel, path);
    expect(await readFile(path)).toEqual(held.bytes);
    expect(rangesOf(asked)).toEqual(['bytes=40000-']);
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('is sent from its start by a server that knows no ranges', async () => {
    const instead = (_: unknown, response: { end(bytes: Buffer): void }, bytes?: Buffer) => {
      if (bytes) response.end(bytes);
      return bytes !== undefined;
    };
    const { address } = await packageIndex([held], { instead });
    await writeFile(`${path}.part`, 'of another file');
    await download(address, held.wheel, path);
    expect(await readFile(path)).toEqual(held.bytes);
  });

  it('is taken up again by itself when the connection breaks', async () => {
    let breaks = 3;
    const { address, asked } = await packageIndex([held], {
      instead: (request, response, bytes) => {
        if (!bytes || breaks === 0) return false;
        breaks--;
        const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
        if (from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` });
        response.write(bytes.subarray(from, from + 20_000), () => setTimeout(() => response.destroy(), 100)); // once it has gone
        return true;
      },
    });
    await download(address, held.wheel, path, { pause: 1 });
    expect(await readFile(path)).toEqual(held.bytes);
    // what was on its way when the connection broke may be lost: each question begins where what has come ends
    const from = rangesOf(asked).map((range) => Number(/\d+/.exec(range ?? '')?.[0] ?? 0));
    expect(from).toHaveLength(4);
    expect(from).toEqual([...from].sort((a, b) => a - b));
    expect(Math.max(...from)).toBeGreaterThan(0);
  });

  it('keeps what came when it is cancelled, and goes on from there', async () => {
    const controller = new AbortController();
    let slow = true;
    const { address, asked } = await packageIndex([held], {
      instead: (_, response, bytes) => {
        if (!bytes || !slow) return false;
        response.write(bytes.subarray(0, 50_000)); // and nothing more
        return true;
      },
    });
    const onBytes = (bytes: number) => bytes >= 50_000 && setTimeout(() => controller.abort(), 50);
    await expect(download(address, held.wheel, path, { signal: controller.signal, onBytes })).rejects.toThrow(/abort/i);
    expect(existsSync(path)).toBe(false);
    expect(await readFile(`${path}.part`)).toEqual(held.bytes.subarray(0, 50_000));
    slow = false;
    await download(address, held.wheel, path);
    expect(await readFile(path)).toEqual(held.bytes);
    expect(rangesOf(asked)).toEqual([undefined, 'bytes=50000-']);
  });
});

describe('what is refused, by name', () => {
  it('a file with another hash, which is deleted', async () => {
    const { address } = await packageIndex([held]);
    const wheel = { ...held.wheel, sha256: '0'.repeat(64) };
    await expect(download(address, wheel, path)).rejects.toThrow(
      `${wheel.file} is not the published file: its SHA-256 is ${held.wheel.sha256}, not ${wheel.sha256}. It was deleted.`,
    );
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });

  it('a file that is longer than the published one', async () => {
    const { address } = await packageIndex([held]);
    await expect(download(address, { ...held.wheel, bytes: 1000 }, path)).rejects.toThrow(
      /sends more than the published 1000 bytes/,
    );
  });

  it('a package without a page, and a page without the file', async () => {
    const { address } = await packageIndex([held]);
    const there = new URL(`${address}/`);
    await expect(download(address, { ...held.wheel, package: 'nvidia-nccl-cu12' }, path)).rejects.toThrow(
      `${held.wheel.file}: ${there.href}nvidia-nccl-cu12/ answered 404 Not Found`,
    );
    await expect(download(address, { ...held.wheel, file: 'other-2.0.whl' }, path)).rejects.toThrow(
      `other-2.0.whl: the page ${there.href}nvidia-cudnn-cu12/ does not list it`,
    );
  });

  it('a server that fails or does not answer, after some tries', async () => {
    let asked = 0;
    const { address } = await packageIndex([held], {
      instead: (_, response) => {
        asked++;
        response.writeHead(503).end();
        return true;
      },
    });
    await expect(download(address, held.wheel, path, { pause: 1 })).rejects.toThrow(/answered 503/);
    expect(asked).toBe(5);
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    await new Promise((resolve) => silent.close(resolve));
    await expect(download(`http://127.0.0.1:${port}/simple`, held.wheel, path, { pause: 1 })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('addresses that are no index, plain http, and ways that lead there or round in a circle', async () => {
    expect(() => indexAddress('an index')).toThrow('"an index" is not the address of a package index');
    expect(() => indexAddress('http://index.example/simple')).toThrow(
      'http://index.example/simple/ is not fetched: addresses must begin with https://',
    );
    expect(indexAddress('https://name:secret@index.example/simple').pathname).toBe('/simple/');
    expect(() => indexAddress('ftp://name:secret@index.example/')).toThrow(/^(?!.*secret)/);
    const leading = async (to: string) => {
      const { address } = await packageIndex([held], {
        instead: (_, response) => {
          response.writeHead(302, { location: to }).end();
          return true;
        },
      });
      return download(address, held.wheel, path, { pause: 1 });
    };
    await expect(leading('http://index.example/')).rejects.toThrow(/http:\/\/index\.example\/ is not fetched/);
    await expect(leading('/again')).rejects.toThrow(/leads on more than 5 times/);
  });
});

it('a password goes to the index that it is of, and stands in no message', async () => {
  const seen = new Set<string | undefined>();
  const { address } = await packageIndex([held], {
    instead: (request) => {
      seen.add(request.headers.authorization);
      return false;
    },
  });
  const own = address.replace('http://', 'http://me:se%20cret@');
  await download(own, held.wheel, path);
  expect([...seen]).toEqual([`Basic ${Buffer.from('me:se cret').toString('base64')}`]);
  await expect(download(own, { ...held.wheel, file: 'x' }, path)).rejects.toThrow(/^(?!.*cret)/);
});
