/** The compute runtime, as doors use it. */
export { examine } from '../engine/doctor.ts';
export { installRuntime, type InstallOptions, type InstallProgress } from '../engine/install.ts';
export { findRuntime } from '../engine/runtime.ts';
