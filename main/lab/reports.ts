import type { StudyFile } from '../../shared/contract/study.ts';
import type { Session } from './session.ts';

export async function previewReport(_session: Session, _study: StudyFile): Promise<string> {
  return '';
}
export async function exportReport(
  _session: Session,
  _study: StudyFile,
  _folder?: string,
): Promise<{ folder: string; files: string[] }> {
  return { folder: '', files: [] };
}
