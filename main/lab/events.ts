import type { LabEvent } from '../../shared/contract/events.ts';

/** Tells every listener; a listener that throws does not keep the others from hearing. */
export class Events {
  private readonly listeners = new Set<(event: LabEvent) => void>();

  /** @returns stops listening */
  on(listener: (event: LabEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(event: LabEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch {
        // a page that went away; its door removes the listener
      }
    }
  }
}
