/** For an option that is given again for each further value. */
export function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
