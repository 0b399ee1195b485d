/** The networks whose training step is measured: one of every family, at its own input size. */
export interface Network {
  readonly id: string;
  readonly batchSize: number;
}

export const NETWORKS: readonly Network[] = [
  { id: 'resnet18', batchSize: 16 },
  { id: 'mobilenetv3_small_100', batchSize: 16 },
  { id: 'vit_tiny_patch16_224', batchSize: 16 },
  { id: 'swin_tiny_patch4_window7_224', batchSize: 8 },
  { id: 'fnet2d_128_5', batchSize: 1 }, // one token per pixel: PyTorch's complex tensors take 2 GB per image
  { id: 'convmixer_1024_20_ks9_p14', batchSize: 8 },
  { id: 'mixer_s16_224', batchSize: 16 },
  { id: 'wavemix_224_10', batchSize: 8 },
];
