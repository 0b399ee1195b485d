/** Path of Electron's executable, or null when it was not downloaded. */
export function findElectron(): string | null;
/** Tries once to download the runtime, quietly. */
export function downloadElectron(): string | null;
