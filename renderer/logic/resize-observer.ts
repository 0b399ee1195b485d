/** In the place of a library that brings one to browsers without (vite.config.ts): every browser that shows this page has its own. */

/** @public */
export const ResizeObserver = globalThis.ResizeObserver;
/** @public */
export const ResizeObserverEntry = globalThis.ResizeObserverEntry;
