import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImageTable } from '../../../main/dataset/csv.ts';
import { readPartList } from '../../../main/dataset/part-list.ts';
import { decodeImage, hashPixels } from '../../../main/pictures/read-image.ts';
import { problemCodes } from '../../../shared/contract/dataset.ts';
import { LabError } from '../../../shared/contract/errors.ts';
import { Random } from '../../../shared/domain/random.ts';
import { picture, temporaryFolder, write } from '../../helpers/images.ts';
import { mutate } from '../../helpers/mutate.ts';
import { RGB_TAGS, tiffFile } from '../../helpers/tiff.ts';

/** Damaged copies of each kind; MUTATIONS asks for more. */
const COUNT = Number(process.env.MUTATIONS ?? 40);
const SECONDS = 10;

const [width, height] = [40, 30];
const pixels = Buffer.from(Array.from({ length: width * height * 3 }, (_, i) => (60 + ((i * 7919) % 190)) & 255));
const colour = { width, height, data: pixels, tags: [...RGB_TAGS, [305, 'somebody\0'] as const] };

async function seeds(): Promise<Record<string, Buffer>> {
  const raw = () => sharp(pixels, { raw: { width, height, channels: 3 } });
  return {
    png: await picture(1),
    palette: await raw().png({ palette: true, colours: 16 }).toBuffer(),
    jpeg: await raw().jpeg().toBuffer(),
    progressive: await raw()
      .jpeg({ progressive: true })
      .withExif({ IFD0: { Artist: 'somebody' } })
      .toBuffer(),
    tiff: tiffFile([colour]),
    big: tiffFile([colour, { ...colour, tags: [...RGB_TAGS, [254, [1]] as const] }], { bigTiff: true, bigEndian: true }),
    lzw: await raw().tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
  };
}

async function timed<T>(work: Promise<T>, what: string): Promise<T> {
  const started = performance.now();
  const result = await work;
  expect(performance.now() - started, what).toBeLessThan(SECONDS * 1000);
  return result;
}

describe('damaged copies, whatever the damage', { timeout: 600_000 }, () => {
  it.each(['png', 'palette', 'jpeg', 'progressive', 'tiff', 'big', 'lzw'])(
    '%s: decoded or reported, never more',
    async (kind) => {
      const file = (await seeds())[kind];
      const folder = temporaryFolder();
      const sound = await decodeImage(write(folder, 'sound.img', file));
      const whole = sound.ok && hashPixels(sound.width, sound.height, sound.data);
      const seen = new Map<string, number>();
      for (let i = 0; i < COUNT; i++) {
        const path = write(folder, `${i}.img`, mutate(file, new Random(i)));
        const result = await timed(decodeImage(path), `${kind} ${i}`);
        const outcome = result.ok ? 'decoded' : result.code;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        if (result.ok) expect(result.data.length).toBe(result.width * result.height * 3);
        else expect(problemCodes).toContain(result.code);
        // a PNG has checksums: what decodes is what was stored
        if (result.ok && kind === 'png') expect(hashPixels(result.width, result.height, result.data), `png ${i}`).toBe(whole);
      }
      expect(seen.size, `only ${[...seen.keys()].join()}`).toBeGreaterThan(1); // the damage does reach what is read
    },
  );

  it('tables and lists: read, or refused with a reason', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.png', 'b.png', 'c.png']) write(folder, name, 'x');
    const rows = 'a.png,0,40,p\nb.png,"1",100x,"q, r"\nc.png,malignant,2.5,s\n';
    const table = Buffer.from(`path,label,magnification,patient\n${rows}`);
    const list = Buffer.from('name,part\na.png,train\n"b.png",val\nc.png,test\n');
    for (let i = 0; i < COUNT; i++) {
      for (const [text, read] of [
        [table, (csv: string) => readImageTable(csv, folder)],
        [list, readPartList],
      ] as const) {
        const csv = write(folder, 'table.csv', mutate(text, new Random(i)));
        const outcome = await timed(
          read(csv).catch((error: unknown) => error),
          `table ${i}`,
        );
        if (outcome instanceof Error) expect(outcome, `table ${i}: ${outcome.stack}`).toBeInstanceOf(LabError);
      }
    }
  });
});
