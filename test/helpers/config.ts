import { presetPlan } from '../../shared/contract/plan.ts';
import type { TrialConfig } from '../../shared/contract/trial.ts';

/** The configuration of a small trial without images, and what is changed of it. */
export function trialConfig(change: Partial<TrialConfig> & Pick<TrialConfig, 'dataset' | 'train'>): TrialConfig {
  const { training, augmentation } = presetPlan('quick', 'Q', change.dataset.folder);
  return {
    format: 2,
    id: 'trial',
    study: 'Q',
    task: 'malignancy',
    classes: ['benign', 'malignant'],
    positive: 'malignant',
    model: 'resnet18',
    trainSet: 40,
    testMagnifications: [40],
    views: ['native'],
    fold: null,
    seed: 0,
    protocol: 'quick',
    inputSize: [64, 64],
    evaluation: 'crop',
    training,
    augmentation,
    splitSha256: 'x',
    validation: [],
    test: [],
    cacheFolder: '/cache',
    magnilabVersion: '0.1.0',
    ...change,
  };
}
