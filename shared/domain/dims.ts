/** What fixes the shape of a network, by family. main/models builds from it, estimates.ts counts with it. */
export interface FamilyDims {
  readonly resnet: ResNetDims;
  readonly mobilenetv3: MobileNetV3Dims;
  readonly vit: ViTDims;
  readonly swin: SwinDims;
  readonly fnet2d: FNet2dDims;
  readonly convmixer: ConvMixerDims;
  readonly mixer: MixerDims;
  readonly wavemix: WaveMixDims;
}

export interface ResNetDims {
  readonly block: 'basic' | 'bottleneck';
  /** blocks per stage */
  readonly depths: readonly number[];
  /** channels inside the blocks of each stage; a bottleneck gives four times as many */
  readonly widths: readonly number[];
}

export interface MobileNetV3Dims {
  /** channels of the stem */
  readonly stem: number;
  readonly blocks: readonly InvertedResidual[];
  /** the 1x1 convolution behind the blocks */
  readonly last: { readonly name: string; readonly input: number; readonly output: number };
}

export interface InvertedResidual {
  /** timm's */
  readonly name: string;
  readonly input: number;
  /** channels of the depthwise convolution; equal to `input` where nothing expands them */
  readonly expanded: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  /** channels inside squeeze-excite, where there is one */
  readonly squeeze: number | null;
  readonly activation: 'relu' | 'hard-swish';
  /** the first block has no 1x1 convolution in front; timm then calls the one behind `conv_pw` */
  readonly separable: boolean;
}

export interface ViTDims {
  /** side of a patch in pixels */
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

export interface SwinDims {
  readonly patch: number;
  /** channels of the first stage; each further stage has twice as many */
  readonly dim: number;
  /** blocks per stage */
  readonly depths: readonly number[];
  /** attention heads per stage */
  readonly heads: readonly number[];
  /** side of a window in tokens */
  readonly window: number;
  /** stochastic depth of the last block; it grows linearly from 0 */
  readonly dropPath: number;
}

export interface FNet2dDims {
  readonly dim: number;
  readonly depth: number;
  /** the feed-forward's hidden channels, in multiples of dim */
  readonly mult: number;
  /** 1: one token per pixel, as published; larger: the stem's second convolution takes patches of so many pixels */
  readonly patch: number;
  readonly dropout: number;
}

export interface ConvMixerDims {
  readonly dim: number;
  readonly depth: number;
  readonly kernel: number;
  readonly patch: number;
  readonly activation: 'gelu' | 'relu';
}

export interface MixerDims {
  readonly patch: number;
  readonly dim: number;
  readonly depth: number;
  /** hidden units of the MLP over tokens */
  readonly tokenDim: number;
  /** hidden units of the MLP over channels */
  readonly channelDim: number;
}

/** arXiv 2205.14375 */
export interface WaveMixDims {
  readonly dim: number;
  readonly depth: number;
  /** levels of the wavelet transform */
  readonly level: 1 | 2 | 3 | 4;
  /** channels in front of the upsampling */
  readonly ff: number;
  readonly mult: number;
  readonly patch: number;
  readonly dropout: number;
}
