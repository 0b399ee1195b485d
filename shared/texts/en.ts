/**
 * What people read and both sides need: the page, the desktop's menu and dialogs, the command line. What only the page shows is in
 * renderer/locales. A parameter stands in braces; "&" marks the letter that opens a menu item.
 */
export const en = {
  screens: {
    start: 'Start',
    data: 'Data',
    plan: 'Plan',
    run: 'Run',
    results: 'Results',
    settings: 'Settings',
  },
  menu: {
    file: '&File',
    view: '&View',
    study: '&Study',
    recent: 'Open &Recent',
    noRecent: 'None',
  },
  commands: {
    newProject: '&New Project…',
    openProject: '&Open Project…',
    openDemo: 'Try with &Demo Tissue',
    indexFolder: '&Index a Folder…',
    closeProject: '&Close Project',
    pauseStudies: '&Pause Running Trials',
  },
} as const;
