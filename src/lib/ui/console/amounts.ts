import type { Measure } from '../../domain/telemetry/measures.ts';

const whole = new Intl.NumberFormat('en-GB');
const percent = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });

export const countText = (count: number): string => whole.format(count);
export const shareText = (share: number | null): string =>
	share === null ? '–' : percent.format(share);

/** Hours as people say them: `40 min`, `3.5 h`, `2.1 d`. */
export function hoursText(hours: number | null): string {
	if (hours === null) return '–';
	if (hours < 1) return `${Math.round(hours * 60)} min`;
	return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} d`;
}

const WRITE: Record<Measure['unit'], (figure: number) => string> = {
	share: shareText,
	hours: hoursText,
	count: countText
};

export const figureText = ({ figure, unit }: Pick<Measure, 'figure' | 'unit'>): string =>
	figure === null ? '–' : WRITE[unit](figure);

export function boundText({ bound, unit }: Pick<Measure, 'bound' | 'unit'>): string {
	if (!bound) return '–';
	const { min, max } = bound;
	if (min !== undefined && max !== undefined) return `${WRITE[unit](min)} to ${WRITE[unit](max)}`;
	return min !== undefined ? `≥ ${WRITE[unit](min)}` : `≤ ${WRITE[unit](max ?? 0)}`;
}
