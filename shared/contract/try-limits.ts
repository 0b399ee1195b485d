/** What may be tried at once. Apart from the schemas: the first screen knows the limits, and is shown before any schema is fetched. */
export const TRY_LIMITS = {
  images: 50,
  /** that are given at once; folders among them hold images */
  paths: 1000,
  /** bytes of an image that comes over the wire */
  bytes: 40e6,
  /** bytes of one message's part of it: with base64 and its envelope it stays below what a message may be */
  part: 128 * 1024,
} as const;
