/** What the probe process prints on stdout: that TensorFlow loads and computes, or why not. */
export type ProbeAnswer =
  | { readonly ok: true; readonly libtensorflow: string; readonly device: 'cpu' | 'gpu' }
  | { readonly ok: false; readonly code: string; readonly message: string };
