/**
 * Pictures reach the page by address, relative to the page: the lab gives a picture's name over the connection, the page adds how
 * wide it needs it. A name holds the hash of the picture's pixels and the lab's signature of it, so that an address cannot be guessed.
 */
export const PICTURES = 'picture/';

/** In pixels. */
export const PICTURE_WIDTHS = { least: 16, most: 1400 } as const;

/** @param name as the lab gave it @param width in pixels; a picture is never enlarged */
export function pictureAddress(name: string, width: number): string {
  return `${PICTURES}${name}/${width}.webp`;
}

/** A layer over a whole picture, as large as it was made. */
export function layerAddress(name: string): string {
  return `${PICTURES}${name}/layer.png`;
}

/** A page of its own, to be shown in a frame. */
export function framedAddress(name: string): string {
  return `${PICTURES}${name}/page.html`;
}
