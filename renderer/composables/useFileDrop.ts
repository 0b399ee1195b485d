import { useEventListener } from '@vueuse/core';
import { computed, ref } from 'vue';

/** Files that are dropped anywhere on the window, while a screen is shown that takes them. `over`: some are being dragged over it. */
export function useFileDrop(take: (files: File[]) => void) {
  /** elements under what is being dragged: entering one comes before leaving the other */
  const depth = ref(0);
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;

  useEventListener(window, 'dragenter', (event) => {
    if (holdsFiles(event)) depth.value++;
  });
  useEventListener(window, 'dragleave', (event) => {
    if (holdsFiles(event)) depth.value = Math.max(0, depth.value - 1);
  });
  useEventListener(window, 'dragover', (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  useEventListener(window, 'drop', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault(); // else the window would show the file in the page's place
    depth.value = 0;
    take([...event.dataTransfer!.files]);
  });
  return { over: computed(() => depth.value > 0) };
}
