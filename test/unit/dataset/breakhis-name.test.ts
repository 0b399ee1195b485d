import { describe, expect, it } from 'vitest';
import { parseBreakhisName } from '../../../shared/domain/breakhis.ts';

describe('parseBreakhisName', () => {
  it.each([
    // name, label, subtype, case, slide, magnification, sequence
    ['SOB_M_DC-14-2523-40-010.png', 'malignant', 'DC', '14-2523', 'SOB_M_DC-14-2523', 40, 10],
    ['SOB_B_A-14-22549AB-100-001.png', 'benign', 'A', '14-22549', 'SOB_B_A-14-22549AB', 100, 1],
    ['SOB_B_PT-14-21998AB-200-012.png', 'benign', 'PT', '14-21998', 'SOB_B_PT-14-21998AB', 200, 12],
    ['SOB_B_F-14-14134E-400-003.png', 'benign', 'F', '14-14134', 'SOB_B_F-14-14134E', 400, 3],
    ['SOB_B_TA-14-16184CD-40-001.png', 'benign', 'TA', '14-16184', 'SOB_B_TA-14-16184CD', 40, 1],
    ['SOB_M_LC-14-13412-100-001.png', 'malignant', 'LC', '14-13412', 'SOB_M_LC-14-13412', 100, 1],
    ['SOB_M_MC-14-13418DE-40-001.png', 'malignant', 'MC', '14-13418', 'SOB_M_MC-14-13418DE', 40, 1],
    ['SOB_M_PC-15-190EF-400-003.png', 'malignant', 'PC', '15-190', 'SOB_M_PC-15-190EF', 400, 3],
    ['CNB_M_PC-99-1-40-1.png', 'malignant', 'PC', '99-1', 'CNB_M_PC-99-1', 40, 1],
    ['sob_m_dc-14-2523-40-010.PNG', 'malignant', 'DC', '14-2523', 'SOB_M_DC-14-2523', 40, 10],
  ])('%s', (name, label, subtype, caseNumber, slide, magnification, sequence) => {
    expect(parseBreakhisName(name)).toMatchObject({ label, subtype, case: caseNumber, slide, magnification, sequence });
  });

  it.each([
    'SOB_B_DC-14-2523-40-010.png', // a carcinoma that says benign
    'SOB_M_F-14-2523-40-010.png',
    'SOB_M_DC-14-2523-50-010.png', // no such magnification
    'SOB_M_DC_14-2523-40-010.png', // the folder's spelling
    'SOB_M_DC-14-2523-40-010.jpg',
    'SOB_M_XX-14-2523-40-010.png',
    'SOB_M_DC-14-2523-40.png',
    ' SOB_M_DC-14-2523-40-010.png',
    'SOB_M_DC-14-2523-40-010.png.png',
    '',
  ])('refuses "%s"', (name) => expect(parseBreakhisName(name)).toBeNull());
});
