/** The eight families of the study, in the order in which they are shown. */
export type Family = 'resnet' | 'mobilenetv3' | 'vit' | 'swin' | 'fnet2d' | 'convmixer' | 'mixer' | 'wavemix';

export interface FamilyFacts {
  readonly family: Family;
  readonly name: string;
  readonly kind: 'convolutional' | 'attention' | 'token mixer';
  /** whether the last features lie on a map [N, H, W, C]; ViT classifies by a token that stands for no place */
  readonly featureMap: boolean;
  readonly citation: string;
  readonly url: string;
}

export const FAMILIES: readonly FamilyFacts[] = [
  {
    family: 'resnet',
    name: 'ResNet',
    kind: 'convolutional',
    featureMap: true,
    citation: 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition. CVPR 2016.',
    url: 'https://arxiv.org/abs/1512.03385',
  },
  {
    family: 'mobilenetv3',
    name: 'MobileNetV3',
    kind: 'convolutional',
    featureMap: true,
    citation:
      'Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam: Searching for MobileNetV3. ICCV 2019.',
    url: 'https://arxiv.org/abs/1905.02244',
  },
  {
    family: 'vit',
    name: 'ViT',
    kind: 'attention',
    featureMap: false,
    citation: 'Dosovitskiy et al.: An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale. ICLR 2021.',
    url: 'https://arxiv.org/abs/2010.11929',
  },
  {
    family: 'swin',
    name: 'Swin Transformer',
    kind: 'attention',
    featureMap: true,
    citation:
      'Liu, Lin, Cao, Hu, Wei, Zhang, Lin, Guo: Swin Transformer: Hierarchical Vision Transformer using Shifted Windows. ICCV 2021.',
    url: 'https://arxiv.org/abs/2103.14030',
  },
  {
    family: 'fnet2d',
    name: '2D-FNet',
    kind: 'token mixer',
    featureMap: true,
    citation: 'Jeevan, Sethi: Convolutional Xformers for Vision. 2022; after Lee-Thorp et al.: FNet. NAACL 2022.',
    url: 'https://arxiv.org/abs/2201.10271',
  },
  {
    family: 'convmixer',
    name: 'ConvMixer',
    kind: 'token mixer',
    featureMap: true,
    citation: 'Trockman, Kolter: Patches Are All You Need? TMLR 2023.',
    url: 'https://arxiv.org/abs/2201.09792',
  },
  {
    family: 'mixer',
    name: 'MLP-Mixer',
    kind: 'token mixer',
    featureMap: true,
    citation: 'Tolstikhin et al.: MLP-Mixer: An all-MLP Architecture for Vision. NeurIPS 2021.',
    url: 'https://arxiv.org/abs/2105.01601',
  },
  {
    family: 'wavemix',
    name: 'WaveMix',
    kind: 'token mixer',
    featureMap: true,
    citation: 'Jeevan, Viswanathan, Anandu, Sethi: WaveMix: A Resource-efficient Neural Network for Image Analysis. 2022.',
    url: 'https://arxiv.org/abs/2205.14375',
  },
];
