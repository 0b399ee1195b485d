import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/reference/', import.meta.url);

/** A fixture that test/reference/make.py wrote. */
export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}

/** What test/reference/make.py measured of a network. */
export interface NetworkReference {
  batch: number;
  /** height, width */
  size: [number, number];
  /** added to the formula's parameters, by suffix of their names */
  shift: Record<string, number>;
  /** of the ten steps */
  learningRate: number;
  logits: [number, number][];
  loss: number;
  gradientNorms: Record<string, number>;
  tenSteps: number[];
}

/** Names of the networks with fixtures: an id of the catalogue, where needed with the side or height x width of its input. */
export function networkNames(): string[] {
  return readdirSync(new URL('networks/', FOLDER))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** The id in the catalogue of a network with fixtures. */
export function networkId(name: string): string {
  return name.replace(/(?<=_test)_\d+(x\d+)?$/, '');
}
