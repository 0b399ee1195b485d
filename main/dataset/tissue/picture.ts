import { hashCounters } from '../../../shared/domain/random.ts';
import { Ground } from './ground.ts';
import { paintNuclei } from './nuclei.ts';
import { FIELD_HEIGHT, FIELD_WIDTH, type Field, type Region } from './region.ts';
import { blur, develop, type Stain } from './stain.ts';

/** Draws one field of a region: RGB bytes [FIELD_HEIGHT, FIELD_WIDTH, 3]. */
export function renderField(region: Region, field: Field, stain: Stain): Uint8Array {
  const h = new Float32Array(FIELD_WIDTH * FIELD_HEIGHT);
  const e = new Float32Array(FIELD_WIDTH * FIELD_HEIGHT);
  const ground = new Ground(region, field.pixel);
  for (let row = 0, i = 0; row < FIELD_HEIGHT; row++) {
    const y = field.y + (row + 0.5) * field.pixel;
    for (let column = 0; column < FIELD_WIDTH; column++, i++) {
      const pigment = ground.at(field.x + (column + 0.5) * field.pixel, y);
      h[i] = pigment.h;
      e[i] = pigment.e;
    }
  }
  paintNuclei(region, field, { h, e });
  const sigma = Math.hypot(stain.cameraBlur, stain.lensBlur / field.pixel);
  blur(h, FIELD_WIDTH, FIELD_HEIGHT, sigma);
  blur(e, FIELD_WIDTH, FIELD_HEIGHT, sigma);
  return develop(h, e, FIELD_WIDTH, FIELD_HEIGHT, stain, hashCounters(region.salt, Math.round(field.pixel * 100)));
}
