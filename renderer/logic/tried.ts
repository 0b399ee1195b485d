import type { NetworkChoice, TriedAnswer, TriedFailure, TriedImage, TriedNetwork } from '../../shared/contract/try.ts';

import { times, trainSetText } from './format.ts';

/** Whether a network was trained on images of an image's magnification. */
export type Nearness = 'same' | 'other' | 'unknown';

export type Said = TriedAnswer | TriedFailure;

/** A network and what it says of one image. */
export interface TriedRow {
  readonly key: string;
  readonly network: TriedNetwork;
  readonly nearness: Nearness;
  /** null while it has not been asked */
  readonly said: Said | null;
}

/** How many networks that tell the same classes apart say the same. */
export interface Agreement {
  readonly classes: readonly string[];
  /** class -> networks that say so, the most frequent first */
  readonly votes: readonly { readonly label: string; readonly networks: number }[];
  /** that have answered */
  readonly networks: number;
}

export function isRefusal(said: Said): said is TriedFailure {
  return 'error' in said;
}

/** Unique among networks. */
export function networkKey(choice: NetworkChoice): string {
  return 'trial' in choice ? `trial ${choice.trial}` : `weights ${choice.model ?? ''} ${choice.weights}`;
}

/** Unique among answers. */
export function answerKey(choice: NetworkChoice, image: string): string {
  return `${image} ${networkKey(choice)}`;
}

export function nearnessOf({ magnifications }: TriedNetwork, magnification: number | null): Nearness {
  if (magnification === null || magnifications === null) return 'unknown';
  return magnifications.includes(magnification) ? 'same' : 'other';
}

/** "40×", "all but 40×", "pooled"; null where that is not known. */
export function trainedOn({ arm, magnifications }: TriedNetwork): string | null {
  return arm ? trainSetText(arm.trainSet) : (magnifications?.map(times).join(', ') ?? null);
}

/** How far a network's training is from a magnification: 0 that one alone, 1 others too, 2 others only or not known. */
function distance(network: TriedNetwork, magnification: number | null): number {
  if (nearnessOf(network, magnification) !== 'same') return 2;
  return network.magnifications!.length === 1 ? 0 : 1;
}

/** The order in which networks are asked: those that stand first beside one of the images. */
export function askingOrder(networks: readonly TriedNetwork[], magnifications: readonly (number | null)[]): TriedNetwork[] {
  const nearest = (network: TriedNetwork) => Math.min(...magnifications.map((m) => distance(network, m)), 2);
  return networks.toSorted((a, b) => nearest(a) - nearest(b)); // stable
}

/** The networks with their answers to one image: those that were trained on its magnification first, else in their order. */
export function triedRows(
  { id }: Pick<TriedImage, 'id'>,
  networks: readonly TriedNetwork[],
  magnification: number | null,
  answers: ReadonlyMap<string, Said>,
): TriedRow[] {
  const rows = networks.map((network) => ({
    key: networkKey(network.choice),
    network,
    nearness: nearnessOf(network, magnification),
    said: answers.get(answerKey(network.choice, id)) ?? null,
  }));
  return rows.sort((a, b) => distance(a.network, magnification) - distance(b.network, magnification)); // stable
}

/** One for each set of classes, in the order of the rows: networks of other classes answer another question. */
export function agreementsOf(rows: readonly TriedRow[]): Agreement[] {
  const answered = rows.flatMap(({ said }) => (said && !isRefusal(said) ? [said] : []));
  const groups = Map.groupBy(answered, ({ classes }) => JSON.stringify(classes.toSorted()));
  return [...groups.values()].map((group) => ({
    classes: group[0].classes,
    votes: [...Map.groupBy(group, ({ predicted }) => predicted)]
      .map(([label, own]) => ({ label, networks: own.length }))
      .sort((a, b) => b.networks - a.networks),
    networks: group.length,
  }));
}
