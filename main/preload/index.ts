import { contextBridge, ipcRenderer, webUtils } from 'electron';

/** the parts of the page's window that are used here; this folder is compiled without the DOM's types */
interface PageWindow {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
}
const page = globalThis as unknown as PageWindow;

type PageFile = Parameters<typeof webUtils.getPathForFile>[0];

// the page learns that it runs in the desktop app, and where a file lies that the user drops on it or chooses; the port to the lab is
// all that it gets
contextBridge.exposeInMainWorld('magnilabDesktop', true);
contextBridge.exposeInMainWorld('magnilabPathOf', (file: PageFile) => webUtils.getPathForFile(file));

ipcRenderer.on('magnilab-port', (event) => {
  page.postMessage('magnilab-port', page.location.origin, event.ports);
});
