/** Which part of an image a network is shown in validation and test: plain geometry, for pixels and for frames drawn over pictures. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Framing {
  /** height, width of the network's input */
  readonly inputSize: readonly [number, number];
  /** "crop": short side to size / cropPct, then the centre (timm); "full frame": the whole image squeezed; "none": taken as it is */
  readonly mode: 'crop' | 'full frame' | 'none';
  readonly cropPct: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The part of an image that the network is shown, in the image's pixels: fractions of them where it is resized.
 */
export function seenBox(image: Size, { inputSize, mode, cropPct }: Framing): Box {
  if (mode !== 'crop') return { x: 0, y: 0, width: image.width, height: image.height };
  const { resizedWidth, resizedHeight, left, top } = cropOf(image, inputSize, cropPct);
  const [across, down] = [image.width / resizedWidth, image.height / resizedHeight];
  return { x: left * across, y: top * down, width: inputSize[1] * across, height: inputSize[0] * down };
}

/** timm: the image just covers size / cropPct, keeping its proportions; torchvision rounds the long side down. */
export function cropOf({ width, height }: Size, inputSize: readonly [number, number], cropPct: number) {
  const scale = Math.max(Math.floor(inputSize[0] / cropPct) / height, Math.floor(inputSize[1] / cropPct) / width);
  const [resizedWidth, resizedHeight] = [Math.floor(width * scale + 1e-6), Math.floor(height * scale + 1e-6)];
  const left = roundHalfToEven((resizedWidth - inputSize[1]) / 2); // as Python rounds in torchvision
  const top = roundHalfToEven((resizedHeight - inputSize[0]) / 2);
  return { resizedWidth, resizedHeight, left, top };
}

function roundHalfToEven(n: number): number {
  const floor = Math.floor(n);
  return n - floor === 0.5 ? floor + (floor % 2) : Math.round(n);
}
