import { IconCancelled, IconDone, IconError, IconPause, IconPlay, IconSkipped, IconWaiting } from './icons.ts';

/** The sign of each state of a trial or study: no two that stand beside each other are told apart by colour alone. */
export const stateIcons = {
  waiting: IconWaiting,
  queued: IconWaiting,
  running: IconPlay,
  paused: IconPause,
  interrupted: IconPause,
  finished: IconDone,
  failed: IconError,
  cancelled: IconCancelled,
  skipped: IconSkipped,
} as const;

export type ShownState = keyof typeof stateIcons;
