import { contenderName } from '../../../shared/domain/study/arm.ts';
import type { ReportData } from '../report-data.ts';
import { type Block, type Cell, column, tableBlock } from './blocks.ts';

/** What every network took. */
export function costTable({ costs }: Pick<ReportData, 'costs'>): Block[] {
  const rows = costs.map(({ contender, params, secondsPerEpoch, hours }): Cell[] => [
    contenderName(contender),
    params === 0 ? null : params,
    secondsPerEpoch === null ? null : Number(secondsPerEpoch.toPrecision(3)),
    Number(hours.toPrecision(3)),
  ]);
  return [
    tableBlock({
      id: 'cost',
      caption: 'What training took on this machine',
      columns: [
        column('Network'),
        column('Parameters', 'count'),
        column('Seconds per epoch', 'count'),
        column('Device hours, all trials', 'count'),
      ],
      rows,
    }),
  ];
}
