import { type Arm, contenderOf } from '../../shared/domain/study/arm.ts';
import { trainSetText } from '../logic/format.ts';
import { useLab } from '../stores/lab.ts';
import { t } from '../locales/texts.ts';

/** A trial as people call it: "ResNet-18, trained on 40×, seed 0, fold 2". */
export function useTrialName() {
  const lab = useLab();
  return (arm: Arm): string => {
    const { trainSet, seed, fold } = arm;
    const trained = t('run.trained', { magnification: trainSetText(trainSet), seed });
    return `${lab.modelName(contenderOf(arm))}, ${trained}${fold === null ? '' : t('run.fold', { fold })}`;
  };
}
