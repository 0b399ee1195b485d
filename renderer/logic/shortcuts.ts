/** Whether "Mod" is Cmd. */
export const isMac = /Mac|iP/.test(navigator.platform);

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** Whether an event is the shortcut: "Mod+Shift+W", "Alt+2". Digits are told by their key's place: Alt changes what they type. */
export function matchesShortcut(shortcut: string, event: Keys, mac = isMac): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop()!;
  const [mod, alt, shift] = ['Mod', 'Alt', 'Shift'].map((name) => parts.includes(name));
  const pressed = /^\d$/.test(key) ? event.code === `Digit${key}` : event.key.toUpperCase() === key;
  return (
    pressed &&
    event.ctrlKey === (mod && !mac) &&
    event.metaKey === (mod && mac) &&
    event.altKey === alt &&
    event.shiftKey === shift
  );
}

/** "Mod+2" -> "Ctrl+2", on a Mac "⌘2" */
export function shortcutText(shortcut: string, mac = isMac): string {
  if (!mac) return shortcut.replace('Mod', 'Ctrl');
  return shortcut.replace('Mod+', '⌘').replace('Alt+', '⌥').replace('Shift+', '⇧');
}
