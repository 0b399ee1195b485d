interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  /** by where they are installed: "node_modules/a/node_modules/b"; "" is the project */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const FOLDER = 'node_modules/';

/** The packages of a name that code imports: "naive-ui", "@vueuse/core". */
export function packageOf(imported: string): string {
  return imported.split('/').slice(0, imported.startsWith('@') ? 2 : 1).join('/'); // prettier-ignore
}

/** What the lock file says of some packages and of all that they need, by name. */
export function licencesOf({ packages }: Lock, roots: Iterable<string>): { name: string; version: string; licence: string }[] {
  const found = new Map<string, LockedPackage>();
  const open = [...roots].map((name) => FOLDER + name);
  while (open.length > 0) {
    const path = open.pop()!;
    const own = packages[path];
    if (found.has(path) || own?.version === undefined) continue; // one of another system
    found.set(path, own);
    for (const name of Object.keys({ ...own.dependencies, ...own.optionalDependencies }))
      open.push(placeOf(packages, path, name));
  }
  const rows = [...found].map(([path, { version, license }]) => ({
    name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length),
    version: version!,
    licence: license ?? 'see its files',
  }));
  const unique = new Map(rows.map((one) => [`${one.name} ${one.version}`, one]));
  return [...unique.values()].sort((a, b) => (a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1));
}

/** Where Node finds a package that another asks for: beside it or further out. */
function placeOf(packages: Lock['packages'], from: string, name: string): string {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf(FOLDER) - 1))) {
    const place = `${at}/${FOLDER}${name}`;
    if (place in packages) return place;
  }
  return FOLDER + name;
}
