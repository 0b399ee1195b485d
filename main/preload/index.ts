import { contextBridge, ipcRenderer } from 'electron';

/** the parts of the page's window that are used here; this folder is compiled without the DOM's types */
interface PageWindow {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
}
const page = globalThis as unknown as PageWindow;

// the page learns only that it runs in the desktop app; the port to the lab is all that it gets
contextBridge.exposeInMainWorld('magnilabDesktop', true);

ipcRenderer.on('magnilab-port', (event) => {
  page.postMessage('magnilab-port', page.location.origin, event.ports);
});
