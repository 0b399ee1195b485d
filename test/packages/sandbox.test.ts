import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Doctor } from '../../shared/contract/system.ts';
import { commandLine, hasSandbox, type Installed, installDeb, installServer, PLACE, sandboxed, temporary } from './package.ts';

const run = promisify(execFile);
if (!hasSandbox) console.log('skipped: the packages are not run, since bubblewrap (bwrap) is not installed');

const FINISHED = 'finished/Finished demo.magnilab';
const EPOCHS = 12;

describe.skipIf(!hasSandbox)('installed on a machine that has nothing', () => {
  let deb: Installed;
  let home: string;
  const inside = (args: readonly string[], where: Installed = deb) => sandboxed(where, home, commandLine(where, args));
  const magnilab = (...args: string[]) => run(...inside(args), { maxBuffer: 64e6 });
  const doctor = async (where: Installed, ...args: string[]) => {
    const { stdout } = await run(...inside(['doctor', '--json', ...args], where)).catch((error: { stdout: string }) => error);
    return JSON.parse(stdout) as Doctor;
  };
  beforeAll(async () => {
    deb = await installDeb();
    home = await temporary('home');
  });

  it('computes at once: nothing is compiled, nothing is fetched', async () => {
    expect(await doctor(deb, '--files')).toMatchObject({ state: 'ok', missing: [], folder: `${PLACE}/resources/runtime` });
    expect((await magnilab('models')).stdout).toContain('resnet18');
  });

  it('opens the finished demo, and its networks classify images', async () => {
    await magnilab('demo', '--finished', '--out', 'finished');
    const runs = await readdir(join(home, FINISHED, 'runs'));
    const trial = runs.find((name) => name.includes('convmixer'))!;
    const images = join(home, FINISHED, 'images');
    const image = (await readdir(images, { recursive: true })).find((name) => name.endsWith('.png'))!;
    const weights = `${FINISHED}/runs/${trial}/checkpoint-best.safetensors`;
    const { stdout } = await magnilab('predict', '--json', '--weights', weights, `${FINISHED}/images/${image}`);
    const [answer] = JSON.parse(stdout) as { probabilities: Record<string, number> | number[] }[];
    const sum = Object.values(answer.probabilities).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  it('goes on where it was killed', async () => {
    await magnilab('study', 'new', 'tiny.json', '--data', `${FINISHED}/images`, '--preset', 'quick', '--models', 'resnet_test');
    const plan = JSON.parse(await readFile(join(home, 'tiny.json'), 'utf8')) as { training: object };
    Object.assign(plan, { name: 'Tiny', trainSets: [40], baselines: [], training: { ...plan.training, epochs: EPOCHS } });
    await writeFile(join(home, 'tiny.json'), JSON.stringify(plan));
    const first = spawn(...inside(['study', 'run', 'tiny.json', '--project', 'Tiny.magnilab']), { stdio: 'ignore' });
    const ended = once(first, 'exit');
    const runs = join(home, 'Tiny.magnilab/runs');
    const epochs = async () => {
      const [trial] = (await readdir(runs).catch(() => [])).filter((name) => !name.startsWith('.'));
      const text = trial === undefined ? '' : await readFile(join(runs, trial, 'history.jsonl'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '').length;
    };
    while ((await epochs()) < 2) {
      expect(first.exitCode).toBe(null);
      await wait(50);
    }
    first.kill('SIGKILL'); // and with it all that it started
    await ended;
    const before = await epochs();
    expect(before).toBeLessThan(EPOCHS);
    await magnilab('study', 'resume', 'Tiny', '--project', 'Tiny.magnilab');
    expect(await epochs()).toBe(EPOCHS);
    expect((await magnilab('verify', 'Tiny.magnilab')).stdout).toMatch(/every file is as it was written/);
  });

  it('serves the app to a browser', async () => {
    const ask = `
      import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, [process.argv[2], 'serve', '--json', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      for await (const part of child.stdout) {
        text += part;
        try { JSON.parse(text); break; } catch {}
      }
      const { url } = JSON.parse(text);
      const page = await fetch(url, { redirect: 'follow' });
      console.log(page.status, (await page.text()).includes('<div id="app"'));
      child.kill('SIGTERM');
      await new Promise((resolve) => child.on('exit', resolve));`;
    await writeFile(join(home, 'ask.mjs'), ask);
    const { stdout } = await run(...sandboxed(deb, home, [`${PLACE}/${deb.program}`, 'ask.mjs', commandLine(deb, [])[1]]));
    expect(stdout.trim()).toBe('200 true');
  });

  it('runs the demo to its report', async () => {
    const { stdout } = await magnilab('demo', '--out', 'demo');
    expect(stdout).toMatch(/WaveMix|ConvMixer/);
    const reports = await readdir(join(home, 'demo/report'), { recursive: true });
    expect(reports.some((name) => name.endsWith('report.html'))).toBe(true);
  });

  it('is not disturbed by another runtime in the cache, whole or not', async () => {
    const cached = join(home, '.cache/magnilab/runtime', 'tfjs4.22.0-tf2.21.0-linux-x64-cpu');
    await mkdir(cached, { recursive: true });
    await writeFile(join(cached, 'runtime.json'), '{"format": 1, "tfjs": "4.22.0", "files": {}, "binding": "none"}');
    expect(await doctor(deb)).toMatchObject({ state: 'ok', folder: `${PLACE}/resources/runtime` });
    await rm(cached, { recursive: true });
  });

  it('names a library that is damaged', async () => {
    const folder = await temporary('damaged');
    await cp(deb.folder, folder, { recursive: true });
    const damaged = { ...deb, folder };
    const library = join(folder, 'resources/runtime/deps/lib/libtensorflow_framework.so.2');
    const bytes = await readFile(library);
    bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 64);
    await writeFile(library, bytes);
    const what = (found: Doctor) => found.missing.map((one) => `${one.what} ${one.how}`).join();
    expect(what(await doctor(damaged, '--files'))).toMatch(/libtensorflow_framework\.so\.2 is damaged.*Install Magnilab again/);
    await truncate(library, 1000);
    const short = await doctor(damaged);
    expect(short.state).not.toBe('ok');
    expect(what(short)).toMatch(/libtensorflow_framework\.so\.2 has 1000 bytes instead of/);
  });

  it('the package without Electron does the same through its own command', async () => {
    const server = await installServer();
    expect(await doctor(server, '--files')).toMatchObject({ state: 'ok', missing: [] });
    const [program, args] = sandboxed(server, home, [
      '--ro-bind',
      '/bin/sh',
      '/bin/sh',
      '/bin/sh',
      `${PLACE}/resources/bin/magnilab`,
      'doctor',
    ]);
    expect((await run(program, args)).stdout).toContain('libtensorflow   2.21.0');
  });
});
