/** Names with one of them in another place; what is no place is the nearest that is one. */
export function movedTo(names: readonly string[], name: string, place: number): string[] {
  const others = names.filter((other) => other !== name);
  return others.toSpliced(Math.max(0, place), 0, name);
}
