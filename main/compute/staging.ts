/** Splits in a staging folder, by their hashes; trials lie beside it by their ids, which are never called so. */
export const STAGED_SPLITS = 'splits';
