interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>>;
}

/** What the lock file says of the packages that are not for development alone, by name. */
export function licencesOf({ packages }: Lock): { name: string; version: string; licence: string }[] {
  const marker = 'node_modules/';
  const found = Object.entries(packages).flatMap(([path, { version, license, dev }]) =>
    path === '' || dev === true || version === undefined
      ? []
      : [{ name: path.slice(path.lastIndexOf(marker) + marker.length), version, licence: license ?? 'see its files' }],
  );
  const unique = new Map(found.map((one) => [`${one.name} ${one.version}`, one]));
  return [...unique.values()].sort((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1));
}
