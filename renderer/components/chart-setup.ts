import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Decimation,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from 'chart.js';

Chart.register(
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  CategoryScale,
  BarController,
  BarElement,
  Decimation,
  Tooltip,
);

Chart.defaults.font.family = 'Inter, "Segoe UI", system-ui, sans-serif';

/** A colour of styles/tokens.css as the canvas needs it. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Where a vertical line marks an x value, with a word beside it. */
export interface Mark {
  readonly x: number;
  readonly text: string;
}

/** Draws the mark that `mark()` gives, if any. */
export function markPlugin(mark: () => Mark | null): Plugin<'line'> {
  return {
    id: 'mark',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const at = mark();
      if (!at) return;
      const x = scales.x.getPixelForValue(at.x);
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = token('good');
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.font = `600 11px ${Chart.defaults.font.family}`;
      const left = x > (chartArea.left + chartArea.right) / 2;
      ctx.textAlign = left ? 'right' : 'left';
      ctx.fillText(`★ ${at.text}`, x + (left ? -5 : 5), chartArea.top + 10);
      ctx.restore();
    },
  };
}

/** Draws a dashed horizontal line at the level that `level()` gives, and writes the value on top of every bar. */
export function levelPlugin(level: () => number | null): Plugin<'bar'> {
  return {
    id: 'level',
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      const at = level();
      if (at !== null) {
        const y = scales.y.getPixelForValue(at);
        ctx.strokeStyle = token('text');
        ctx.lineWidth = 1.5;
        ctx.setLineDash([6, 4]);
        ctx.beginPath();
        ctx.moveTo(chartArea.left, y);
        ctx.lineTo(chartArea.right, y);
        ctx.stroke();
      }
      ctx.font = `600 12px ${Chart.defaults.font.family}`;
      ctx.textAlign = 'center';
      ctx.fillStyle = token('text');
      chart.data.datasets.forEach((dataset, i) =>
        chart.getDatasetMeta(i).data.forEach((bar, j) => {
          const value = dataset.data[j];
          if (typeof value === 'number') ctx.fillText(value.toFixed(1), bar.x, bar.y - 6);
        }),
      );
      ctx.restore();
    },
  };
}

/** Axis settings that both charts share. */
export function axis(title: string, format: (value: number) => string) {
  return {
    title: { display: true, text: title, color: token('text-quiet'), font: { size: 12 } },
    ticks: { color: token('text-quiet'), maxTicksLimit: 6, callback: (value: number | string) => format(Number(value)) },
    grid: { color: token('line') },
    border: { color: token('line') },
  };
}

export { Chart };
