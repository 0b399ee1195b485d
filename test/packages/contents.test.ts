import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashFile } from '../../main/platform/atomic.ts';
import type { RuntimeRecord } from '../../main/runtime/find.ts';
import { APPIMAGE_OFFSET } from '../../scripts/dist/appimage-tools.ts';
import { ICON_SIZES } from '../../scripts/dist/icons.ts';
import { entryNames } from '../../main/platform/entries.ts';
import { filesOf, type Installed, installDeb, installServer, root } from './package.ts';

const run = promisify(execFile);
/** What a download may weigh; Electron adds some 120 MB unpacked to what its stand-in weighs. */
const MOST_DEB_BYTES = 230e6;
const MOST_APP_BYTES = 75e6;
/** shipped by nobody: their licences come with what they were built into, or nothing loads them */
const NOT_NEEDED = ['core-js', 'tslib'];

describe.each([
  ['the deb', installDeb],
  ['the package without Electron', installServer],
])('%s', (_name, install: () => Promise<Installed>) => {
  let found: Installed;
  let app: string[];
  beforeAll(async () => {
    found = await install();
    app = await filesOf(join(found.resources, found.app));
  });

  it('holds every file that starts as a process, a thread or a page', () => {
    const entries = ['cli', ...entryNames].map((name) => `out/main/${name}.js`);
    expect(app).toEqual(expect.arrayContaining([...entries, 'out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html', 'bin/magnilab.js'])); // prettier-ignore
  });

  it('holds every data file', async () => {
    const data = (await filesOf(join(root, 'resources'))).filter((path) => !path.startsWith('bin/'));
    expect(app.filter((path) => path.startsWith('resources/')).map((path) => path.slice(10))).toEqual(data);
  });

  it('holds TensorFlow as its record says, with its notices, and no links', async () => {
    const runtime = join(found.resources, 'runtime');
    const record = JSON.parse(await readFile(join(runtime, 'runtime.json'), 'utf8')) as RuntimeRecord;
    const files = (await filesOf(runtime)).filter((path) => path !== 'runtime.json');
    expect(Object.keys(record.files).sort()).toEqual(files);
    expect(Object.keys(record.sha256!).sort()).toEqual(files);
    for (const file of files) {
      expect((await stat(join(runtime, file))).size, file).toBe(record.files[file]);
      expect(await hashFile(join(runtime, file)), file).toBe(record.sha256![file]);
      await expect(readlink(join(runtime, file))).rejects.toThrow('EINVAL');
    }
    expect(files).toContain('deps/licenses/tensorflow-cpu/THIRD_PARTY_NOTICES.txt');
  });

  it('holds every package that the app depends on, and the native libraries of this system', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, { version: string; dev?: true; optional?: true }> }; // prettier-ignore
    const wanted = Object.entries(packages)
      .filter(([path, { dev, optional }]) => path.startsWith('node_modules/') && !dev && !optional)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)} ${version}`)
      .filter((name) => !NOT_NEEDED.some((own) => name.startsWith(`${own} `)));
    // which folder holds one is the packer's to choose
    const manifests = app.filter((path) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path));
    const there = new Set(
      await Promise.all(
        manifests.map(async (path) => {
          const { name, version } = JSON.parse(await readFile(join(found.resources, found.app, path), 'utf8')) as Record<'name' | 'version', string>; // prettier-ignore
          return `${name} ${version}`;
        }),
      ),
    );
    expect(wanted.filter((name) => !there.has(name))).toEqual([]);
    for (const library of [/@img\/sharp-linux-x64\/.*\.node$/, /libvips-cpp\.so/, /resvgjs\.linux-x64-gnu\.node$/])
      expect(
        app.some((path) => library.test(path)),
        String(library),
      ).toBe(true);
  });

  it('holds nothing that nobody needs', () => {
    const needless =
      /\.(map|tsbuildinfo|ts|mts|cts)$|_test\.js$|node_modules\/(electron|vite|vitest|typescript|playwright[^/]*|@playwright|naive-ui|vue)\//;
    expect(app.filter((path) => needless.test(path))).toEqual([]);
    expect(app.filter((path) => /node_modules\/@tensorflow\/[^/]+\/src\//.test(path))).toEqual([]);
  });

  it('says what it is made of', async () => {
    const bill = JSON.parse(await readFile(join(found.resources, 'sbom.cdx.json'), 'utf8')) as { bomFormat: string; components: { name: string; version: string }[] }; // prettier-ignore
    expect(bill.bomFormat).toBe('CycloneDX');
    for (const name of ['TensorFlow', 'Electron', 'vue', 'chart.js', '@tensorflow/tfjs-core', 'zod', 'vips'])
      expect(
        bill.components.some((component) => component.name === name && component.version !== ''),
        name,
      ).toBe(true);
    const notices = await readFile(join(found.resources, 'THIRD_PARTY_NOTICES.txt'), 'utf8');
    for (const text of ['chart.js 4', 'Permission is hereby granted', 'Apache License', '@img/sharp-libvips']) expect(notices).toContain(text); // prettier-ignore
    expect(await readFile(join(found.resources, 'LICENSE'), 'utf8')).toContain('Apache License');
  });

  it('is small', async () => {
    const sizes = await Promise.all(app.map(async (path) => (await stat(join(found.resources, found.app, path))).size));
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(MOST_APP_BYTES);
    if (found.archive.endsWith('.deb')) expect((await stat(found.archive)).size).toBeLessThan(MOST_DEB_BYTES);
  });
});

describe('the deb as a system sees it', () => {
  let deb: Awaited<ReturnType<typeof installDeb>>;
  const control = async (part: string) => (await run('dpkg-deb', ['--info', deb.archive, part])).stdout;
  beforeAll(async () => {
    deb = await installDeb();
  });

  it('has the fuses of electron-builder.yml', async () => {
    const cli = join(createRequire(import.meta.url).resolve('@electron/fuses/package.json'), '../dist/bin.js');
    const { stdout } = await run(process.execPath, [cli, 'read', '--app', join(deb.folder, deb.program)]);
    const fuses = Object.fromEntries([...stdout.matchAll(/(\w+) is (\w+)/g)].map(([, name, state]) => [name, state]));
    expect(fuses).toMatchObject({
      RunAsNode: 'Enabled',
      EnableNodeOptionsEnvironmentVariable: 'Disabled',
      EnableNodeCliInspectArguments: 'Disabled',
      OnlyLoadAppFromAsar: 'Enabled',
      GrantFileProtocolExtraPrivileges: 'Disabled',
    });
  });

  it('has an entry in the menu that windows and projects belong to, and icons in all sizes', async () => {
    const entry = await readFile(join(deb.system, 'usr/share/applications/magnilab-desktop.desktop'), 'utf8');
    expect(entry).toMatch(/^Exec=\/opt\/Magnilab\/magnilab-desktop %U$/m);
    expect(entry).toMatch(/^StartupWMClass=magnilab-desktop$/m);
    expect(entry).toMatch(/^MimeType=.*application\/x-magnilab-project;/m);
    const icons = await readdir(join(deb.system, 'usr/share/icons/hicolor'));
    expect(icons.sort()).toEqual(ICON_SIZES.map((size) => `${size}x${size}`).sort());
    expect(await readFile(join(deb.system, 'usr/share/mime/packages/magnilab-desktop.xml'), 'utf8')).toContain('*.magnilab');
  });

  it('puts the command line on the path, and takes only that away again', async () => {
    expect(await control('postinst')).toContain("ln -sf '/opt/Magnilab/resources/bin/magnilab' '/usr/bin/magnilab'");
    const removal = await control('postrm');
    expect(removal).toContain("rm -f '/usr/bin/magnilab'");
    expect(removal).not.toMatch(/rm -r|\$HOME|\.cache|\.local|Magnilab\/\*/); // projects, settings, caches stay
    expect((await stat(join(deb.resources, 'bin/magnilab'))).mode & 0o111).toBe(0o111);
  });

  it('needs no Python and no compiler', async () => {
    const fields = (await run('dpkg-deb', ['--field', deb.archive])).stdout;
    expect(fields).not.toMatch(/python|g\+\+|gcc|make/);
  });

  it('is the one that SHA256SUMS names', async () => {
    const sums = await readFile(join(root, 'dist/SHA256SUMS'), 'utf8');
    for (const line of sums.trim().split('\n')) {
      const [hash, name] = line.split('  ');
      expect(await hashFile(join(root, 'dist', name)), name).toBe(hash);
    }
    expect(sums).toContain('.deb');
  });
});

const APPIMAGE = (await readdir(join(root, 'dist')).catch(() => [])).find((name) => name.endsWith('.AppImage'));
if (APPIMAGE === undefined)
  console.log('skipped: no AppImage was made, since squashfs-tools or desktop-file-utils is not installed');

describe.skipIf(APPIMAGE === undefined)('the AppImage', () => {
  const path = join(root, 'dist', APPIMAGE ?? '');
  const list = async () =>
    (await run('unsquashfs', ['-o', String(APPIMAGE_OFFSET), '-ls', '-d', '', path], { maxBuffer: 64e6 })).stdout.split('\n');

  it('holds the same app and the same runtime as the deb', async () => {
    const deb = await installDeb();
    const inside = new Set(await list());
    const ofDebs = 'resources/apparmor-profile'; // installed by a deb's script
    const missing = (await filesOf(deb.folder)).filter((file) => file !== ofDebs && !inside.has(`/${file}`));
    expect(missing).toEqual([]);
  });

  it('starts the app, and has its entry and icon', async () => {
    const inside = await list();
    expect(inside).toEqual(expect.arrayContaining(['/AppRun', '/magnilab-desktop.desktop', '/.DirIcon']));
    expect((await stat(path)).mode & 0o111).toBe(0o111);
  });
});
