/** What no file's name holds under Windows; `:` would lead into another stream of a file. */
const NOT_ON_WINDOWS = /[<>:"|?*]/;
/** Longer ones no file system takes. */
const MOST = 240;

/**
 * The path of an archive's entry below the folder it is unpacked to, with "/", whichever separators it was written with; null where it
 * leads out of the folder or is no path.
 */
export function safePath(name: string, platform: NodeJS.Platform = process.platform): string | null {
  if (/\p{Cc}/u.test(name)) return null;
  const path = name.replaceAll('\\', '/').normalize('NFC');
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return null;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.some((part) => part === '..' || Buffer.byteLength(part) > MOST)) return null;
  if (platform === 'win32' && parts.some((part) => NOT_ON_WINDOWS.test(part) || /[. ]$/.test(part))) return null;
  return parts.join('/');
}
