import { computed, ref } from 'vue';

const [LEAST, MOST] = [1, 12];

/** Zoom and pan that several pictures of one size share: what lies under the pointer stays there. Offsets are shares of the picture. */
export function useZoom() {
  const scale = ref(1);
  const offset = ref({ x: 0, y: 0 });
  const transform = computed(() => `translate(${100 * offset.value.x}%, ${100 * offset.value.y}%) scale(${scale.value})`);
  let held: { x: number; y: number } | null = null;

  /** @param at the point that stays where it is, as shares of the window */
  function by(factor: number, at = { x: 0.5, y: 0.5 }): void {
    const next = Math.min(MOST, Math.max(LEAST, scale.value * factor));
    const grown = next / scale.value;
    move({ x: at.x - (at.x - offset.value.x) * grown, y: at.y - (at.y - offset.value.y) * grown }, next);
  }

  /** The picture always covers its window. */
  function move({ x, y }: { x: number; y: number }, to = scale.value): void {
    const within = (value: number) => Math.min(0, Math.max(1 - to, value));
    scale.value = to;
    offset.value = { x: within(x), y: within(y) };
  }

  function wheel(event: WheelEvent): void {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    by(Math.exp(-event.deltaY / 400), { x: (event.clientX - left) / width, y: (event.clientY - top) / height });
  }
  function grab(event: PointerEvent): void {
    held = { x: event.clientX, y: event.clientY };
    (event.currentTarget as HTMLElement).setPointerCapture?.(event.pointerId);
  }
  function drag(event: PointerEvent): void {
    if (!held) return;
    const { width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { x, y } = offset.value;
    move({ x: x + (event.clientX - held.x) / width, y: y + (event.clientY - held.y) / height });
    held = { x: event.clientX, y: event.clientY };
  }
  function release(): void {
    held = null;
  }
  function reset(): void {
    move({ x: 0, y: 0 }, 1);
  }
  return { scale, offset, transform, by, wheel, grab, drag, release, reset };
}
