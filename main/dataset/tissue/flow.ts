import { noise } from './noise.ts';

/** The direction in which collagen runs: straight bundles, bent by smooth noise. Coordinates and distances in um. */
export class Flow {
  private readonly cos: number;
  private readonly sin: number;
  private readonly salt: number;
  private readonly waviness: number;

  constructor(angle: number, waviness: number, salt: number) {
    this.cos = Math.cos(angle);
    this.sin = Math.sin(angle);
    this.salt = salt;
    this.waviness = waviness;
  }

  /** Position along the fibres. */
  along(x: number, y: number): number {
    return x * this.cos + y * this.sin;
  }

  /** Position across the fibres: a fibre is a line on which this is constant. */
  across(x: number, y: number): number {
    const bend = noise(x / 85, y / 85, this.salt) * 38 + noise(x / 24, y / 24, this.salt + 1) * 6;
    return y * this.cos - x * this.sin + this.waviness * bend;
  }

  /** Heading of the fibre through a point, in radians. */
  heading(x: number, y: number): number {
    const gx = this.across(x + 1, y) - this.across(x - 1, y);
    const gy = this.across(x, y + 1) - this.across(x, y - 1);
    return Math.atan2(-gx, gy);
  }
}
