import { open } from 'node:fs/promises';
import { type Epoch, resumePointSchema } from '../../shared/contract/trial.ts';

const MAX_HEADER_BYTES = 100_000_000;

/**
 * The finished epochs as a resume point knows them, from the header of its file alone; null where there is none to be read, or
 * where it is of before resume points kept them. The file's weights are not looked at.
 */
export async function readResumeRows(path: string): Promise<readonly Epoch[] | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const length = Number((await read(file, 0, 8)).readBigUInt64LE(0));
    if (length > MAX_HEADER_BYTES) return null;
    const header = JSON.parse((await read(file, 8, length)).toString('utf8')) as { __metadata__?: { point?: string } };
    const point = resumePointSchema.safeParse(JSON.parse(header.__metadata__?.point ?? 'null'));
    return point.success && point.data.rows?.length === point.data.epoch ? point.data.rows : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function read(file: Awaited<ReturnType<typeof open>>, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Error('the file is shorter than its header');
  return buffer;
}
