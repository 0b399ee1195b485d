import { describe, expect, it } from 'vitest';
import { useZoom } from './useZoom.ts';

/** Where a point of the picture is seen, as a share of the window. */
const seenAt = ({ scale, offset }: ReturnType<typeof useZoom>, x: number) => offset.value.x + x * scale.value;

describe('zoom', () => {
  it('keeps the point under the pointer where it is', () => {
    const zoom = useZoom();
    zoom.by(2, { x: 0.25, y: 0.5 });
    expect(zoom.scale.value).toBe(2);
    expect(seenAt(zoom, 0.25)).toBeCloseTo(0.25, 12);
    zoom.by(1.5, { x: 0.25, y: 0.5 });
    expect(seenAt(zoom, 0.25)).toBeCloseTo(0.25, 12);
  });

  it('never leaves a part of the window empty, nor grows without end', () => {
    const zoom = useZoom();
    for (let i = 0; i < 20; i++) zoom.by(2, { x: 1, y: 1 });
    expect(zoom.scale.value).toBe(12);
    for (let i = 0; i < 5; i++) zoom.by(0.3, { x: 0, y: 0 });
    expect([zoom.scale.value, zoom.offset.value]).toEqual([1, { x: 0, y: 0 }]);
  });

  it('is dragged as far as the picture goes', () => {
    const zoom = useZoom();
    zoom.by(2);
    const window = document.createElement('div');
    window.getBoundingClientRect = () => ({ left: 0, top: 0, width: 100, height: 100 }) as DOMRect;
    const at = (x: number, y: number) =>
      ({ clientX: x, clientY: y, currentTarget: window, pointerId: 1 }) as unknown as PointerEvent;
    zoom.drag(at(90, 90)); // not held
    expect(zoom.offset.value).toEqual({ x: -0.5, y: -0.5 });
    zoom.grab(at(50, 50));
    zoom.drag(at(60, 40));
    expect([zoom.offset.value.x, zoom.offset.value.y]).toEqual([expect.closeTo(-0.4, 12), expect.closeTo(-0.6, 12)]);
    zoom.drag(at(300, 300));
    expect(zoom.offset.value).toEqual({ x: 0, y: 0 });
    zoom.release();
    zoom.drag(at(0, 0));
    expect(zoom.offset.value).toEqual({ x: 0, y: 0 });
  });
});
