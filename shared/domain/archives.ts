/** Of files that are read as archives of images. */
export const ARCHIVE_NAME = /\.(zip|tar|tgz|tar\.gz)$/i;

/** Whether a path is named as an archive of images that can be read. */
export function isArchiveName(path: string): boolean {
  return ARCHIVE_NAME.test(path);
}

/** The name of an archive without its ending: that of the folder into which it is unpacked. */
export function archiveTitle(path: string): string {
  const name = path.split(/[/\\]/).at(-1)!;
  return name.replace(ARCHIVE_NAME, '').replace(/[. ]+$/, '') || 'images';
}
