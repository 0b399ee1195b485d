/** Sections of images: what was answered wrongly, and the same cases at every magnification. */
import type { ReportPictures } from '../format.ts';
import { type Block, text } from './blocks.ts';

export function errorPictures(pictures: ReportPictures | null): Block[] {
  if (pictures === null) return [];
  const { errors, missing } = pictures;
  if (errors.length === 0) return [text(missing ? AWAY : 'No test image was answered wrongly.')];
  return [
    text('The surest wrong answers of every network, each trial on the magnification of its training and on others. A sure wrong answer is worth a look: a label, a stain, a fold of tissue.'), // prettier-ignore
    { kind: 'pictures', rows: errors },
    ...(missing ? [text(AWAY)] : []),
  ];
}

export function casePictures(pictures: ReportPictures | null): Block[] {
  if (pictures === null) return [];
  const { cases, missing } = pictures;
  if (cases.length === 0) return [text(missing ? AWAY : 'No case was tested at more than one magnification.')];
  return [
    text('One image of a case at every magnification, with what the network said that keeps most, and whether it was right.'),
    { kind: 'pictures', rows: cases },
  ];
}

const AWAY = 'Images that are no longer where they were, or are no longer what was tested, are not shown.';
