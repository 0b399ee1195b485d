import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the file system of an AppImage begins that was made with these tools. */
export const APPIMAGE_OFFSET = 4096;

/** Unpacks itself beside nothing and starts what is inside: an AppImage's own runtime mounts itself, which needs a program that no registry has. */
const RUNTIME = `#!/bin/sh
# Stands in for the runtime of an AppImage. Needs unsquashfs.
folder=$(mktemp -d) && unsquashfs -q -n -f -o ${APPIMAGE_OFFSET} -d "$folder" "$0" >/dev/null || exit 1
trap 'rm -rf "$folder"' EXIT
"$folder/AppRun" "$@"
exit $?
`;

/** Squeezed fast where nobody says how: the packages are for tests. */
const SQUASH = `#!/bin/sh
case " $* " in *" -comp "*) exec mksquashfs "$@" ;; *) exec mksquashfs "$@" -comp zstd -Xcompression-level 3 ;; esac
`;

/**
 * A folder of tools for electron-builder's AppImage target from what Debian has (squashfs-tools, desktop-file-utils).
 * @param folder to fill @param validate desktop-file-validate's path
 */
export async function makeAppImageTools(folder: string, validate = '/usr/bin/desktop-file-validate'): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const name of ['runtimes', 'lib/x64']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'mksquashfs'), SQUASH);
  await chmod(join(folder, 'mksquashfs'), 0o755);
  await symlink(validate, join(folder, 'desktop-file-validate'));
  await writeFile(join(folder, 'runtimes', 'runtime-x64'), RUNTIME.padEnd(APPIMAGE_OFFSET, '\n'));
}
