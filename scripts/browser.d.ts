/** A Chromium that starts: MAGNILAB_CHROMIUM, Playwright's own, or the system's. */
export function findChromium(): string | null;
export const CHROMIUM_FLAGS: string[];
