/** What Magnilab ships with: the packages it depends on, and those whose code is built into the page. */
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Lock, licencesOf, packageOf } from './licences-of.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFile(`${root}${path}`, 'utf8');

export async function shippedPackages(): Promise<ReturnType<typeof licencesOf>> {
  const [lock, project] = [JSON.parse(await read('package-lock.json')) as Lock, JSON.parse(await read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>]; // prettier-ignore
  const imported = new Set(Object.keys(project.dependencies));
  for await (const file of glob('renderer/**/*.{ts,vue}', { cwd: root })) {
    if (/\.test\.ts$|testing\/|vite\.config/.test(file)) continue;
    const source = await read(file);
    for (const [, name] of source.matchAll(/(?:from|import) '([^.'][^']*)'/g)) imported.add(packageOf(name));
  }
  const known = { ...project.dependencies, ...project.devDependencies };
  return licencesOf(
    lock,
    [...imported].filter((name) => name in known),
  );
}
