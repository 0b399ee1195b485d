/** The desktop app: one window on the lab, which lives in this process. Trials live in processes of their own. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  app,
  BrowserWindow,
  dialog,
  Menu,
  MessageChannelMain,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { screenOf } from '../shared/contract/screens.ts';
import { text } from '../shared/texts/text.ts';
import { watchActivity } from './app/activity.ts';
import { commandArguments, runCommandLine } from './app/command-line.ts';
import { createCommands } from './app/commands.ts';
import { connectPage } from './app/connect-page.ts';
import { nativeChooser } from './app/dialogs.ts';
import { jsonFile } from './app/json-file.ts';
import { keepMenu } from './app/keep-menu.ts';
import { notifyOfEnds } from './app/notifications.ts';
import { registerPageScheme, servePage } from './app/page-protocol.ts';
import { keepAwakeWhileRunning } from './app/power.ts';
import { closeLabBeforeQuit } from './app/quit.ts';
import { secureContents, secureSession } from './app/security.ts';
import { claimSingleInstance, projectArgument } from './app/single-instance.ts';
import { showProgress } from './app/taskbar.ts';
import { utilityExecutor } from './app/utility-executor.ts';
import { createMainWindow, type MainWindow } from './app/window.ts';
import { createLab } from './lab/lab.ts';

/** a file of the built app, relative to out/main */
const built = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let window: MainWindow | null = null;
/** until there is a lab, a project waits for it */
let waiting: string | null = null;
let openProject = (folder: string) => void (waiting = folder);

if (process.env.MAGNILAB_STATE) app.setPath('userData', join(process.env.MAGNILAB_STATE, 'desktop'));
app.setAppUserModelId('org.magnilab.app');
app.enableSandbox();
registerPageScheme(protocol);
app.on('web-contents-created', (_event, contents) => secureContents(contents, (url) => void shell.openExternal(url)));

const command = app.isPackaged ? commandArguments(process.argv) : null;
if (command) {
  void runCommandLine(built('../../bin/magnilab.js'), command).then((code) => app.exit(code), fail);
} else {
  app.on('open-file', (event, folder) => {
    event.preventDefault(); // macOS: comes before the app is ready where a project has started it
    openProject(folder);
  });
  const first = claimSingleInstance(app, (args, from) => {
    window?.show();
    const folder = projectArgument(args, from);
    if (folder) openProject(folder);
  });
  if (first) app.whenReady().then(start).catch(fail);
}

function start(): void {
  const state = (name: string) => join(app.getPath('userData'), name);
  const over = () => window?.current ?? undefined;

  secureSession(session.defaultSession);

  const choose = nativeChooser(
    (options) => (over() ? dialog.showOpenDialog(over()!, options) : dialog.showOpenDialog(options)),
    jsonFile(state('folders.json')),
  );
  const lab = createLab({
    door: 'desktop',
    executor: utilityExecutor((...args) => utilityProcess.fork(...args)),
    choose,
    reveal: (path) => shell.showItemInFolder(path),
  });
  servePage(protocol, built('../renderer'), lab);
  const activity = watchActivity(lab);
  const quit = closeLabBeforeQuit({
    app,
    powerMonitor,
    isRunning: () => activity.current.running,
    ask: async (question) =>
      (await (over() ? dialog.showMessageBox(over()!, question) : dialog.showMessageBox(question))).response,
    closeLab: () => lab.close(),
  });
  const showProgressIn = showProgress(activity, () => window?.current ?? null);

  window = createMainWindow({
    create: (options) => new BrowserWindow(options),
    displays: () => screen.getAllDisplays(),
    theme: nativeTheme,
    state: jsonFile(state('window.json')),
    preload: built('../preload/index.cjs'),
    ...(process.platform === 'linux' && { icon: built('../../resources/icons/icon.png') }), // elsewhere it is the executable's
    onCreate(created) {
      connectPage(created.webContents, lab, () => new MessageChannelMain());
      showProgressIn(created);
      created.on('session-end', () => void lab.close()); // Windows: nothing else says that the system goes down
      created.on('close', (event) => {
        if (process.platform === 'darwin' || quit.quitting) return;
        event.preventDefault();
        app.quit(); // asks when trials run
      });
    },
  });

  const commands = createCommands({
    lab,
    choose,
    askForNew: async (defaultPath) => {
      const options = {
        title: text('dialogs.newProject'),
        buttonLabel: text('dialogs.create'),
        nameFieldLabel: text('dialogs.newProjectName'),
        defaultPath,
      };
      const answer = await (over() ? dialog.showSaveDialog(over()!, options) : dialog.showSaveDialog(options));
      return answer.canceled ? null : answer.filePath;
    },
    showScreen(screen) {
      window?.show();
      void window?.current?.webContents.executeJavaScript(`location.hash = '#${screenOf(screen).path}'`);
    },
    mayStop: async (message) => {
      const buttons = [text('dialogs.stopTrials'), text('dialogs.cancel')];
      const question = { type: 'question' as const, message, buttons, defaultId: 0, cancelId: 1 };
      const { response } = await (over() ? dialog.showMessageBox(over()!, question) : dialog.showMessageBox(question));
      return response === 0;
    },
    showError: ({ message }) => dialog.showErrorBox('Magnilab', message),
  });
  openProject = (folder) => void commands.openProject(folder);

  keepMenu(lab, activity, commands, app, (template) => Menu.setApplicationMenu(Menu.buildFromTemplate(template)));
  keepAwakeWhileRunning(activity, powerSaveBlocker);
  notifyOfEnds(
    lab,
    (title, body) => Notification.isSupported() && new Notification({ title, body }).show(),
    () => window?.current?.isFocused() ?? false,
  );
  app.setAboutPanelOptions({
    applicationName: 'Magnilab',
    applicationVersion: app.getVersion(),
    copyright: text('dialogs.researchUseOnly'),
  });
  app.on('activate', () => window?.show());
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit());

  window.show();
  const folder = projectArgument(process.argv, process.cwd()) ?? waiting;
  if (folder) openProject(folder);
}

function fail(error: unknown): void {
  dialog.showErrorBox(text('dialogs.notStarted'), error instanceof Error ? (error.stack ?? error.message) : String(error));
  app.exit(1);
}
