import type { ClauseRow, ClauseTable } from '../../contracts/console.ts';

const SIGNS: Record<string, string> = { '==': 'is', '!=': 'is not', '<=': '≤', '>=': '≥' };

/** A condition as people say it: `Amount due ≥ 300.00 EUR and Plan allowed`. */
export function conditionWords(
	{ comparisons }: Pick<ClauseRow, 'comparisons'>,
	{ facts, currency }: Pick<ClauseTable, 'facts' | 'currency'>
): string | null {
	if (!comparisons) return null;
	return comparisons
		.map(({ fact, operator, value }) => {
			const known = facts.find(({ name }) => name === fact);
			const label = known?.label ?? fact;
			if (known?.type === 'boolean') return value === 'true' ? label : `not: ${label}`;
			const unit = known?.type === 'money' ? ` ${currency}` : '';
			return `${label} ${SIGNS[operator] ?? operator} ${value}${unit}`;
		})
		.join(' and ');
}
