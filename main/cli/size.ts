import { LabError } from '../../shared/contract/errors.ts';

/** "224" or "448x672" as height and width. @throws LabError "bad-input" */
export function parseSize(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (!match) throw new LabError('bad-input', `--size: "${text}" is not a size; write 224 or 448x672.`, { field: 'size' });
  return [Number(match[1]), Number(match[2] ?? match[1])];
}
