/** The studies that run or wait, the first to run first. */
export function queueOf<S extends { readonly queue: { readonly place: number } | null }>(studies: readonly S[]): S[] {
  return studies.filter(({ queue }) => queue !== null).sort((a, b) => a.queue!.place - b.queue!.place);
}
