import sharp from 'sharp';

/** Half of what is drawn, in each direction: enough to look at, and a quarter of the bytes. */
export const PACKED_SIZE = { width: 350, height: 230 } as const;

/** A picture of demo tissue as it is packed: small, with losses that hardly show. @param png as it was drawn */
export async function packPicture(png: Buffer | string): Promise<Buffer> {
  return sharp(png).resize(PACKED_SIZE).webp({ quality: 45, effort: 6 }).toBuffer();
}

/**
 * The same as an image file that everything reads. Decoding WebP is defined to the bit, so the pixels are the same everywhere;
 * they are hardly compressed, since they are written while somebody waits.
 */
export async function unpackPicture(webp: Buffer): Promise<Buffer> {
  return sharp(webp)
    .withExif({ IFD0: { ImageDescription: 'Magnilab synthetic tissue' } })
    .png({ compressionLevel: 1, adaptiveFiltering: false })
    .toBuffer();
}

/** What README.txt says of the pictures beside what it says of all demo tissue. */
export const PACKED_NOTE = `
These copies have half the size in each direction: ${PACKED_SIZE.width} x ${PACKED_SIZE.height} pixels, each of which is twice as wide as said above.
`;
