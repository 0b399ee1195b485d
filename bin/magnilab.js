#!/usr/bin/env node
// Starts the command line. Magnilab needs Node 24 or newer; an older one starts the Node that the project brings along.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const [major] = process.versions.node.split('.').map(Number);
if (major >= 24) {
  const source = new URL('../main/cli/index.ts', import.meta.url);
  await import(existsSync(source) ? source.href : new URL('../out/main/cli.js', import.meta.url).href);
} else if (existsSync(own)) {
  // the channel tells the lab when this process is gone, even when it is killed
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} else {
  process.stderr.write(`Magnilab needs Node 24 or newer, this is ${process.versions.node}. Run "npm ci" in its folder.\n`);
  process.exit(2);
}
