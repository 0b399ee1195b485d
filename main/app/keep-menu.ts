import type { App, MenuItemConstructorOptions } from 'electron';
import type { Lab } from '../lab/lab.ts';
import type { ActivityWatch } from './activity.ts';
import type { Commands } from './commands.ts';
import { menuTemplate } from './menu.ts';

/** Keeps the menu, and the system's list of recent documents, as the lab's state has them. */
export function keepMenu(
  lab: Pick<Lab, 'on' | 'services'>,
  activity: ActivityWatch,
  commands: Commands,
  app: Pick<App, 'addRecentDocument'>,
  setMenu: (template: MenuItemConstructorOptions[]) => void,
): void {
  let hasProject = false;
  let running = false;
  const rebuild = async () => {
    const recent = await lab.services['projects.recent']({});
    setMenu(menuTemplate(commands, { hasProject, running, recent }));
  };
  lab.on((event) => {
    if (event.type !== 'project') return;
    hasProject = event.project !== null;
    if (event.project) app.addRecentDocument(event.project.folder);
    void rebuild();
  });
  activity.onChange((next) => {
    if (next.running === running) return;
    running = next.running;
    void rebuild();
  });
  void rebuild();
}
