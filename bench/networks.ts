/** The networks whose training step is measured: at least one of every family. */
export interface Network {
  readonly id: string;
  readonly batchSize: number;
}

export const NETWORKS: readonly Network[] = [
  { id: 'resnet18', batchSize: 16 },
  { id: 'resnet50', batchSize: 16 },
  { id: 'mobilenetv3_small_100', batchSize: 16 },
  { id: 'vit_tiny_patch16_224', batchSize: 16 },
  { id: 'vit_small_patch16_224', batchSize: 16 },
  { id: 'swin_tiny_patch4_window7_224', batchSize: 16 },
  { id: 'fnet2d_128_5', batchSize: 2 }, // one token per pixel: more do not fit into memory everywhere
  { id: 'convmixer_768_32', batchSize: 16 },
  { id: 'mixer_s16_224', batchSize: 16 },
  { id: 'wavemix_224_10', batchSize: 16 },
];
