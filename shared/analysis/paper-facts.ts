/**
 * What the study that Magnilab repeats printed as text (Jeevan, Kurian, Sethi, arXiv 2302.11488): its table is a picture, and no
 * number is made up.
 */
import { findVariant } from '../domain/catalogue.ts';
import { countedSquares, type Matrix } from './matrix.ts';

interface PaperFact {
  /** as the paper calls it */
  readonly network: string;
  /** of the variant with this id, or of the entry of this family */
  readonly variant?: string;
  readonly family?: string;
  readonly what: string;
  /** accuracy, a share of 1 */
  readonly value: number;
  readonly of: (matrix: Matrix) => number | null;
  /** of all squares */
  readonly mean?: true;
}

const lowest = ({ squares }: Matrix) => {
  const values = countedSquares(squares.flat()).map(({ value }) => value);
  return values.length === 0 ? null : Math.min(...values);
};

export const PAPER_FACTS: readonly PaperFact[] = [
  {
    network: 'WaveMix-224/10',
    variant: 'wavemix_224_10',
    what: 'mean over all magnifications',
    value: 0.9172,
    of: ({ overallMean }) => overallMean,
    mean: true,
  },
  { network: 'WaveMix', family: 'wavemix', what: 'lowest square, "never below"', value: 0.87, of: lowest },
  { network: 'ConvMixer', family: 'convmixer', what: 'lowest square', value: 0.81, of: lowest },
  { network: 'ResNet-34', variant: 'resnet34', what: 'lowest square', value: 0.78, of: lowest },
];

export const PAPER_FINDINGS = [
  'ConvMixer is best at the magnification of training, ResNet-34 almost equal.',
  'Convolutional networks are above transformers; MLP-Mixer and 2D-FNet are like transformers.',
  'Transformers and MLP-Mixer drop when trained on 40x.',
  '2D-FNet takes 4 to 8 times the GPU memory.',
] as const;

/** The network of this study that a fact is about: of a family the one with the highest mean; null where it has none. */
export function factMatrix(fact: PaperFact, all: readonly Matrix[]): Matrix | null {
  const own = all.filter(({ model }) => model === fact.variant || (fact.family && findVariant(model)?.family === fact.family));
  return own.reduce<Matrix | null>((best, one) => ((one.overallMean ?? -1) > (best?.overallMean ?? -1) ? one : best), null);
}
