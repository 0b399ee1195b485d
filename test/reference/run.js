// npm run test:reference: computes the reference fixtures again with PyTorch and timm and compares them with the committed ones,
// then takes weights from timm to Magnilab and back, and networks to ONNX. With arguments only those fixtures, e.g. npm run test:reference -- vit_test
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const requirements = join(here, 'requirements.txt');
const pins = readFileSync(requirements, 'utf8').match(/^[\w-]+==.+$/gm);
const python = process.env.PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

try {
  const suited = hasPins(python) ? python : await ownPython();
  const names = process.argv.slice(2);
  process.exitCode = run(suited, ['-B', join(here, 'make.py'), '--check', ...names]);
  if (names.length === 0 && process.exitCode === 0) {
    run(process.execPath, [join(here, '../../bin/magnilab.js'), 'runtime', 'install']);
    for (const script of ['event_files.py', 'exchange.py', 'onnx_files.py'])
      process.exitCode ||= run(suited, ['-B', join(here, script)], { NODE: process.execPath });
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}

/** Whether every package of requirements.txt is there, in its version. */
function hasPins(command) {
  const script = `import sys
from importlib.metadata import version
for pin in sys.argv[1:]:
    name, wanted = pin.split('==')
    assert version(name).split('+')[0] == wanted`;
  return spawnSync(command, ['-c', script, ...pins], { stdio: 'ignore' }).status === 0;
}

/** Python of a virtual environment in the cache folder, which is made or brought up to date where needed. */
async function ownPython() {
  const { cacheFolder } = await import('../../main/platform/paths.ts');
  const folder = cacheFolder('reference');
  const own = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  if (existsSync(own) && hasPins(own)) return own;
  console.error(`Getting ${pins.join(', ')} into ${folder} ...`);
  if (run(python, ['-m', 'venv', folder]) !== 0)
    throw new Error(`The reference needs Python 3.11 or newer with venv; "${python}" is not. Name one: PYTHON=/path/to/python3`);
  if (run(own, ['-m', 'pip', 'install', '--retries', '1', '-r', requirements]) !== 0)
    throw new Error('pip could not install test/reference/requirements.txt.');
  return own;
}

/** Runs a command with this one's output; 1 where it could not start. */
function run(command, args, environment = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } }).status ?? 1;
}
