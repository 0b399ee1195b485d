const DIRECTIONS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Of some places the one that lies next in a direction: near in it counts, beside it counts more; -1 for none. */
export function nextPlace(from: Place, places: readonly Place[], [across, down]: readonly [number, number]): number {
  let best = -1;
  let least = Infinity;
  places.forEach(({ x, y }, i) => {
    const along = (x - from.x) * across + (y - from.y) * down;
    const beside = Math.abs((x - from.x) * down) + Math.abs((y - from.y) * across);
    const distance = along + 3 * beside;
    if (along > 1 && beside <= along && distance < least) [best, least] = [i, distance];
  });
  return best;
}

/** Arrow keys walk the buttons of a matrix or grid, as they lie. Listen with it where the buttons are. */
export function walkByArrows(event: KeyboardEvent): void {
  const direction = DIRECTIONS[event.key];
  const [box, from] = [event.currentTarget, event.target];
  if (!direction || !(box instanceof HTMLElement) || !(from instanceof HTMLButtonElement)) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const table = from.closest('table'); // what stands around a matrix is none of its squares
  const buttons = [...box.querySelectorAll<HTMLButtonElement>('button:enabled')].filter(
    (one) => one !== from && one.closest('table') === table,
  );
  const centre = (one: Element): Place => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  };
  const next = nextPlace(centre(from), buttons.map(centre), direction);
  if (next < 0) return;
  event.preventDefault();
  buttons[next].focus();
}
