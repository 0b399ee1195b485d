import { en } from './en.ts';

interface Texts {
  readonly [key: string]: string | Texts;
}

/** The address of every text in a tree of texts: "screens.start". */
export type KeysOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${KeysOf<T[K]>}`;
}[keyof T & string];

/** A text of the catalogue; a key that is not there does not compile. */
export type TextKey = KeysOf<typeof en>;

type At<T, Key extends string> = Key extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : Key extends keyof T
    ? T[Key]
    : never;
/** the names in braces */
type Names<Message> = Message extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Params<Key extends TextKey> = Names<At<typeof en, Key>>;

/** One text in the language of the program. Its parameters are typed by the names in braces. */
export function text<Key extends TextKey>(
  key: Key,
  ...[params]: [Params<Key>] extends [never] ? [] : [params: Readonly<Record<Params<Key>, string | number>>]
): string {
  const message = key.split('.').reduce<string | Texts>((at, part) => (at as Texts)[part], en) as string;
  const values = (params ?? {}) as Readonly<Record<string, string | number>>;
  return message.replace(/\{(\w+)\}/g, (braces, name: string) => String(values[name] ?? braces));
}
