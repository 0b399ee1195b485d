import { chmod, copyFile, mkdir, readdir, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import { hashFile } from '../platform/atomic.ts';
import { cacheFolder } from '../platform/paths.ts';
import { unzip } from '../platform/unzip.ts';
import { download, indexAddress, sizeOf } from './download.ts';
import { type Device, findRuntime, readRuntime, runtimeFolder } from './find.ts';
import { record, type Way } from './way.ts';
import { bytesOf, unpackedRoom, type WheelFile, wheelsOf } from './wheel-list.ts';

type Options = Parameters<Way>[2];

/** Where the wheels of an index are kept until they are installed. */
export const wheelFolder = (): string => cacheFolder('runtime', 'wheels');

/**
 * Downloads the wheels by the lab's own client and unpacks them: no pip, no compiler. What was downloaded is kept, also as parts of
 * files, until everything is installed.
 * @param index see {@link indexSetting}
 */
export function fromIndex(index: string | null, listOf = wheelsOf): Way {
  return async (staging, device, options) => {
    requireLinux();
    if (index === null)
      throw new Error(
        'no package index is named: give its address by --index or in Settings under "GPU add-on", ' +
          'or by the environment variable MAGNILAB_INDEX or PIP_INDEX_URL',
      );
    indexAddress(index); // a mistyped one is told before anything starts
    const addon = requireAddon();
    const list = listOf(device);
    const folder = wheelFolder();
    await mkdir(folder, { recursive: true });
    const missing = await Promise.all(list.map(async (wheel) => wheel.bytes - (await bytesThere(folder, wheel))));
    await requireRoom(
      folder,
      missing.reduce((sum, bytes) => sum + bytes, unpackedRoom(list)),
    );
    const total = bytesOf(list);
    let done = 0;
    for (const wheel of list) {
      const path = join(folder, wheel.file);
      const onBytes = (bytes: number) => options.onProgress?.({ phase: 'download', done: done + bytes, total });
      onBytes(await bytesThere(folder, wheel));
      if (!(await isPublished(path, wheel, options.signal))) {
        await rm(path, { force: true });
        await download(index, wheel, path, { signal: options.signal, onBytes });
      }
      done += wheel.bytes;
    }
    return record(staging, 'wheel', device, wheels.version, await unpack(staging, folder, list, addon, options));
  };
}

/** Removes the wheels of a runtime that is installed. */
export async function forgetDownloads(device: Device): Promise<void> {
  for (const { file } of wheelsOf(device)) await rm(join(wheelFolder(), file), { force: true });
  await rmdir(wheelFolder()).catch(() => {}); // another device's are there, or there was none
}

/** Unpacks wheels that were carried here in a folder, which stays as it is. */
export function fromFolder(folder: string, listOf = wheelsOf): Way {
  return async (staging, device, options) => {
    requireLinux();
    const addon = requireAddon();
    const list = listOf(device);
    await requireAll(folder, list, options);
    await requireRoom(dirname(staging), unpackedRoom(list));
    return record(staging, 'wheel', device, wheels.version, await unpack(staging, folder, list, addon, options));
  };
}

/** The address of the package index: as given, or as the environment names it to Magnilab or to pip; null where none is named. */
export function indexSetting(given?: string): string | null {
  return given?.trim() || process.env.MAGNILAB_INDEX?.trim() || process.env.PIP_INDEX_URL?.trim() || null;
}

function requireLinux(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`there are no wheels for ${process.platform} ${process.arch}, only for linux x64`);
}

/**
 * The addon of a runtime that is there, or null. It speaks to TensorFlow's C interface and to Node's stable one, and finds its
 * libraries beside itself: the same file serves CPU and GPU.
 */
export function addonThere(): string | null {
  for (const runtime of [readRuntime(runtimeFolder('cpu')), findRuntime()]) {
    if (runtime?.record.source === 'wheel' && runtime.record.libtensorflow === wheels.version)
      return join(runtime.folder, runtime.record.binding);
  }
  return null;
}

function requireAddon(): string {
  const addon = addonThere();
  if (addon) return addon;
  throw new Error(
    `the addon that speaks to TensorFlow ${wheels.version} is taken from a CPU runtime, and there is none: ` +
      'run "magnilab runtime install --device cpu" first',
  );
}

async function bytesThere(folder: string, { file, bytes }: WheelFile): Promise<number> {
  const path = join(folder, file);
  return Math.min(bytes, (await sizeOf(path)) || (await sizeOf(`${path}.part`)));
}

async function isPublished(path: string, { bytes, sha256 }: WheelFile, signal?: AbortSignal): Promise<boolean> {
  return (await sizeOf(path)) === bytes && (await hashFile(path, signal)) === sha256;
}

/** @throws LabError "disk-full" with the numbers */
async function requireRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new LabError(
    'disk-full',
    `The runtime does not fit into ${folder}: it needs up to ${gigabytes(needed)} with its downloads, ${gigabytes(free)} are free. ` +
      'Free some room, or set MAGNILAB_CACHE to a folder on another disk.',
    { path: folder, needed, free },
  );
}

/** @throws Error that names every wheel that is not there or not the published one */
async function requireAll(folder: string, list: readonly WheelFile[], { signal, onProgress }: Options): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`the folder of wheels ${folder} cannot be read (${error.code})`, { cause: error });
  });
  const faults: string[] = [];
  const total = bytesOf(list);
  let done = 0;
  for (const wheel of list) {
    onProgress?.({ phase: 'verify', done, total });
    done += wheel.bytes;
    const path = join(folder, wheel.file);
    if (!names.includes(wheel.file)) faults.push(`${wheel.file} is missing`);
    else if (!(await isPublished(path, wheel, signal)))
      faults.push(
        `${wheel.file} is not the published file (${(await stat(path)).size} of ${wheel.bytes} bytes, or another SHA-256)`,
      );
  }
  if (faults.length > 0) throw new Error(`${folder}: ${faults.join('; ')}`);
}

/**
 * Libraries go where TensorFlow's own library looks for them: beside itself, and in ../nvidia/NAME/lib; XLA's compiler and its
 * bitcode in ../nvidia/cuda_nvcc.
 * @returns the addon, relative to the staging folder
 */
async function unpack(
  staging: string,
  folder: string,
  list: readonly WheelFile[],
  addon: string,
  { signal, onProgress }: Options,
): Promise<string> {
  const total = bytesOf(list);
  let done = 0;
  for (const wheel of list) {
    onProgress?.({ phase: 'unpack', done, total });
    await unzip(
      join(folder, wheel.file),
      (entry) => {
        const place = placeOf(entry, wheel.package);
        return place === null ? null : join(staging, place);
      },
      signal,
    );
    done += wheel.bytes;
  }
  const programs = join(staging, PROGRAMS); // a zip archive's modes are not kept
  for (const name of await readdir(programs).catch(() => [])) await chmod(join(programs, name), 0o755);
  const binding = 'lib/napi-v8/tfjs_binding.node';
  await mkdir(dirname(join(staging, binding)), { recursive: true });
  await copyFile(addon, join(staging, binding));
  return binding;
}

const PROGRAMS = 'deps/nvidia/cuda_nvcc/bin';

/** Where an entry of a wheel goes in a runtime; null: it is not needed. Licences stay with what they are of. */
export function placeOf(entry: string, packageName: string): string | null {
  const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib))$/.exec(entry);
  if (library) return `deps/lib/${library[1]}`;
  if (/^nvidia\/\w+\/lib\/[^/]+\.so[^/]*$/.test(entry)) return `deps/${entry}`;
  if (/^nvidia\/cuda_nvcc\/(?:bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/.test(entry)) return `deps/${entry}`;
  const notice =
    /^[^/]+\.dist-info\/(?:licenses\/)?((?:licen[cs]e|notice|copying|authors)[^/]*)$/i.exec(entry) ??
    /^tensorflow\/(THIRD_PARTY_NOTICES\.txt)$/.exec(entry);
  return notice ? `deps/licenses/${packageName}/${notice[1]}` : null;
}
