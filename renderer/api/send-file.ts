import type { TriedImage } from '../../shared/contract/try.ts';
import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';
import type { Client } from './connection.ts';

/** `String.fromCharCode` takes so many arguments at once. */
const AT_ONCE = 8192;

/**
 * Sends an image that has no path here to the lab, part by part.
 * @throws CallError of the lab, which names the file; whatever the browser throws where it cannot read the file, e.g. a folder
 */
export async function sendFile(file: File, ask: Client['call'], signal?: AbortSignal): Promise<TriedImage> {
  const { name, size } = file;
  let upload: string | undefined;
  for (let offset = 0; ; offset += TRY_LIMITS.part) {
    const bytes = new Uint8Array(await file.slice(offset, offset + TRY_LIMITS.part).arrayBuffer());
    const sent = await ask('try.upload', { upload, name, size, offset, part: base64(bytes) }, { signal });
    if (sent.image) return sent.image;
    upload = sent.upload;
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += AT_ONCE) text += String.fromCharCode(...bytes.subarray(i, i + AT_ONCE));
  return btoa(text);
}
