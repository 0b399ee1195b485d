import { seenBox } from '../../shared/domain/framing.ts';
import { type EvaluationView, type Filter, type Mirror, type Pixels, resize } from './resample.ts';

/** Where in the image: 0 at its left or upper edge, 1 at the other; the middle is what a test shows. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const MIDDLE: Place = { x: 0.5, y: 0.5 };
const UNMIRRORED: Mirror = { horizontally: false, vertically: false };

export interface Zoomed {
  readonly view: EvaluationView;
  /** how much larger than in the view itself tissue is shown: 2 where a cell covers twice as many pixels across */
  readonly zoom: number;
  readonly filter?: Filter;
  readonly place?: Place;
  readonly mirror?: Mirror;
}

/**
 * What a network sees of an image at another scale, antialiased where that shrinks. Where the image ends before the view does, it
 * goes on mirrored: there is no tissue to show, and a border would be a mark of its own.
 * @param target receives [inputSize[0], inputSize[1], 3]
 */
export function zoomInto(
  image: Pixels,
  { view, zoom, filter = view.filter, place = MIDDLE, mirror = UNMIRRORED }: Zoomed,
  target: Uint8Array,
): void {
  const [height, width] = view.inputSize;
  const seen = seenBox(image, view);
  const box = { width: Math.max(1, Math.round(seen.width / zoom)), height: Math.max(1, Math.round(seen.height / zoom)) };
  if (box.width <= image.width && box.height <= image.height) {
    const x = Math.round((image.width - box.width) * place.x);
    const y = Math.round((image.height - box.height) * place.y);
    resize(image, { x, y, ...box }, width, height, filter, target, mirror);
    return;
  }
  const small = { width: shrunk(image.width, width / box.width), height: shrunk(image.height, height / box.height) };
  const data = new Uint8Array(small.width * small.height * 3);
  resize(image, { x: 0, y: 0, width: image.width, height: image.height }, small.width, small.height, filter, data, mirror);
  const columns = mirrored(small.width, width, place.x);
  const rows = mirrored(small.height, height, place.y);
  let at = 0;
  for (const row of rows)
    for (const column of columns) {
      const from = (row * small.width + column) * 3;
      target[at++] = data[from];
      target[at++] = data[from + 1];
      target[at++] = data[from + 2];
    }
}

function shrunk(size: number, scale: number): number {
  return Math.max(1, Math.round(size * scale));
}

/** For each pixel of a line of `length` the pixel of the image that stands there: the image in the middle, mirrored beyond its ends. */
function mirrored(size: number, length: number, place: number): number[] {
  const start = size >= length ? Math.round((size - length) * place) : Math.round((size - length) / 2 + (place - 0.5) * 2 * size);
  const period = 2 * size;
  return Array.from({ length }, (_, i) => {
    const at = (((start + i) % period) + period) % period;
    return at < size ? at : period - 1 - at;
  });
}
