const NAME = /\.(zip|tar|tgz|tar\.gz)$/i;

/** Whether a path is named as an archive of images that can be read. */
export function isArchiveName(path: string): boolean {
  return NAME.test(path);
}

/** The name of an archive without its ending: that of the folder into which it is unpacked. */
export function archiveTitle(path: string): string {
  const name = path.split(/[/\\]/).at(-1)!;
  return name.replace(NAME, '').replace(/[. ]+$/, '') || 'images';
}
