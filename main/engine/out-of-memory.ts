/** Whether an error's message, or the last words of a process, say that memory ran out. */
export function isOutOfMemory(message: string): boolean {
  return /resource.?exhausted|out of memory|\bOOM\b|bad_alloc|failed to allocate/i.test(message);
}
